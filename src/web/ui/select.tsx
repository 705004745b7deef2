import { useId } from 'react'
import { cx } from './class-names.ts'
import field from './field.module.css'
import styles from './select.module.css'

export interface Choice<T extends string> {
  readonly value: T
  readonly label: string
}

/**
 * One value of a short list. The browser's own select: phones show their picker, it weighs nothing, and where browsers let it
 * be styled it looks like the rest. With `hideLabel` the label is for screen readers only.
 */
export function Select<T extends string>({
  label,
  hideLabel = false,
  value,
  choices,
  onChange,
}: {
  label: string
  hideLabel?: boolean
  value: T
  choices: ReadonlyArray<Choice<T>>
  onChange: (value: T) => void
}) {
  const id = useId()
  return (
    <div className={field.field}>
      <label htmlFor={id} className={hideLabel ? 'visually-hidden' : field.label}>
        {label}
      </label>
      <select
        id={id}
        className={cx(field.control, styles.select)}
        value={value}
        onChange={(event) => {
          const chosen = choices.find((choice) => choice.value === event.target.value)
          if (chosen) onChange(chosen.value)
        }}
      >
        {choices.map((choice) => (
          <option key={choice.value} value={choice.value} className={styles.option}>
            {choice.label}
          </option>
        ))}
      </select>
    </div>
  )
}
