import type { ComponentProps } from 'react'
import { useLingui } from '@lingui/react/macro'
import { PasswordField } from '../../ui/field.tsx'
import { passwordStrength } from './password-strength.ts'
import styles from './sign-page.module.css'

/** For choosing a password: says from the first character on how good it is, and what the server would refuse. */
export function NewPasswordField({
  value,
  username,
  token,
  ...field
}: Omit<ComponentProps<typeof PasswordField>, 'value' | 'hint' | 'after'> & {
  value: string
  username: string
  /** The setup token, which must not become the password. */
  token?: string
}) {
  const { t } = useLingui()
  return (
    <PasswordField
      autoComplete="new-password"
      required
      {...field}
      value={value}
      hint={value === '' ? t`At least 12 characters. A few words in a row are easy to remember.` : undefined}
      // An error has said it.
      after={field.error === undefined && <Strength password={value} username={username} token={token} />}
    />
  )
}

function Strength({
  password,
  username,
  token,
}: {
  password: string
  username: string
  token: string | undefined
}) {
  if (password === '') return null
  const { score, label, hint } = passwordStrength(password, { username, token })
  return (
    <div className={styles.strength}>
      <div className={styles.meter} data-score={score} aria-hidden>
        {[1, 2, 3, 4].map((step) => (
          <span key={step} data-on={step <= score || undefined} />
        ))}
      </div>
      <p className={styles.strengthText} aria-live="polite">
        <strong>{label}.</strong> {hint}
      </p>
    </div>
  )
}
