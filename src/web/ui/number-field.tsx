import { type ComponentProps, type KeyboardEvent } from 'react'
import { t } from '@lingui/core/macro'
import { Field } from './field.tsx'
import { useLeft } from './use-left.ts'
import { formatNumber } from './words.ts'

interface Range {
  readonly min: number
  readonly max: number
}

/** The whole number that is typed; undefined for anything else, and outside of the range. */
export function parseWhole(text: string, { min, max }: Range): number | undefined {
  const typed = text.trim()
  if (!/^-?\d{1,15}$/.test(typed)) return undefined
  const value = Number(typed)
  return value >= min && value <= max ? value : undefined
}

/**
 * A whole number, kept as it is typed; `parseWhole` reads it. It says itself what is wrong once it has been left. The arrow
 * keys count. Not the browser's number input, which changes under a mouse wheel and hides what it cannot read.
 */
export function NumberField({
  value,
  onChange,
  min,
  max,
  error,
  ...field
}: Omit<ComponentProps<typeof Field>, 'value' | 'onChange' | 'min' | 'max'> &
  Range & { value: string; onChange: (text: string) => void }) {
  const [wasLeft, onBlur] = useLeft()
  const isWrong = wasLeft && parseWhole(value, { min, max }) === undefined
  const range = t`Enter a whole number from ${formatNumber(min)} to ${formatNumber(max)}.`

  function count(event: KeyboardEvent) {
    const step = { ArrowUp: 1, ArrowDown: -1 }[event.key]
    if (step === undefined || field.disabledReason !== undefined) return
    event.preventDefault()
    const from = /^-?\d{1,15}$/.test(value.trim()) ? Number(value) : min - step
    onChange(String(Math.min(max, Math.max(min, from + step))))
  }

  return (
    <Field
      {...field}
      inputMode="numeric"
      value={value}
      error={error ?? (isWrong ? range : undefined)}
      onChange={(event) => onChange(event.target.value)}
      onKeyDown={count}
      onBlur={onBlur}
    />
  )
}
