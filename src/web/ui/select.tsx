import { cx } from './class-names.ts'
import { FieldFrame, type FieldFrameProps } from './field.tsx'
import styles from './select.module.css'

export interface Choice<T extends string> {
  readonly value: T
  readonly label: string
}

/**
 * One value of a short list. The browser's own select: phones show their picker, it weighs nothing, and where browsers let it
 * be styled it looks like the rest.
 */
export function Select<T extends string>({
  value,
  choices,
  onChange,
  ...frame
}: FieldFrameProps & {
  value: T
  choices: ReadonlyArray<Choice<T>>
  onChange: (value: T) => void
}) {
  return (
    <FieldFrame {...frame}>
      {({ className, ...control }) => (
        <select
          {...control}
          className={cx(className, styles.select)}
          disabled={frame.disabledReason !== undefined}
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
      )}
    </FieldFrame>
  )
}
