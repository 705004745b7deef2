import { Plural, useLingui } from '@lingui/react/macro'
import { ChevronDown, KeyRound, ShieldCheck, Trash2, UserRoundCheck, UserRoundX } from 'lucide-react'
import type { UserInfo } from '../../../shared/user.ts'
import { Badge } from '../../ui/badge.tsx'
import { Button } from '../../ui/button.tsx'
import { Menu, MenuItem, MenuNote, MenuSeparator } from '../../ui/menu.tsx'
import { RelativeTime } from '../../ui/relative-time.tsx'
import { Cell, Row, RowHeader } from '../../ui/table.tsx'
import { useWriteBlock } from '../live/live-provider.tsx'
import { LabelledCell } from './labelled-cell.tsx'
import { RoleBadge } from './role.tsx'
import type { UserTask } from './user-dialogs.tsx'
import styles from './users.module.css'

interface UserRowProps {
  user: UserInfo
  isOwn: boolean
  /** Nobody else could administer the console. */
  isLastAdmin: boolean
  onTask: (task: UserTask) => void
}

/** One user, and what can be done with them. */
export function UserRow(props: UserRowProps) {
  const { t } = useLingui()
  const { user, isOwn } = props
  return (
    <Row className={styles.row}>
      <RowHeader className={styles.who}>
        <span className={styles.browser}>{user.username}</span>
        {isOwn && <span className={styles.meta}>{t`you`}</span>}
      </RowHeader>
      <LabelledCell label={t`Role`}>
        <RoleBadge role={user.role} />
      </LabelledCell>
      <LabelledCell label={t`State`}>
        {user.disabled ? <Badge tone="neutral">{t`Disabled`}</Badge> : <Badge tone="ok">{t`Enabled`}</Badge>}
      </LabelledCell>
      <LabelledCell label={t`Last sign-in`}>
        <Moment at={user.lastSignInAt} />
      </LabelledCell>
      <LabelledCell label={t`Last seen`}>
        <Moment at={user.lastSeenAt} />
      </LabelledCell>
      <LabelledCell label={t`Signed in`}>
        <Plural value={user.sessions} _0="nowhere" one="in # browser" other="in # browsers" />
      </LabelledCell>
      <Cell className={styles.actions}>
        <UserMenu {...props} />
      </Cell>
    </Row>
  )
}

function Moment({ at }: { at: string | undefined }) {
  const { t } = useLingui()
  return at === undefined ? <span className={styles.off}>{t`never`}</span> : <RelativeTime at={at} />
}

function UserMenu({ user, isOwn, isLastAdmin, onTask }: UserRowProps) {
  const { t } = useLingui()
  const block = useWriteBlock()
  const note = isLastAdmin
    ? t`The only administrator who can sign in has to stay one.`
    : isOwn
      ? t`You cannot disable or delete yourself. Your password is changed in the tab Password.`
      : undefined
  return (
    <Menu
      trigger={
        <Button size="small" disabledReason={block} aria-label={t`Manage ${user.username}`}>
          {t`Manage`}
          <ChevronDown size={14} aria-hidden />
        </Button>
      }
    >
      {note !== undefined && <MenuNote>{note}</MenuNote>}
      <MenuItem
        icon={<ShieldCheck size={16} aria-hidden />}
        disabled={isLastAdmin}
        onSelect={() => onTask({ kind: 'role', user })}
      >
        {t`Change role…`}
      </MenuItem>
      <MenuItem
        icon={<KeyRound size={16} aria-hidden />}
        disabled={isOwn}
        onSelect={() => onTask({ kind: 'password', user })}
      >
        {t`Reset password…`}
      </MenuItem>
      {user.disabled ? (
        <MenuItem
          icon={<UserRoundCheck size={16} aria-hidden />}
          onSelect={() => onTask({ kind: 'enable', user })}
        >
          {t`Enable…`}
        </MenuItem>
      ) : (
        <MenuItem
          icon={<UserRoundX size={16} aria-hidden />}
          disabled={isOwn || isLastAdmin}
          onSelect={() => onTask({ kind: 'disable', user })}
        >
          {t`Disable…`}
        </MenuItem>
      )}
      <MenuSeparator />
      <MenuItem
        icon={<Trash2 size={16} aria-hidden />}
        danger
        disabled={isOwn || isLastAdmin}
        onSelect={() => onTask({ kind: 'delete', user })}
      >
        {t`Delete…`}
      </MenuItem>
    </Menu>
  )
}
