import { z } from 'zod'
import type { Actor } from '../../http/endpoint.ts'
import type { Logger } from '../../lib/logger.ts'
import type { EventClients } from './event-clients.ts'

/** What is told on the bus's topic `sessions`. */
const SessionNews = z.object({ userId: z.string() })

/** Ends the streams of sessions that count no more, or whose user has another role. */
export function createAdmissionCheck(deps: {
  clients: Pick<EventClients, 'actors' | 'sift'>
  admitted: (actors: readonly Actor[]) => Promise<(actor: Actor) => boolean>
  log: Logger
}): { readonly everybody: () => void; readonly whoIsNamed: (message: unknown) => void } {
  const { clients, admitted, log } = deps

  async function check(actors: readonly Actor[]): Promise<void> {
    if (actors.length === 0) return
    try {
      clients.sift(await admitted(actors))
    } catch (error) {
      // An outage says nothing about anybody's session.
      log.debug({ err: error }, 'cannot check the sessions behind live streams')
    }
  }

  return {
    everybody: () => void check(clients.actors),
    /** Something about this user's sessions has changed: whoever lost theirs is not left waiting for the next round. */
    whoIsNamed(message) {
      const { data } = SessionNews.safeParse(message)
      if (data) void check(clients.actors.filter(({ id }) => id === data.userId))
    },
  }
}
