import { useRef, useState } from 'react'
import { Plural, useLingui } from '@lingui/react/macro'
import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { UserPlus } from 'lucide-react'
import type { UserInfo } from '../../../shared/user.ts'
import { sentencesOf } from '../../api/api-error.ts'
import { Button } from '../../ui/button.tsx'
import { Card } from '../../ui/card.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import { ColumnHeader, Table, TableBody, TableHead } from '../../ui/table.tsx'
import { WhenOpened } from '../../ui/when-opened.tsx'
import { useWriteBlock } from '../live/live-provider.tsx'
import { sessionQuery } from '../session/session.queries.ts'
import { roleName } from './role.tsx'
import type { UserTask } from './user-dialogs.tsx'
import { UserRow } from './user-row.tsx'
import styles from './users.module.css'
import { LOOK_AGAIN_MS, usersQuery } from './users.queries.ts'
import { lazyPart } from '../../ui/lazy-part.ts'

const UserDialogs = lazyPart(async () => (await import('./user-dialogs.tsx')).UserDialogs)

/** Everybody who may sign in, for administrators. */
export function UsersCard() {
  const { t } = useLingui()
  const { data: session } = useQuery(sessionQuery)
  if (!session) return null
  if (session.user.role !== 'admin') {
    const role = roleName(session.user.role)
    return (
      <Card title={t`Users`}>
        <EmptyState
          tone="neutral"
          title={t`Users are managed by administrators`}
          detail={t`Your role is ${role}. Ask an administrator if somebody should be added or changed.`}
        />
      </Card>
    )
  }
  return <ManagedUsers ownId={session.user.id} />
}

function ManagedUsers({ ownId }: { ownId: string }) {
  const { t } = useLingui()
  const users = useInfiniteQuery({ ...usersQuery, refetchInterval: LOOK_AGAIN_MS })
  const block = useWriteBlock()
  const add = useRef<HTMLButtonElement>(null)
  const [task, setTask] = useState<UserTask | undefined>()
  const [round, setRound] = useState(0)
  const [isOpen, setOpen] = useState(false)
  const items = users.data?.pages.flatMap((page) => page.items)
  const total = users.data?.pages.at(-1)?.total ?? 0

  function begin(next: UserTask) {
    setTask(next)
    setRound(round + 1)
    setOpen(true)
  }

  return (
    <Card
      title={t`Users`}
      note={items && <Plural value={total} one="# user" other="# users" />}
      actions={
        <Button ref={add} variant="primary" disabledReason={block} onClick={() => begin({ kind: 'create' })}>
          <UserPlus size={16} aria-hidden />
          {t`Add a user…`}
        </Button>
      }
    >
      {users.isPending && (
        <div className={styles.loading}>
          <Skeleton rows={3} height={46} />
        </div>
      )}
      {users.isError && !items && (
        <EmptyState
          tone="danger"
          title={t`The users could not be read`}
          detail={sentencesOf(users.error)}
          action={<Button onClick={() => void users.refetch()}>{t`Try again`}</Button>}
        />
      )}
      {items && <UsersTable items={items} isComplete={items.length === total} ownId={ownId} onTask={begin} />}
      {users.hasNextPage && (
        <p className={styles.note}>
          <Button busy={users.isFetchingNextPage} onClick={() => void users.fetchNextPage()}>
            {t`Show more users`}
          </Button>
        </p>
      )}
      <WhenOpened open={isOpen}>
        <UserDialogs
          task={task}
          round={round}
          open={isOpen}
          ownId={ownId}
          onOpenChange={setOpen}
          // What had the focus before is gone with its row.
          onDeleted={() => add.current?.focus()}
        />
      </WhenOpened>
    </Card>
  )
}

function UsersTable({
  items,
  isComplete,
  ownId,
  onTask,
}: {
  items: readonly UserInfo[]
  isComplete: boolean
  ownId: string
  onTask: (task: UserTask) => void
}) {
  const { t } = useLingui()
  const admins = items.filter(({ role, disabled }) => role === 'admin' && !disabled)
  return (
    <Table label={t`Users`}>
      <TableHead>
        <ColumnHeader>{t`User`}</ColumnHeader>
        <ColumnHeader>{t`Role`}</ColumnHeader>
        <ColumnHeader>{t`State`}</ColumnHeader>
        <ColumnHeader>{t`Last sign-in`}</ColumnHeader>
        <ColumnHeader>{t`Last seen`}</ColumnHeader>
        <ColumnHeader>{t`Signed in`}</ColumnHeader>
        <ColumnHeader hidden>{t`Actions`}</ColumnHeader>
      </TableHead>
      <TableBody>
        {items.map((user) => (
          <UserRow
            key={user.id}
            user={user}
            isOwn={user.id === ownId}
            isLastAdmin={isComplete && admins.length === 1 && admins[0]?.id === user.id}
            onTask={onTask}
          />
        ))}
      </TableBody>
    </Table>
  )
}
