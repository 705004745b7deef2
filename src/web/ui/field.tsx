import { useId, useState, type ComponentProps, type ReactNode } from 'react'
import { CircleAlert, Eye, EyeOff } from 'lucide-react'
import { cx } from './class-names.ts'
import styles from './field.module.css'

interface FieldFrameProps {
  label: string
  hint?: ReactNode
  /** What is wrong with the value, in a sentence. */
  error?: string | undefined
  /** Below the hint, for example a strength meter. */
  after?: ReactNode
}

interface ControlProps {
  id: string
  className: string
  'aria-invalid'?: true | undefined
  'aria-describedby'?: string | undefined
}

function FieldFrame({
  label,
  hint,
  error,
  after,
  children,
}: FieldFrameProps & { children: (control: ControlProps) => ReactNode }) {
  const id = useId()
  const hintId = `${id}-hint`
  const errorId = `${id}-error`
  const describedBy = cx(error !== undefined && errorId, hint !== undefined && hintId)
  return (
    <div className={styles.field}>
      <label className={styles.label} htmlFor={id}>
        {label}
      </label>
      {children({
        id,
        className: styles.control ?? '',
        'aria-invalid': error === undefined ? undefined : true,
        'aria-describedby': describedBy === '' ? undefined : describedBy,
      })}
      {error !== undefined && (
        <p className={styles.error} id={errorId}>
          <CircleAlert size={14} aria-hidden />
          <span>{error}</span>
        </p>
      )}
      {hint !== undefined && (
        <p className={styles.hint} id={hintId}>
          {hint}
        </p>
      )}
      {after}
    </div>
  )
}

export function Field({ label, hint, error, after, ...input }: FieldFrameProps & ComponentProps<'input'>) {
  return (
    <FieldFrame label={label} hint={hint} error={error} after={after}>
      {(control) => <input type="text" autoComplete="off" spellCheck={false} {...input} {...control} />}
    </FieldFrame>
  )
}

export function TextAreaField({
  label,
  hint,
  error,
  after,
  ...area
}: FieldFrameProps & ComponentProps<'textarea'>) {
  return (
    <FieldFrame label={label} hint={hint} error={error} after={after}>
      {(control) => (
        <textarea
          autoComplete="off"
          spellCheck={false}
          {...area}
          {...control}
          className={cx(control.className, styles.area)}
        />
      )}
    </FieldFrame>
  )
}

/** A password that can be shown while it is typed. */
export function PasswordField({
  label,
  hint,
  error,
  after,
  ...input
}: FieldFrameProps & ComponentProps<'input'>) {
  const [shown, setShown] = useState(false)
  return (
    <FieldFrame label={label} hint={hint} error={error} after={after}>
      {(control) => (
        <div className={styles.password}>
          <input
            spellCheck={false}
            autoCapitalize="none"
            {...input}
            {...control}
            type={shown ? 'text' : 'password'}
          />
          <button
            type="button"
            className={styles.reveal}
            aria-label="Show password"
            aria-pressed={shown}
            aria-controls={control.id}
            onClick={() => setShown(!shown)}
          >
            {shown ? <EyeOff size={18} aria-hidden /> : <Eye size={18} aria-hidden />}
          </button>
        </div>
      )}
    </FieldFrame>
  )
}
