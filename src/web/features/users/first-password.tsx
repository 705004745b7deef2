import type { Ref } from 'react'
import { useLingui } from '@lingui/react/macro'
import { Button } from '../../ui/button.tsx'
import { CopyButton } from '../../ui/copy-button.tsx'
import { NewPasswordField } from '../session/new-password-field.tsx'
import { suggestPassword } from './suggest-password.ts'
import styles from './users.module.css'

/** A password that one person chooses for another: it may be suggested, and copied to be handed over. */
export function FirstPassword({
  ref,
  label,
  username,
  value,
  error,
  onChange,
}: {
  ref: Ref<HTMLInputElement>
  label: string
  username: string
  value: string
  error: string | undefined
  onChange: (password: string) => void
}) {
  const { t } = useLingui()
  return (
    <div className={styles.firstPassword}>
      <NewPasswordField
        ref={ref}
        name="password"
        label={label}
        username={username}
        value={value}
        error={error}
        onChange={(event) => onChange(event.target.value)}
      />
      <div className={styles.suggestion}>
        <Button size="small" onClick={() => onChange(suggestPassword())}>{t`Suggest one`}</Button>
        {value !== '' && <CopyButton text={value} label={t`Copy the password`} />}
      </div>
    </div>
  )
}
