import { sql, type Transaction } from 'kysely'
import type { UnbanCause } from '../../../shared/event.ts'
import type { BanFact } from '../../../shared/feed.ts'
import { countBans, noteRepeats, recountBan } from '../../db/ban-figures.ts'
import { ipKeyOf, PERMANENT, reasonColumns } from '../../db/ban-rows.ts'
import type { Database, NewActiveBan, NewBanEvent } from '../../db/schema.ts'
import type { AnyRun, Run } from './ban-changes.ts'

export type Tx = Transaction<Database>

/** Writes one run within a transaction; `seen` marks the bans that it names. */
export async function applyRun(tx: Tx, host: string, run: AnyRun, seen: number): Promise<void> {
  const { jail } = run
  switch (run.kind) {
    case 'ban':
      return announce(tx, { host, jail, seen }, run.changes, await known(tx, host, run))
    case 'present':
      return applyPresent(tx, { host, jail, seen }, run)
    case 'detail':
      return complete(tx, host, run.changes, await known(tx, host, run))
    case 'past':
      return archive(tx, host, jail, run.changes, 1)
    case 'end':
      return applyEnds(tx, host, run)
    case 'unban':
      return applyUnbans(tx, host, run)
  }
}

interface Known {
  readonly bannedAt: number
  /** Its times are a guess. */
  readonly guessed: boolean
}

async function known(tx: Tx, host: string, run: AnyRun): Promise<Map<string, Known>> {
  const rows = await tx
    .selectFrom('active_bans')
    .select(['ip', 'banned_at', (select) => select('matches', 'is', null).as('guessed')])
    .where('host', '=', host)
    .where('jail', '=', run.jail)
    .where(
      'ip',
      'in',
      run.changes.map((change) => change.ip),
    )
    .execute()
  return new Map(rows.map((row) => [row.ip, { bannedAt: row.banned_at, guessed: Boolean(row.guessed) }]))
}

interface Place {
  readonly host: string
  readonly jail: string
  readonly seen: number
}

async function announce(
  tx: Tx,
  { host, jail, seen }: Place,
  facts: readonly BanFact[],
  before: ReadonlyMap<string, Known>,
): Promise<void> {
  if (facts.length === 0) return
  await archive(tx, host, jail, facts, 0)
  const rows = facts.map((fact): NewActiveBan => ({
    host,
    jail,
    ip: fact.ip,
    ip_key: ipKeyOf(fact.ip),
    banned_at: fact.bannedAt,
    expires_at: fact.expiresAt ?? PERMANENT,
    ban_count: fact.banCount,
    ...reasonColumns(fact.reason),
    seen,
  }))
  await tx
    .insertInto('active_bans')
    .values(rows)
    .onConflict((conflict) =>
      conflict.columns(['ip', 'host', 'jail']).doUpdateSet((set) => ({
        banned_at: set.ref('excluded.banned_at'),
        expires_at: set.ref('excluded.expires_at'),
        ban_count: set.ref('excluded.ban_count'),
        failures: set.ref('excluded.failures'),
        matches: set.ref('excluded.matches'),
        seen: set.ref('excluded.seen'),
      })),
    )
    .execute()
  await count(tx, host, jail, facts.filter((fact) => !before.has(fact.ip)).length)
}

/** Into the archive what it does not hold: one ban of an address in a jail at one time is one entry. */
async function archive(
  tx: Tx,
  host: string,
  jail: string,
  facts: readonly BanFact[],
  imported: 0 | 1,
): Promise<void> {
  const rows = await tx
    .selectFrom('ban_events')
    .select(['ip', 'at'])
    .where(
      'ip',
      'in',
      facts.map((fact) => fact.ip),
    )
    .where('at', '>=', Math.min(...facts.map((fact) => fact.bannedAt)))
    .where('host', '=', host)
    .where('jail', '=', jail)
    .where('kind', '=', 'ban')
    .execute()
  const held = new Set(rows.map((row) => `${row.at} ${row.ip}`))
  const events = facts
    .filter((fact) => !held.has(`${fact.bannedAt} ${fact.ip}`))
    .map((fact): NewBanEvent => ({
      kind: 'ban',
      host,
      jail,
      ip: fact.ip,
      ip_key: ipKeyOf(fact.ip),
      at: fact.bannedAt,
      imported,
      expires_at: fact.expiresAt,
      ban_count: fact.banCount,
      ...reasonColumns(fact.reason),
      cause: null,
    }))
  if (events.length === 0) return
  await tx.insertInto('ban_events').values(events).execute()
  const times = events.map((event) => event.at)
  await countBans(tx, { host, jail }, times)
  await noteRepeats(
    tx,
    host,
    events.map((event) => event.ip),
    times,
  )
}

