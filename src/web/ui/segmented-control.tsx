import { useId, type ReactNode } from 'react'
import { cx } from './class-names.ts'
import styles from './segmented-control.module.css'

export interface Segment<T extends string> {
  readonly value: T
  readonly label: string
  /** Before the label; with `iconsOnly` instead of it. */
  readonly icon?: ReactNode
}

/** One of a few, all in sight. The browser's radio buttons: arrow keys, names and the group come with them. */
export function SegmentedControl<T extends string>({
  label,
  value,
  choices,
  onChange,
  iconsOnly = false,
  disabled = false,
}: {
  /** Names the group for screen readers. */
  label: string
  value: T
  choices: ReadonlyArray<Segment<T>>
  onChange: (value: T) => void
  iconsOnly?: boolean
  disabled?: boolean
}) {
  const name = useId()
  return (
    <div role="radiogroup" aria-label={label} className={styles.group}>
      {choices.map((choice) => (
        <label key={choice.value} className={styles.segment} title={iconsOnly ? choice.label : undefined}>
          <input
            type="radio"
            className={styles.input}
            name={name}
            value={choice.value}
            checked={choice.value === value}
            disabled={disabled}
            onChange={() => onChange(choice.value)}
          />
          {choice.icon}
          <span className={cx(iconsOnly && 'visually-hidden')}>{choice.label}</span>
        </label>
      ))}
    </div>
  )
}
