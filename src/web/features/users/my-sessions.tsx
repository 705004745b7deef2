import { useState } from 'react'
import { Plural, useLingui } from '@lingui/react/macro'
import { useQuery } from '@tanstack/react-query'
import { Monitor, Smartphone } from 'lucide-react'
import type { SessionInfo } from '../../../shared/session.ts'
import { sentencesOf } from '../../api/api-error.ts'
import { Badge } from '../../ui/badge.tsx'
import { Button } from '../../ui/button.tsx'
import { Card } from '../../ui/card.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { IpCell } from '../../ui/ip-cell.tsx'
import { RelativeTime } from '../../ui/relative-time.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import { Cell, ColumnHeader, Row, RowHeader, Table, TableBody, TableHead } from '../../ui/table.tsx'
import { showToast } from '../../ui/toast.ts'
import { WhenOpened } from '../../ui/when-opened.tsx'
import { useWriteBlock } from '../live/live-provider.tsx'
import { sessionsQuery } from '../session/session.queries.ts'
import { describeBrowser, isHandheld } from './browser-name.ts'
import { LabelledCell } from './labelled-cell.tsx'
import styles from './users.module.css'
import { LOOK_AGAIN_MS, useRevokeSession } from './users.queries.ts'
import { lazyPart } from '../../ui/lazy-part.ts'

const SignOutOthers = lazyPart(async () => (await import('./sign-out-others.tsx')).SignOutOthers)

/** Every browser that is signed in with this account. */
export function MySessions() {
  const { t } = useLingui()
  const sessions = useQuery({ ...sessionsQuery, refetchInterval: LOOK_AGAIN_MS })
  const [isAsking, setAsking] = useState(false)
  const block = useWriteBlock()
  const items = sessions.data?.items.toSorted((a, b) => Number(b.current) - Number(a.current))
  const isAlone = items?.length === 1

  return (
    <Card
      title={t`My sessions`}
      note={items && <Plural value={items.length} one="# browser" other="# browsers" />}
      actions={
        <Button
          disabledReason={block ?? (isAlone ? t`No other browser is signed in.` : undefined)}
          onClick={() => setAsking(true)}
        >
          {t`Sign out all others…`}
        </Button>
      }
    >
      {sessions.isPending && (
        <div className={styles.loading}>
          <Skeleton rows={3} height={46} />
        </div>
      )}
      {sessions.isError && !items && (
        <EmptyState
          tone="danger"
          title={t`Your sessions could not be read`}
          detail={sentencesOf(sessions.error)}
          action={<Button onClick={() => void sessions.refetch()}>{t`Try again`}</Button>}
        />
      )}
      {items && (
        <>
          <Table label={t`My sessions`}>
            <TableHead>
              <ColumnHeader>{t`Browser`}</ColumnHeader>
              <ColumnHeader>{t`Address`}</ColumnHeader>
              <ColumnHeader>{t`Signed in`}</ColumnHeader>
              <ColumnHeader>{t`Last seen`}</ColumnHeader>
              <ColumnHeader hidden>{t`Actions`}</ColumnHeader>
            </TableHead>
            <TableBody>
              {items.map((session) => (
                <SessionRow key={session.id} session={session} block={block} />
              ))}
            </TableBody>
          </Table>
          <p className={styles.note}>
            {t`A session ends 7 days after it was last used, and 30 days after its sign-in at the latest.`}
          </p>
        </>
      )}
      <WhenOpened open={isAsking}>
        <SignOutOthers open={isAsking} onOpenChange={setAsking} />
      </WhenOpened>
    </Card>
  )
}

function SessionRow({ session, block }: { session: SessionInfo; block: string | undefined }) {
  const { t } = useLingui()
  const revoke = useRevokeSession()
  const browser = describeBrowser(session.userAgent)
  const { address } = session
  const Icon = isHandheld(session.userAgent) ? Smartphone : Monitor

  function signOut() {
    revoke.mutate(session, {
      onSuccess: () =>
        showToast({
          tone: 'ok',
          title: t`Signed out ${browser}`,
          detail: t`It was signed in from ${address}.`,
        }),
      onError: (error) =>
        showToast({ tone: 'danger', title: t`${browser} is still signed in`, detail: sentencesOf(error) }),
    })
  }

  return (
    <Row className={styles.row} aria-busy={revoke.isPending || undefined}>
      <RowHeader className={styles.who}>
        <span className={styles.browser} title={session.userAgent}>
          <Icon size={16} aria-hidden />
          {browser}
        </span>
        {session.current && <Badge tone="ok">{t`This browser`}</Badge>}
      </RowHeader>
      <LabelledCell label={t`Address`}>
        <IpCell ip={address} />
      </LabelledCell>
      <LabelledCell label={t`Signed in`}>
        <RelativeTime at={session.createdAt} />
      </LabelledCell>
      <LabelledCell label={t`Last seen`}>
        {session.current ? t`now` : <RelativeTime at={session.lastSeenAt} />}
      </LabelledCell>
      <Cell className={styles.actions}>
        {!session.current && (
          <Button
            size="small"
            busy={revoke.isPending}
            disabledReason={block}
            aria-label={t`Sign out ${browser} from ${address}`}
            onClick={signOut}
          >
            {revoke.isPending ? t`Signing out…` : t`Sign out`}
          </Button>
        )}
      </Cell>
    </Row>
  )
}
