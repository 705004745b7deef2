import type { QueryClient } from '@tanstack/react-query'
import type { HostEvent } from '../../../shared/event.ts'
import type { CurrentSession } from '../../../shared/session.ts'
import type { LiveMessage } from '../../api/events-protocol.ts'
import { setSessionStoreInterrupted } from '../../api/session-store.ts'
import { applyBanMessages } from '../bans/live-bans.ts'
import { healthMark, healthQuery } from '../health/health.queries.ts'
import { hostsQuery, jailsQuery } from '../hosts/hosts.queries.ts'

const LIVE: ReadonlySet<unknown> = new Set(['hosts', 'jails', 'bans', 'ip'])

/** Brings what is on the screen up to date. Cheap for any number of events: whole lists are fetched again at most once. */
export function applyMessages(client: QueryClient, messages: readonly LiveMessage[]): void {
  if (messages.some((message) => message.kind === 'reset')) {
    void client.invalidateQueries()
    return
  }
  if (messages.some((message) => message.kind === 'begin')) refetchLive(client)
  for (const message of messages) {
    switch (message.kind) {
      case 'host':
        applyHost(client, message.event)
        break
      case 'state':
        // When it is back, the first answer says so; the banner asks every two seconds.
        if (message.event.state === 'degraded') setSessionStoreInterrupted(true)
        break
      case 'ban':
      case 'unban':
      case 'reset':
      case 'begin':
        break
    }
  }
  applyBanMessages(client, messages)
  applyToAddresses(client, messages)
}

/** Fetches anew what events keep fresh. */
export function refetchLive(client: QueryClient): void {
  void client.invalidateQueries({ predicate: ({ queryKey }) => LIVE.has(queryKey[0]) })
}

function applyHost(client: QueryClient, { host, jails }: HostEvent): void {
  const { queryKey } = jailsQuery(host.id)
  const before = client.getQueryData(hostsQuery.queryKey)?.find((known) => known.id === host.id)
  if (healthMark(before, client.getQueryData(queryKey)) !== healthMark(host, jails)) {
    void client.invalidateQueries({ queryKey: healthQuery.queryKey })
  }
  client.setQueryData(hostsQuery.queryKey, (hosts) => {
    if (!hosts) return hosts
    if (!hosts.some((known) => known.id === host.id)) return [...hosts, host]
    return hosts.map((known) => (known.id === host.id ? host : known))
  })
  client.setQueryData(queryKey, jails)
}

/** The caller's own address may be among them, and so may the one that is being looked at. */
function applyToAddresses(client: QueryClient, messages: readonly LiveMessage[]): void {
  const changed = messages.flatMap((message) =>
    message.kind === 'ban' || message.kind === 'unban' ? [message.event] : [],
  )
  if (changed.length === 0) return
  void client.invalidateQueries({ queryKey: ['ip'] })
  const own = client.getQueryData<CurrentSession>(['session'])?.address
  if (changed.some((event) => event.ip === own || event.ip.includes('/'))) {
    void client.invalidateQueries({ queryKey: ['session'] })
  }
}
