import { useLingui } from '@lingui/react/macro'
import { useQuery } from '@tanstack/react-query'
import { useWriteBlock } from '../live/live-provider.tsx'
import { sessionQuery } from '../session/session.queries.ts'

/** Why this user cannot ban or unban now; undefined if nothing is in the way. */
export function useChangeBlock(): string | undefined {
  const { t } = useLingui()
  const offline = useWriteBlock()
  const { data: session } = useQuery(sessionQuery)
  if (session?.user.role === 'viewer') {
    return t`Your role may only look. Ask an administrator for the role operator.`
  }
  return offline
}
