import { t } from '@lingui/core/macro'
import { languages } from './time.ts'

/** `1,204` or `1.204`. */
export function formatNumber(value: number, options?: Intl.NumberFormatOptions): string {
  return value.toLocaleString(languages(), options)
}

/** `sshd`, `sshd and recidive`, `a, b and c`. */
export function listOf(words: readonly string[]): string {
  return new Intl.ListFormat(languages(), { type: 'conjunction' }).format(words)
}

/** `3rd` */
export function ordinal(value: number): string {
  const kind = new Intl.PluralRules(languages(), { type: 'ordinal' }).select(value)
  if (kind === 'one') return t`${value}st`
  if (kind === 'two') return t`${value}nd`
  return kind === 'few' ? t`${value}rd` : t`${value}th`
}
