import { useId, useState, type ComponentProps, type KeyboardEvent, type ReactNode } from 'react'
import { CircleAlert, Eye, EyeOff, Lock } from 'lucide-react'
import { t } from '@lingui/core/macro'
import { cx } from './class-names.ts'
import styles from './field.module.css'

export interface FieldFrameProps {
  label: string
  /** The label is then for screen readers only. */
  hideLabel?: boolean | undefined
  hint?: ReactNode
  /** What is wrong with the value, in a sentence. */
  error?: string | undefined
  /** Why it cannot be changed; it can still be reached and read. */
  disabledReason?: string | undefined
  /** Below the hint, for example a strength meter. */
  after?: ReactNode
}

interface ControlProps {
  id: string
  className: string
  'aria-invalid'?: true | undefined
  'aria-disabled'?: true | undefined
  'aria-describedby'?: string | undefined
}

/** What every field has: its label, and what is to be known of it, tied to the control that `children` makes. */
export function FieldFrame({
  label,
  hideLabel = false,
  hint,
  error,
  disabledReason,
  after,
  children,
}: FieldFrameProps & { children: (control: ControlProps) => ReactNode }) {
  const id = useId()
  const hintId = `${id}-hint`
  const errorId = `${id}-error`
  const reasonId = `${id}-reason`
  const isDisabled = disabledReason !== undefined
  const describedBy = cx(error !== undefined && errorId, isDisabled && reasonId, hint !== undefined && hintId)
  return (
    <div className={styles.field}>
      <label className={hideLabel ? 'visually-hidden' : styles.label} htmlFor={id}>
        {label}
      </label>
      {children({
        id,
        className: styles.control ?? '',
        'aria-invalid': error === undefined ? undefined : true,
        'aria-disabled': isDisabled || undefined,
        'aria-describedby': describedBy === '' ? undefined : describedBy,
      })}
      {error !== undefined && (
        <p className={styles.error} id={errorId}>
          <CircleAlert size={14} aria-hidden />
          <span>{error}</span>
        </p>
      )}
      {isDisabled && (
        <p className={styles.reason} id={reasonId}>
          <Lock size={13} aria-hidden />
          <span>{disabledReason}</span>
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

export function Field({
  label,
  hideLabel,
  hint,
  error,
  disabledReason,
  after,
  ...input
}: FieldFrameProps & ComponentProps<'input'>) {
  return (
    <FieldFrame {...{ label, hideLabel, hint, error, disabledReason, after }}>
      {(control) => (
        <input
          type="text"
          autoComplete="off"
          spellCheck={false}
          {...input}
          {...control}
          readOnly={disabledReason !== undefined || input.readOnly}
        />
      )}
    </FieldFrame>
  )
}

export function TextAreaField({
  label,
  hideLabel,
  hint,
  error,
  disabledReason,
  after,
  ...area
}: FieldFrameProps & ComponentProps<'textarea'>) {
  return (
    <FieldFrame {...{ label, hideLabel, hint, error, disabledReason, after }}>
      {(control) => (
        <textarea
          autoComplete="off"
          spellCheck={false}
          {...area}
          {...control}
          readOnly={disabledReason !== undefined || area.readOnly}
          className={cx(control.className, styles.area)}
        />
      )}
    </FieldFrame>
  )
}

/** A password that can be shown while it is typed; says so when the keyboard writes capitals. */
export function PasswordField({
  label,
  hint,
  error,
  after,
  ...input
}: FieldFrameProps & ComponentProps<'input'>) {
  const [shown, setShown] = useState(false)
  const [capsLock, setCapsLock] = useState(false)
  const look = (event: KeyboardEvent) => setCapsLock(event.getModifierState('CapsLock'))
  return (
    <FieldFrame
      label={label}
      hint={hint}
      error={error}
      after={
        <>
          {capsLock && <output className={styles.hint}>{t`Caps Lock is on.`}</output>}
          {after}
        </>
      }
    >
      {(control) => (
        <div className={styles.password}>
          <input
            spellCheck={false}
            autoCapitalize="none"
            onKeyDown={look}
            onKeyUp={look}
            onBlur={() => setCapsLock(false)}
            {...input}
            {...control}
            type={shown ? 'text' : 'password'}
          />
          <button
            type="button"
            className={styles.reveal}
            aria-label={t`Show password`}
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
