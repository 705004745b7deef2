import { Plural, Trans, useLingui } from '@lingui/react/macro'
import { plural } from '@lingui/core/macro'
import { useQuery } from '@tanstack/react-query'
import type { SessionInfo } from '../../../shared/session.ts'
import { sentencesOf } from '../../api/api-error.ts'
import { Button } from '../../ui/button.tsx'
import { AlertDialog } from '../../ui/dialog.tsx'
import { RelativeTime } from '../../ui/relative-time.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import { showToast } from '../../ui/toast.ts'
import { sessionsQuery, useSignOutOthers } from '../session/session.queries.ts'
import { describeBrowser } from './browser-name.ts'
import styles from './users.module.css'

/** Lists where else this user is signed in, and ends all of that. */
export function SignOutOthers({
  open,
  onOpenChange,
}: {
  open: boolean
  onOpenChange: (open: boolean) => void
}) {
  const { t } = useLingui()
  const sessions = useQuery({ ...sessionsQuery, enabled: open })
  const signOut = useSignOutOthers()
  const others = sessions.data?.items.filter((session) => !session.current)
  const count = others?.length ?? 0

  function confirm() {
    signOut.mutate(undefined, {
      onSuccess() {
        onOpenChange(false)
        const title = plural(count, {
          one: 'Signed out # other browser',
          other: 'Signed out # other browsers',
        })
        showToast({ tone: 'ok', title })
      },
    })
  }

  const failure = signOut.error ?? sessions.error
  return (
    <AlertDialog
      open={open}
      onOpenChange={(next) => {
        signOut.reset()
        onOpenChange(next)
      }}
      title={others?.length === 0 ? t`No other browser is signed in` : t`Sign out other browsers?`}
      description={
        others?.length === 0
          ? t`This one is the only browser that is signed in with your account.`
          : t`This browser stays signed in. All others have to sign in again.`
      }
      confirm={
        <Button
          variant="primary"
          busy={signOut.isPending}
          disabledReason={count === 0 ? t`There is nothing to sign out.` : undefined}
          onClick={confirm}
        >
          {count === 0 ? (
            t`Sign out`
          ) : (
            <Plural value={count} one="Sign out # browser" other="Sign out # browsers" />
          )}
        </Button>
      }
    >
      {failure && <p role="alert">{sentencesOf(failure)}</p>}
      {sessions.isPending && <Skeleton rows={2} height={44} />}
      {others && others.length > 0 && (
        <ul className={styles.others}>
          {others.map((session) => (
            <OtherSession key={session.id} session={session} />
          ))}
        </ul>
      )}
    </AlertDialog>
  )
}

function OtherSession({ session }: { session: SessionInfo }) {
  const browser = describeBrowser(session.userAgent)
  return (
    <li>
      <p>
        <Trans>
          {browser} from {session.address}
        </Trans>
      </p>
      <p>
        <Trans>
          Last seen <RelativeTime at={session.lastSeenAt} />
        </Trans>
      </p>
    </li>
  )
}
