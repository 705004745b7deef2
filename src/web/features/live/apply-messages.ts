import type { QueryClient } from '@tanstack/react-query'
import type { Ban } from '../../../shared/ban.ts'
import type { BanEvent } from '../../../shared/event.ts'
import type { Host } from '../../../shared/host.ts'
import type { CurrentSession } from '../../../shared/session.ts'
import type { LiveMessage } from '../../api/events.ts'
import { setSessionStoreInterrupted } from '../../api/session-store.ts'
import { addNewestBan, type BanPages } from '../bans/ban-pages.ts'
import { dropBan, filterOf, NEWEST_FIRST } from '../bans/bans.queries.ts'
import { hostsQuery, jailsQuery } from '../hosts/hosts.queries.ts'

/** Brings what is on the screen up to date. Cheap for any number of events: whole lists are fetched again at most once. */
export function applyMessages(client: QueryClient, messages: readonly LiveMessage[]): void {
  if (messages.some((message) => message.kind === 'reset')) {
    void client.invalidateQueries()
    return
  }
  let listsAreStale = false
  for (const message of messages) {
    switch (message.kind) {
      case 'host':
        applyHost(client, message.event.host)
        client.setQueryData(jailsQuery(message.event.host.id).queryKey, message.event.jails)
        break
      case 'unban':
        dropBan(client, message.event)
        break
      case 'ban':
        listsAreStale = addToLists(client, message.event) || listsAreStale
        break
      case 'state':
        // When it is back, the first answer says so; the banner asks every two seconds.
        if (message.event.state === 'degraded') setSessionStoreInterrupted(true)
        break
      case 'reset':
        break
    }
  }
  // Which lists a ban belongs to, and where, is the server's knowledge, except for the newest ones on top.
  if (listsAreStale) {
    void client.invalidateQueries({
      queryKey: ['bans'],
      predicate: (query) => !takesNewest(filterOf(query.queryKey)),
    })
  }
  applyToAddresses(client, messages)
}

function applyHost(client: QueryClient, host: Host): void {
  client.setQueryData(hostsQuery.queryKey, (hosts) => {
    if (!hosts) return hosts
    if (!hosts.some((known) => known.id === host.id)) return [...hosts, host]
    return hosts.map((known) => (known.id === host.id ? host : known))
  })
}

function takesNewest(filter: { q: string; sort: string }): boolean {
  return filter.q === '' && filter.sort === NEWEST_FIRST
}

/** Live bans make the first page longer; beyond this it is fetched again, so that a list left open does not grow for ever. */
const LONGEST_FIRST_PAGE = 200

/** True if some list has to be fetched to show it. */
function addToLists(client: QueryClient, event: BanEvent): boolean {
  let stale = false
  const lists = client.getQueriesData<BanPages>({ queryKey: ['bans'] })
  for (const [key, data] of lists) {
    const filter = filterOf(key)
    if (filter.jail !== '' && filter.jail !== event.jail) continue
    if (!takesNewest(filter)) stale = true
    else if (data) client.setQueryData<BanPages>(key, addNewestBan(data, banOf(event)))
    if ((data?.pages[0]?.items.length ?? 0) > LONGEST_FIRST_PAGE) {
      void client.invalidateQueries({ queryKey: key, exact: true })
    }
  }
  return stale
}

function banOf(event: BanEvent): Ban {
  return {
    host: event.host,
    jail: event.jail,
    ip: event.ip,
    bannedAt: event.at,
    banCount: event.banCount ?? 1,
    ...(event.expiresAt !== undefined && { expiresAt: event.expiresAt }),
    ...(event.reason && { reason: event.reason }),
  }
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
