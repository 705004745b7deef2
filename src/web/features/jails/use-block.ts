import { t } from '@lingui/core/macro'
import { useQuery } from '@tanstack/react-query'
import type { Host } from '../../../shared/host.ts'
import { useWriteBlock } from '../live/live-provider.tsx'
import { sessionQuery } from '../session/session.queries.ts'

/** Why this user may not change a jail at all; undefined if the role suffices. */
export function useRoleBlock(needed: 'operator' | 'admin'): string | undefined {
  const { data: session } = useQuery(sessionQuery)
  const role = session?.user.role
  if (needed === 'admin' && role !== 'admin') return t`Only administrators may do this.`
  return role === 'viewer'
    ? t`Your role may only look. Ask an administrator for the role operator.`
    : undefined
}

/** Why this user cannot change a jail now; undefined if nothing is in the way. */
export function useJailBlock(needed: 'operator' | 'admin', host: Host | undefined): string | undefined {
  const offline = useWriteBlock()
  const forbidden = useRoleBlock(needed)
  if (forbidden !== undefined || offline !== undefined) return forbidden ?? offline
  return host?.online === false ? t`fail2ban does not answer now.` : undefined
}
