import { useQuery } from '@tanstack/react-query'
import type { SessionInfo } from '../../../shared/session.ts'
import { Button } from '../../ui/button.tsx'
import { AlertDialog } from '../../ui/dialog.tsx'
import { RelativeTime } from '../../ui/relative-time.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import { showToast } from '../../ui/toast.ts'
import { countOf } from '../../ui/words.ts'
import { sessionsQuery, useSignOutOthers } from '../session/session.queries.ts'
import { describeBrowser } from './browser-name.ts'
import styles from './shell.module.css'

/** Lists where else this user is signed in, and ends all of that. */
export function SignOutOthers({
  open,
  onOpenChange,
}: {
  open: boolean
  onOpenChange: (open: boolean) => void
}) {
  const sessions = useQuery({ ...sessionsQuery, enabled: open })
  const signOut = useSignOutOthers()
  const others = sessions.data?.items.filter((session) => !session.current)
  const count = others?.length ?? 0

  function confirm() {
    signOut.mutate(undefined, {
      onSuccess() {
        onOpenChange(false)
        showToast({ tone: 'ok', title: `Signed out ${countOf(count, 'other browser')}` })
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
      title={others?.length === 0 ? 'No other browser is signed in' : 'Sign out other browsers?'}
      description={
        others?.length === 0
          ? 'This one is the only browser that is signed in with your account.'
          : 'This browser stays signed in. All others have to sign in again.'
      }
      confirm={
        <Button
          variant="primary"
          busy={signOut.isPending}
          disabledReason={count === 0 ? 'There is nothing to sign out.' : undefined}
          onClick={confirm}
        >
          {count === 0 ? 'Sign out' : `Sign out ${countOf(count, 'browser')}`}
        </Button>
      }
    >
      {failure && <p role="alert">{failure.message}</p>}
      {sessions.isPending && <Skeleton rows={2} height={44} />}
      {others && others.length > 0 && (
        <ul className={styles.sessions}>
          {others.map((session) => (
            <OtherSession key={session.id} session={session} />
          ))}
        </ul>
      )}
    </AlertDialog>
  )
}

function OtherSession({ session }: { session: SessionInfo }) {
  return (
    <li>
      <p>
        {describeBrowser(session.userAgent)} from {session.address}
      </p>
      <p>
        Signed in <RelativeTime at={session.createdAt} />
      </p>
    </li>
  )
}