async function applyPresent(tx: Tx, place: Place, run: Run<'present'>): Promise<void> {
  const before = await known(tx, place.host, run)
  const isNews = (fact: BanFact): boolean => {
    const ban = before.get(fact.ip)
    if (ban === undefined) return true
    return fact.reason !== null && !ban.guessed && fact.bannedAt > ban.bannedAt
  }
  await announce(tx, place, run.changes.filter(isNews), before)
  const old = run.changes.filter((fact) => !isNews(fact))
  await complete(
    tx,
    place.host,
    old.filter((fact) => fact.reason !== null),
    before,
  )
  if (old.length === 0) return
  await tx
    .updateTable('active_bans')
    .set({ seen: place.seen })
    .where('host', '=', place.host)
    .where('jail', '=', place.jail)
    .where(
      'ip',
      'in',
      old.map((fact) => fact.ip),
    )
    .execute()
}

/** Replaces guesses by facts, in the list of active bans and in the archive, where the entry keeps its id. */
async function complete(
  tx: Tx,
  host: string,
  facts: readonly BanFact[],
  before: ReadonlyMap<string, Known>,
): Promise<void> {
  for (const fact of facts) {
    const ban = before.get(fact.ip)
    if (!ban?.guessed) continue
    const columns = {
      ban_count: fact.banCount,
      ...reasonColumns(fact.reason),
    }
    await tx
      .updateTable('active_bans')
      .set({ banned_at: fact.bannedAt, expires_at: fact.expiresAt ?? PERMANENT, ...columns })
      .where('ip', '=', fact.ip)
      .where('host', '=', host)
      .where('jail', '=', fact.jail)
      .execute()
    const { numUpdatedRows } = await tx
      .updateTable('ban_events')
      .set({ at: fact.bannedAt, expires_at: fact.expiresAt, ...columns })
      .where('ip', '=', fact.ip)
      .where('at', '=', ban.bannedAt)
      .where('host', '=', host)
      .where('jail', '=', fact.jail)
      .where('kind', '=', 'ban')
      .executeTakeFirst()
    if (numUpdatedRows > 0n) await recountBan(tx, { host, jail: fact.jail }, ban.bannedAt, fact.bannedAt)
  }
}

async function applyEnds(tx: Tx, host: string, { jail, changes }: Run<'end'>): Promise<void> {
  for (const { ip, expiresAt } of changes) {
    await tx
      .updateTable('active_bans')
      .set({ expires_at: expiresAt ?? PERMANENT })
      .where('ip', '=', ip)
      .where('host', '=', host)
      .where('jail', '=', jail)
      .execute()
  }
}

async function applyUnbans(tx: Tx, host: string, { jail, changes }: Run<'unban'>): Promise<void> {
  const byIp = new Map(changes.map((change) => [change.ip, change]))
  const ended = await remove(tx, host, jail, [...byIp.keys()])
  await archiveEnds(tx, host, jail, ended, (ban) => ({
    at: byIp.get(ban.ip)?.at ?? 0,
    cause: byIp.get(ban.ip)?.cause ?? 'unknown',
  }))
}

export interface EndedBan {
  readonly ip: string
  /** PERMANENT where it would not have expired. */
  readonly expiresAt: number
  readonly banCount: number
}

/** Takes bans out of the active ones and returns those there were. */
export async function remove(
  tx: Tx,
  host: string,
  jail: string,
  ips: readonly string[],
): Promise<EndedBan[]> {
  if (ips.length === 0) return []
  const rows = await tx
    .deleteFrom('active_bans')
    .where('host', '=', host)
    .where('jail', '=', jail)
    .where('ip', 'in', ips)
    .returning(['ip', 'expires_at', 'ban_count'])
    .execute()
  await count(tx, host, jail, -rows.length)
  return rows.map((row) => ({ ip: row.ip, expiresAt: row.expires_at, banCount: row.ban_count }))
}

export async function archiveEnds(
  tx: Tx,
  host: string,
  jail: string,
  bans: readonly EndedBan[],
  endOf: (ban: EndedBan) => { at: number; cause: UnbanCause },
): Promise<void> {
  if (bans.length === 0) return
  const events = bans.map((ban): NewBanEvent => ({
    kind: 'unban',
    host,
    jail,
    ip: ban.ip,
    ip_key: ipKeyOf(ban.ip),
    imported: 0,
    expires_at: null,
    ban_count: ban.banCount,
    failures: null,
    matches: null,
    ...endOf(ban),
  }))
  await tx.insertInto('ban_events').values(events).execute()
}

async function count(tx: Tx, host: string, jail: string, change: number): Promise<void> {
  if (change === 0) return
  await tx
    .insertInto('active_ban_counts')
    .values({ host, jail, count: change })
    .onConflict((conflict) =>
      conflict
        .columns(['host', 'jail'])
        .doUpdateSet({ count: sql<number>`active_ban_counts.count + excluded.count` }),
    )
    .execute()
}
