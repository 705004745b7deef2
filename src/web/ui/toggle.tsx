import { useId, type ComponentProps, type ReactNode } from 'react'
import { LoaderCircle } from 'lucide-react'
import { cx } from './class-names.ts'
import styles from './toggle.module.css'

export interface ToggleProps {
  label: string
  /** The label is then for screen readers only, as in a row whose first cell says it. */
  hideLabel?: boolean
  /** What it does, in a sentence below the label. */
  hint?: ReactNode
  checked: boolean
  onChange: (checked: boolean) => void
  /** Why it cannot be changed now. It stays reachable, so that everyone can learn the reason. */
  disabledReason?: string | undefined
  /** The change is on its way; refuses another one meanwhile. */
  busy?: boolean
  /** What is wrong, in a sentence. */
  error?: string | undefined
}

/** What a checkbox and a switch have in common: the browser's own control with its label beside it. */
export function Toggle({
  label,
  hideLabel = false,
  hint,
  checked,
  onChange,
  disabledReason,
  busy = false,
  error,
  className,
  ...input
}: ToggleProps & Omit<ComponentProps<'input'>, keyof ToggleProps | 'type'>) {
  const id = useId()
  const isBlocked = busy || disabledReason !== undefined
  const notes = [error, disabledReason, hint].filter((note) => note !== undefined)
  return (
    <div className={cx(styles.toggle, hideLabel && styles.bare)}>
      <label className={styles.label} title={hideLabel ? disabledReason : undefined}>
        <input
          {...input}
          type="checkbox"
          className={className}
          checked={checked}
          aria-disabled={isBlocked || undefined}
          aria-busy={busy || undefined}
          aria-invalid={error === undefined ? undefined : true}
          aria-describedby={notes.length > 0 ? id : undefined}
          onChange={() => {
            if (!isBlocked) onChange(!checked)
          }}
        />
        <span className={cx(hideLabel && 'visually-hidden')}>{label}</span>
        {busy && <LoaderCircle className={styles.spinner} size={14} aria-hidden />}
      </label>
      {notes.length > 0 && (
        <div id={id} className={hideLabel ? 'visually-hidden' : styles.notes}>
          {error !== undefined && <p className={styles.error}>{error}</p>}
          {disabledReason !== undefined && <p>{disabledReason}</p>}
          {hint !== undefined && <p>{hint}</p>}
        </div>
      )}
    </div>
  )
}
