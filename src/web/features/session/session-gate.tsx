import { Activity, Suspense, useEffect, useSyncExternalStore, type ReactNode } from 'react'
import { useQueryClient } from '@tanstack/react-query'
import { checkSession } from './check-session.ts'
import { onSignIn } from './other-tabs.ts'
import { sessionEnd } from './session-end.ts'
import { lazyPart } from '../../ui/lazy-part.ts'

const load = () => import('./sign-in-again.tsx')
const SignInAgain = lazyPart(async () => (await load()).SignInAgain)

/**
 * What only those may see who are signed in. When the session ends, all of it is hidden but stays as it is, and a sign-in
 * form takes its place: whoever was typing goes on where they were.
 */
export function SessionGate({ children }: { children: ReactNode }) {
  const hasEnded = useSyncExternalStore(sessionEnd.subscribe, sessionEnd.hasCome)
  const client = useQueryClient()
  useEffect(() => onSignIn(() => void checkSession(client)), [client])
  useEffect(() => {
    // When it is needed, the server may have been updated and have other files.
    const timer = setTimeout(() => void load().catch(() => undefined), PRELOAD_MS)
    return () => clearTimeout(timer)
  }, [])
  return (
    <>
      <Activity mode={hasEnded ? 'hidden' : 'visible'}>{children}</Activity>
      {hasEnded && (
        <Suspense fallback={null}>
          <SignInAgain />
        </Suspense>
      )}
    </>
  )
}

const PRELOAD_MS = 3_000
