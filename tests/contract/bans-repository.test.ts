import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import * as fc from 'fast-check'
import { Kysely, sql, type CompiledQuery } from 'kysely'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openDatabase, type Db } from '../../src/server/db/database.ts'
import { nodeSqliteDialect } from '../../src/server/db/node-sqlite.ts'
import type { Database } from '../../src/server/db/schema.ts'
import { stepsOf } from '../../src/server/features/bans/ban-changes.ts'
import { createBanFeedRepository } from '../../src/server/features/bans/ban-feed.repository.ts'
import { bansJobs } from '../../src/server/features/bans/bans.jobs.ts'
import { createBansRepository, FEW, type BanFilter } from '../../src/server/features/bans/bans.repository.ts'
import { listedIp, type IpEntry } from '../../src/shared/ip.ts'
import { BanSort } from '../../src/shared/ban.ts'
import type { BanFact, FeedChange } from '../../src/shared/feed.ts'
import { ban, fact, NOON, unban } from '../support/console-app.ts'

const MINUTE = 60_000

let folder: string
let db: Db
const queries: CompiledQuery[] = []

const MANY = 3_500

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'bangui-bans-'))
  const path = join(folder, 'bans.db')
  await (await openDatabase({ kind: 'sqlite', path })).destroy()
  db = new Kysely<Database>({
    dialect: nodeSqliteDialect(path),
    log: (event) => {
      if (event.level === 'query') queries.push(event.query)
    },
  })
  const changes = Array.from({ length: MANY }, (_, index) =>
    ban(`2001:db8:0:${(index % 7).toString(16)}::${index.toString(16)}`, {
      jail: index % (2 * FEW) === 0 ? 'rare' : 'sshd',
      bannedAt: NOON + index,
      banCount: index % 9,
    }),
  )
  await apply(db, changes)
})

afterAll(async () => {
  await db.destroy()
  rmSync(folder, { recursive: true, force: true })
})

async function apply(db: Db, changes: FeedChange[]): Promise<void> {
  const feed = createBanFeedRepository(db)
  for (const step of stepsOf(changes, 50)) {
    if ('runs' in step) await feed.apply('local', 'epoch', step.runs)
  }
}

function network(text: string): IpEntry {
  const entry = listedIp(text)
  if (!entry) throw new Error(text)
  return entry
}

/** How SQLite carries out what `work` asks of the active bans. */
async function plansOf(work: () => Promise<unknown>): Promise<string[]> {
  queries.length = 0
  await work()
  const asked = queries.filter((query) => query.sql.includes('from "active_bans"'))
  const plans: string[] = []
  for (const query of asked) {
    const { rows } = await db.executeQuery<{ detail: string }>({
      ...query,
      sql: `explain query plan ${query.sql}`,
    })
    plans.push(rows.map((row) => row.detail).join(' | '))
  }
  return plans
}

const MANY_FOUND: ReadonlyArray<readonly [string, BanFilter]> = [
  ['all bans', {}],
  ['a host', { host: 'local' }],
  ['a jail with many bans', { jail: 'sshd' }],
  ['a beginning that many have', { within: { prefix: '2001:db8' } }],
  ['the same in a jail', { jail: 'sshd', within: { prefix: '2001:' } }],
  ['a network with many bans', { within: { network: network('2001:db8::/32') } }],
]
const FEW_FOUND: ReadonlyArray<readonly [string, BanFilter]> = [
  ['a jail with few bans', { jail: 'rare' }],
  ['a beginning that few have', { within: { prefix: '2001:db8:0:1::1f' } }],
  ['a network with few bans', { within: { network: network('2001:db8:0:1::/120') } }],
  ['nothing', { within: { prefix: '9' } }],
]

