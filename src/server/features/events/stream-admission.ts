import type { SessionUser } from '../../http/admit.ts'
import type { Actor } from '../../http/endpoint.ts'
import type { Sessions } from '../../state/state-provider.ts'
import type { EventStreamDeps } from './event-stream.ts'

/** Says of open streams whether their session still counts; one look per user however many streams they have open. */
export function createStreamAdmission(deps: {
  sessions: Pick<Sessions, 'list'>
  findUser: (id: string) => Promise<SessionUser | undefined>
  /** Told of whoever stays: an open stream is a use of its session. */
  noteSeen?: (actor: Actor) => void
}): EventStreamDeps['admitted'] {
  async function sessionsThatCount(userId: string): Promise<{ hashes: Set<string>; role: string }> {
    const [user, sessions] = await Promise.all([deps.findUser(userId), deps.sessions.list(userId)])
    if (!user || user.disabled) return { hashes: new Set(), role: '' }
    const valid = sessions.filter(({ data }) => data.authVersion === user.authVersion)
    return { hashes: new Set(valid.map(({ idHash }) => idHash)), role: user.role }
  }

  return async (actors) => {
    const asked = new Set(actors)
    const users = new Map<string, Awaited<ReturnType<typeof sessionsThatCount>>>()
    for (const id of new Set(actors.map((actor) => actor.id))) users.set(id, await sessionsThatCount(id))
    return (actor: Actor) => {
      // Whoever came while the others were looked up has just been admitted.
      if (!asked.has(actor)) return true
      const user = users.get(actor.id)
      const stays = user !== undefined && user.hashes.has(actor.sessionIdHash) && user.role === actor.role
      if (stays) deps.noteSeen?.(actor)
      return stays
    }
  }
}
