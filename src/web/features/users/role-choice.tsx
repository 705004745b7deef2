import { useLingui } from '@lingui/react/macro'
import type { Role } from '../../../shared/session.ts'
import field from '../../ui/field.module.css'
import { SegmentedControl } from '../../ui/segmented-control.tsx'
import { roleMeaning, roleName, ROLES } from './role.tsx'
import styles from './users.module.css'

/** One of the roles, with what it may do. */
export function RoleChoice({ value, onChange }: { value: Role; onChange: (role: Role) => void }) {
  const { t } = useLingui()
  return (
    <div className={styles.roles}>
      <span className={field.label} aria-hidden>
        {t`Role`}
      </span>
      <SegmentedControl
        label={t`Role`}
        value={value}
        choices={ROLES.map((role) => ({ value: role, label: roleName(role) }))}
        onChange={onChange}
      />
      <p className={styles.lead} aria-live="polite">
        {roleMeaning(value)}
      </p>
    </div>
  )
}