describe('a page of active bans', () => {
  const repository = () => createBansRepository(db)
  const places = async (filter: BanFilter, sort: BanSort) =>
    (await repository().page({ filter, sort, limit: 5, after: undefined })).next

  it.each(MANY_FOUND)('of %s is read in the order of an index, from the cursor on', async (_, filter) => {
    for (const sort of BanSort.options) {
      const after = await places(filter, sort)
      const plans = await plansOf(() => repository().page({ filter, sort, limit: 50, after }))
      expect(plans.join('\n')).not.toContain('TEMP B-TREE')
      expect(plans.at(-1)).toMatch(/^SEARCH active_bans USING INDEX active_bans_\w+ \(/)
    }
  })

  it.each(FEW_FOUND)('of %s is found by the filter’s own index', async (_, filter) => {
    for (const sort of BanSort.options) {
      const plans = await plansOf(() => repository().page({ filter, sort, limit: 50, after: undefined }))
      for (const plan of plans) expect(plan).toMatch(/^SEARCH active_bans USING (?:COVERING )?INDEX/)
    }
  })

  it('counts without reading the bans where nothing is searched', async () => {
    for (const filter of [{}, { host: 'local' }, { jail: 'sshd' }, { host: 'local', jail: 'rare' }]) {
      queries.length = 0
      await repository().page({ filter, sort: 'ip', limit: 1, after: undefined })
      expect(queries.filter((query) => query.sql.includes('count(')).length).toBe(0)
    }
  })

  it('gives the same bans by either way of searching', async () => {
    const all = await db.selectFrom('active_bans').selectAll().execute()
    for (const [, filter] of [...MANY_FOUND, ...FEW_FOUND]) {
      const { jail, within } = filter
      const expected = all.filter((row) => {
        const inJail = jail === undefined || row.jail === jail
        const entry = listedIp(row.ip)
        if (within === undefined || !entry) return inJail
        if ('prefix' in within) return inJail && row.ip.startsWith(within.prefix)
        return inJail && within.network.first <= entry.first && entry.last <= within.network.last
      })
      const page = await repository().page({ filter, sort: '-bannedAt', limit: 500, after: undefined })
      expect(page.total).toBe(expected.length)
      const newest = expected.toSorted((a, b) => b.banned_at - a.banned_at).slice(0, 500)
      expect(page.items.map((item) => item.ip)).toEqual(newest.map((row) => row.ip))
    }
  })
})

describe('looking at one address', () => {
  it('searches an index for it and all networks around it', async () => {
    const repository = createBansRepository(db)
    for (const work of [
      () => repository.covering(network('2001:db8:0:1::1')),
      () => repository.covering(network('203.0.113.7')),
      () => repository.inside(network('2001:db8:0:1::/64'), 100),
    ]) {
      const plans = await plansOf(work)
      expect(plans).toHaveLength(1)
      expect(plans[0]).toMatch(/^SEARCH active_bans USING INDEX active_bans_by_address \(ip_key/)
    }
  })
})

describe('the feed', () => {
  it('searches indices for whatever it changes', async () => {
    const some = Array.from({ length: 20 }, (_, index) => `2001:db8:0:${(index % 7).toString(16)}::${index}`)
    queries.length = 0
    await apply(db, [
      ...some.map((ip): FeedChange => ({ kind: 'present', ...fact(ip, { bannedAt: NOON + MINUTE }) })),
      ...some.map((ip): FeedChange => ({ kind: 'past', ...fact(ip, { bannedAt: NOON + MINUTE }) })),
      ...some.map((ip): FeedChange => ({ kind: 'end', jail: 'sshd', ip, expiresAt: null })),
      ...some.map((ip) => unban(ip)),
    ])
    const feed = createBanFeedRepository(db)
    await feed.sweep({
      host: 'local',
      jail: 'sshd',
      unlessNamedIn: 'epoch',
      at: NOON,
      cause: 'unknown',
      after: { bannedAt: NOON, ip: 'x' },
      limit: 100,
    })
    const asked = queries.filter((query) => /^(select|update|delete)/.test(query.sql))
    expect(asked.length).toBeGreaterThan(8)
    for (const query of asked) {
      const { rows } = await db.executeQuery<{ detail: string }>({
        ...query,
        sql: `explain query plan ${query.sql}`,
      })
      expect(rows.map((row) => row.detail).join('\n')).not.toMatch(/SCAN|TEMP B-TREE/)
    }
  })

  it('keeps its counts equal to the bans, whatever comes in whatever order', async () => {
    const ip = fc.constantFrom('192.0.2.1', '192.0.2.2', '192.0.2.3', '192.0.2.4')
    const jail = fc.constantFrom('sshd', 'recidive')
    const bannedAt = fc.integer({ min: 0, max: 3 }).map((minutes) => NOON + minutes * MINUTE)
    const reason = fc.constantFrom<BanFact['reason'][]>(null, { failures: 1, matches: [] })
    const told = fc.record({ ip, jail, bannedAt, reason }).map((more) => fact(more.ip, more))
    const change = fc.oneof(
      told.map((it): FeedChange => ({ kind: 'ban', ...it })),
      told.map((it): FeedChange => ({ kind: 'present', ...it })),
      told.map((it): FeedChange => ({ kind: 'detail', ...it })),
      told.map((it): FeedChange => ({ kind: 'past', ...it })),
      fc.record({ ip, jail }).map(({ ip, jail }) => unban(ip, jail)),
    )
    await fc.assert(
      fc.asyncProperty(fc.array(change, { maxLength: 40 }), async (changes) => {
        await using own = await emptyDatabase()
        await apply(own.db, changes)
        const counts = await own.db
          .selectFrom('active_ban_counts')
          .select(['jail', 'count'])
          .where('count', '!=', 0)
          .orderBy('jail')
          .execute()
        const real = await own.db
          .selectFrom('active_bans')
          .select(['jail', sql<number>`count(*)`.as('count')])
          .groupBy('jail')
          .orderBy('jail')
          .execute()
        expect(counts).toEqual(real)
      }),
      { numRuns: 60 },
    )
  })

  it('has no effect when everything is told once more', async () => {
    const changes = ['192.0.2.1', '192.0.2.2'].flatMap((ip) => [
      ban(ip),
      unban(ip),
      ban(ip, { bannedAt: NOON + 1 }),
    ])
    await using own = await emptyDatabase()
    await apply(own.db, changes)
    const before = await own.db.selectFrom('ban_events').select(['kind', 'ip', 'at']).execute()
    await apply(own.db, [ban('192.0.2.1', { bannedAt: NOON + 1 }), ban('192.0.2.2', { bannedAt: NOON + 1 })])
    expect(await own.db.selectFrom('ban_events').select(['kind', 'ip', 'at']).execute()).toEqual(before)
  })

  it('forgets the oldest entries of the archive first', async () => {
    await using own = await emptyDatabase()
    const at = (minutes: number) => ({ bannedAt: NOON + minutes * MINUTE })
    await apply(own.db, [ban('192.0.2.3', at(3)), ban('192.0.2.1', at(1)), ban('192.0.2.2', at(2))])
    const feed = createBanFeedRepository(own.db)
    expect(await feed.forgetEvents(NOON + 3 * MINUTE, 1)).toBe(1)
    expect(await feed.forgetEvents(NOON + 3 * MINUTE, 5)).toBe(1)
    const left = await own.db.selectFrom('ban_events').select('ip').execute()
    expect(left).toEqual([{ ip: '192.0.2.3' }])
  })
})

describe('the job that forgets history', () => {
  it('takes everything older than the days to keep, and nothing else', async () => {
    await using own = await emptyDatabase()
    const day = 86_400_000
    const old = Array.from({ length: 450 }, (_, index) => `2001:db8::${(index + 1).toString(16)}`)
    await apply(own.db, [
      ...old.map((ip) => ban(ip, { bannedAt: NOON - 91 * day })),
      ban('192.0.2.1', { bannedAt: NOON - 89 * day }),
    ])
    const repository = createBanFeedRepository(own.db)
    const [job] = bansJobs({ repository, keepDays: async () => 90, now: () => NOON })
    const run = { slot: 0, attempt: 1, fence: 1, payload: null }
    await job?.run({ ...run, signal: new AbortController().signal })
    expect(await own.db.selectFrom('ban_events').select('ip').execute()).toEqual([{ ip: '192.0.2.1' }])
    // Whoever is banned still stays banned.
    expect(await own.db.selectFrom('active_bans').select('ip').execute()).toHaveLength(451)
  })
})

async function emptyDatabase(): Promise<AsyncDisposable & { db: Db }> {
  const db = await openDatabase({ kind: 'sqlite', path: ':memory:' })
  return { db, [Symbol.asyncDispose]: () => db.destroy() }
}
