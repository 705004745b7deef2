import type { MessageDescriptor } from '@lingui/core'
import { msg } from '@lingui/core/macro'
import { useLingui } from '@lingui/react/macro'
import type { IpOutcome, IpResult } from '../../../shared/ban.ts'
import { inChosenLanguage } from '../../api/server-words.ts'
import { ToneIcon, type Tone } from '../../ui/badge.tsx'
import { cx } from '../../ui/class-names.ts'
import styles from './ban-dialog.module.css'

const OUTCOMES: Readonly<Record<IpOutcome, { tone: Tone; word: MessageDescriptor }>> = {
  banned: { tone: 'ok', word: msg`Banned` },
  'already-banned': { tone: 'info', word: msg`Was banned already` },
  unbanned: { tone: 'ok', word: msg`Unbanned` },
  'not-banned': { tone: 'info', word: msg`Was not banned` },
  invalid: { tone: 'danger', word: msg`Not an address` },
  failed: { tone: 'danger', word: msg`Not banned` },
}

/** What became of each address, the failed ones first. */
export function BanResults({ results }: { results: readonly IpResult[] }) {
  const { t } = useLingui()
  const order = [...results].sort((a, b) => weightOf(a) - weightOf(b))
  return (
    <ul className={styles.results} aria-label={t`Results`} aria-live="polite">
      {order.map((result) => {
        const { tone, word } = OUTCOMES[result.outcome]
        return (
          <li key={result.ip}>
            <span className={cx(styles.icon, styles[tone])}>
              <ToneIcon tone={tone} size={16} />
            </span>
            <div className={styles.result}>
              <p>
                <span className={styles.ip}>{result.ip}</span> {t(word)}
              </p>
              {result.detail !== undefined && (
                <p className={styles.detail}>{inChosenLanguage(result.detail)}</p>
              )}
            </div>
          </li>
        )
      })}
    </ul>
  )
}

function weightOf({ outcome }: IpResult): number {
  return outcome === 'failed' || outcome === 'invalid' ? 0 : 1
}
