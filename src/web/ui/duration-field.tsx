import { type ComponentProps } from 'react'
import { t } from '@lingui/core/macro'
import { parseDuration, writeDuration } from '../../shared/duration.ts'
import { Button } from './button.tsx'
import { Field } from './field.tsx'
import styles from './field.module.css'
import { formatDuration } from './time.ts'
import { useLeft } from './use-left.ts'

/**
 * A duration as fail2ban's configuration has it (`10m`, `1d 12h`), kept as it is typed; `parseDuration` reads it. It shows
 * what it understands, and says itself what is wrong once it has been left.
 */
export function DurationField({
  value,
  onChange,
  permanent = false,
  suggestions = [],
  error,
  hint,
  ...field
}: Omit<ComponentProps<typeof Field>, 'value' | 'onChange'> & {
  value: string
  onChange: (text: string) => void
  /** Whether it may also be without an end. */
  permanent?: boolean
  /** In seconds; offered as buttons. */
  suggestions?: readonly number[]
}) {
  const [wasLeft, onBlur] = useLeft()
  const seconds = parseDuration(value)
  const isRead = seconds !== undefined && (seconds >= 0 || permanent)
  const example = permanent
    ? t`For example 10m, 1h, 1d 12h or 1w; -1 means permanent.`
    : t`For example 10m, 1h, 1d 12h or 1w.`
  const understood = isRead ? t`That is ${formatDuration(seconds)}.` : example
  return (
    <Field
      {...field}
      value={value}
      error={error ?? (wasLeft && !isRead ? t`This is not a duration.` : undefined)}
      hint={
        <>
          {understood} {hint}
        </>
      }
      onChange={(event) => onChange(event.target.value)}
      onBlur={onBlur}
      after={
        suggestions.length > 0 &&
        field.disabledReason === undefined && (
          <div className={styles.choices}>
            {suggestions.map((choice) => (
              <Button
                key={choice}
                size="small"
                aria-pressed={choice === seconds}
                onClick={() => onChange(writeDuration(choice))}
              >
                {formatDuration(choice)}
              </Button>
            ))}
          </div>
        )
      }
    />
  )
}
