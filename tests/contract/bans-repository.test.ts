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
import { FEW, readSearch, type BanFilter } from '../../src/server/features/bans/ban-search.ts'
import { createBansRepository } from '../../src/server/features/bans/bans.repository.ts'
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
  const from = await feed.position('local')
  await feed.advance('local', from, { epoch: 'epoch', seq: (from?.seq ?? 0) + 1 })
}

function network(text: string): IpEntry {
  const entry = listedIp(text)
  if (!entry) throw new Error(text)
  return entry
}

/** How SQLite carries out what `work` asks of the active bans. */
async function plansOf(work: () => Promise<unknown>, of = 'from "active_bans"'): Promise<string[]> {
  queries.length = 0
  await work()
  const asked = queries.filter((query) => query.sql.includes(of))
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

/** Of the query that reads the rows. */
async function planOfPage(work: () => Promise<unknown>): Promise<string> {
  const plans = await plansOf(work, 'select * from "active_bans"')
  expect(plans).toHaveLength(1)
  return plans[0] ?? ''
}

const MANY_FOUND: ReadonlyArray<readonly [string, BanFilter]> = [
  ['all bans', {}],
  ['a host', { host: 'local' }],
  ['a jail with many bans', { jail: 'sshd' }],
  ['a part that many have', { search: { text: '01:db8' } }],
  ['one or two letters', { search: { text: '1' } }],
  ['the same in a jail', { jail: 'sshd', search: { text: '2001:' } }],
  ['a network with many bans', { search: { network: network('2001:db8::/32') } }],
  ['all bans as they were', { upTo: 3_000 }],
]
const FEW_FOUND: ReadonlyArray<readonly [string, BanFilter]> = [
  ['a jail with few bans', { jail: 'rare' }],
  ['a part that few have', { search: { text: ':1::1f' } }],
  ['a network with few bans', { search: { network: network('2001:db8:0:1::/120') } }],
  ['nothing', { search: { text: '203.0.113' } }],
]

describe('a page of active bans', () => {
  const repository = () => createBansRepository(db)
  const places = async (filter: BanFilter, sort: BanSort) =>
    (await repository().page({ filter, sort, limit: 5, after: undefined })).next

  it.each(MANY_FOUND)('of %s is read in the order of an index, from the cursor on', async (_, filter) => {
    for (const sort of BanSort.options) {
      const after = await places(filter, sort)
      const plan = await planOfPage(() => repository().page({ filter, sort, limit: 50, after }))
      expect(plan).not.toContain('TEMP B-TREE')
      expect(plan).toMatch(/^SEARCH active_bans USING INDEX active_bans_\w+ \(/)
    }
  })

  it.each(FEW_FOUND)('of %s is found by the filter’s own index', async (_, filter) => {
    for (const sort of BanSort.options) {
      const plan = await planOfPage(() => repository().page({ filter, sort, limit: 50, after: undefined }))
      expect(plan).toMatch(
        /^SEARCH active_bans USING (?:INDEX active_bans_in_jail|INDEX active_bans_by_address|INTEGER PRIMARY KEY)/,
      )
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
      const { jail, search, upTo = Infinity } = filter
      const expected = all.filter((row) => {
        const isOld = row.id <= upTo && (jail === undefined || row.jail === jail)
        const entry = listedIp(row.ip)
        if (search === undefined || !entry) return isOld
        if ('text' in search) return isOld && row.ip.includes(search.text)
        return isOld && search.network.first <= entry.first && entry.last <= search.network.last
      })
      const page = await repository().page({ filter, sort: '-bannedAt', limit: 500, after: undefined })
      expect(page.total).toBe(expected.length)
      const newest = expected.toSorted((a, b) => b.banned_at - a.banned_at).slice(0, 500)
      expect(page.items.map((item) => item.ip)).toEqual(newest.map((row) => row.ip))
    }
  })
})

describe('jumping in a list of active bans', () => {
  it('gives the same bans as paging does, from either end', async () => {
    const repository = createBansRepository(db)
    for (const [, filter] of [...MANY_FOUND, ...FEW_FOUND]) {
      for (const sort of ['-bannedAt', 'ip', 'banCount'] as const) {
        const whole: string[] = []
        for await (const bans of repository.batches({ filter, sort })) {
          whole.push(...bans.map((item) => item.ip))
        }
        const { total } = await repository.page({ filter, sort, limit: 1 })
        expect(whole).toHaveLength(total)
        for (const offset of [0, 7, Math.floor(total / 2), total - 3, total, total + 9]) {
          const from = Math.max(0, offset)
          const page = await repository.page({ filter, sort, limit: 10, offset: from })
          expect(page.items.map((item) => item.ip)).toEqual(whole.slice(from, from + 10))
          expect(page.next !== undefined).toBe(from + 10 < total)
        }
      }
    }
  })

  it('shows a list as it was, and says how many came later', async () => {
    await using own = await emptyDatabase()
    const repository = createBansRepository(own.db)
    await apply(own.db, [ban('192.0.2.1'), ban('192.0.2.2')])
    const { mark } = await repository.page({ filter: {}, sort: 'ip', limit: 10 })
    await apply(own.db, [unban('192.0.2.1'), ban('192.0.2.3'), ban('198.51.100.4', { jail: 'recidive' })])
    const later = await repository.page({ filter: { upTo: mark }, sort: 'ip', limit: 10 })
    expect(later).toMatchObject({ items: [{ ip: '192.0.2.2' }], total: 1, newer: 2, all: 3 })
    const found = await repository.page({
      filter: { upTo: mark, search: { text: '192.0' } },
      sort: 'ip',
      limit: 10,
    })
    expect(found).toMatchObject({ items: [{ ip: '192.0.2.2' }], total: 1, newer: 1 })
  })
})

describe('searching active bans', () => {
  it('finds any part of an address or of a jail’s name, and networks around an address', async () => {
    await using own = await emptyDatabase()
    const repository = createBansRepository(own.db)
    await apply(own.db, [
      ...['203.0.113.7', '203.0.113.70', '203.0.113.0/24', '2001:db8::113'].map((ip) => ban(ip)),
      ban('192.0.2.1', { jail: 'nginx-113' }),
      ban('O"Neil %_\\', { jail: 'users' }),
    ])
    const find = async (q: string) => {
      const search = readSearch(q)
      const { items, total } = await repository.page({ filter: { search }, sort: 'ip', limit: 10 })
      expect(total).toBe(items.length)
      return items.map((item) => item.ip)
    }
    expect(await find('113')).toEqual([
      '192.0.2.1',
      '203.0.113.0/24',
      '203.0.113.7',
      '203.0.113.70',
      '2001:db8::113',
    ])
    expect(await find('NGINX')).toEqual(['192.0.2.1'])
    expect(await find(' 203.0.113.7 ')).toEqual(['203.0.113.0/24', '203.0.113.7', '203.0.113.70'])
    expect(await find('203.0.113.9')).toEqual(['203.0.113.0/24'])
    expect(await find('::ffff:203.0.113.70')).toEqual(['203.0.113.0/24', '203.0.113.70'])
    expect(await find('203.0.113.0/25')).toEqual(['203.0.113.7', '203.0.113.70'])
    expect(await find('o"n')).toEqual(['O"Neil %_\\'])
    expect(await find('%_\\')).toEqual(['O"Neil %_\\'])
    expect(await find('%')).toEqual(['O"Neil %_\\'])
    expect(await find('_')).toEqual(['O"Neil %_\\'])
    expect(await find('6')).toEqual([])
    expect(await find('" OR "')).toEqual([])
  })

  it('knows each change at once', async () => {
    await using own = await emptyDatabase()
    const repository = createBansRepository(own.db)
    const search = readSearch('203.0')
    await apply(own.db, [ban('203.0.113.7'), ban('203.0.113.7', { bannedAt: NOON + MINUTE })])
    await apply(own.db, [unban('203.0.113.7'), ban('203.0.113.8')])
    const { items } = await repository.page({ filter: { search }, sort: 'ip', limit: 10 })
    expect(items.map((item) => item.ip)).toEqual(['203.0.113.8'])
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
