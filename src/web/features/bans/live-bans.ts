import type { QueryClient } from '@tanstack/react-query'
import type { LiveMessage } from '../../api/events-protocol.ts'
import { dropBan } from './bans.queries.ts'

/** Lists are fetched again at once, and then at most so often, however much happens. */
const QUIET_MS = 400

const timers = new WeakMap<QueryClient, { isStale: boolean }>()

/** Brings the lists of bans up to date: what has ended goes at once, the rest is the server's knowledge. */
export function applyBanMessages(client: QueryClient, messages: readonly LiveMessage[]): void {
  const isConcerned = messages.some(({ kind }) => kind === 'ban' || kind === 'unban')
  if (!isConcerned) return
  for (const message of messages) if (message.kind === 'unban') dropBan(client, message.event)
  refetch(client)
}

function refetch(client: QueryClient): void {
  const waiting = timers.get(client)
  if (waiting) {
    waiting.isStale = true
    return
  }
  const timer = { isStale: false }
  timers.set(client, timer)
  void client.invalidateQueries({ queryKey: ['bans'] })
  setTimeout(() => {
    timers.delete(client)
    if (timer.isStale) refetch(client)
  }, QUIET_MS)
}
