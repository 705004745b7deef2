import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { pino } from 'pino'
import { PERMANENT } from '../../src/server/db/ban-rows.ts'
import { openDatabase, type Db } from '../../src/server/db/database.ts'
import { createBanFeedRepository } from '../../src/server/features/bans/ban-feed.repository.ts'
import { createBanIngest, type BanIngest } from '../../src/server/features/bans/ban-ingest.ts'
import type { Json } from '../../src/server/lib/json.ts'
import type { AppRuntime } from '../../src/server/state/app-runtime.ts'
import { createMemoryState } from '../../src/server/state/memory/memory-state.ts'
import type { StateProvider } from '../../src/server/state/state-provider.ts'
import type { BanFact, FeedBatch, FeedChange } from '../../src/shared/feed.ts'
import { waitFor } from '../support/wait-for.ts'

const T0 = Date.parse('2026-11-23T12:00:00Z')
const MINUTE = 60_000

let db: Db
let state: StateProvider<AppRuntime>
let ingest: BanIngest
let nudges: Json[]
let sent: number

beforeEach(async () => {
  db = await openDatabase({ kind: 'sqlite', path: ':memory:' })
  const sessionArchive = {
    loadAll: async () => [],
    save: async () => undefined,
    remove: async () => undefined,
    removeExpired: async () => undefined,
  }
  state = createMemoryState({ now: Date.now, sessionArchive })
  await state.start(new AbortController().signal)
  nudges = []
  sent = 0
  state.bus.on('bans', (message) => nudges.push(message))
  ingest = createBanIngest({
    repository: createBanFeedRepository(db),
    state,
    host: 'local',
    log: pino({ level: 'silent' }),
  })
  await ingest.start()
})

afterEach(async () => {
  await ingest.stop()
  await state.stop(1_000)
  await db.destroy()
})

async function send(seq: number, changes: FeedChange[], epoch = 'first'): Promise<string> {
  const batch: FeedBatch = { host: 'local', epoch, seq, changes }
  sent += 1
  const answer = await state.requests.send('ingest/local', batch, { id: `batch-${sent}`, timeoutMs: 5_000 })
  return (answer as { result: string }).result
}

const fact = (ip: string, more: Partial<BanFact> = {}): BanFact => ({
  jail: 'sshd',
  ip,
  bannedAt: T0,
  expiresAt: T0 + 10 * MINUTE,
  banCount: 1,
  reason: { failures: 3, matches: [`Failed password from ${ip}`] },
  ...more,
})
const ban = (ip: string, more?: Partial<BanFact>): FeedChange => ({ kind: 'ban', ...fact(ip, more) })
const present = (ip: string, more?: Partial<BanFact>): FeedChange => ({ kind: 'present', ...fact(ip, more) })
const guess = { reason: null } as const

async function active(): Promise<string[]> {
  const rows = await db.selectFrom('active_bans').select(['jail', 'ip']).orderBy('ip_key').execute()
  return rows.map((row) => `${row.jail} ${row.ip}`)
}

async function archive(): Promise<string[]> {
  const rows = await db.selectFrom('ban_events').selectAll().orderBy('id').execute()
  return rows.map((row) =>
    [row.kind, row.jail, row.ip, `+${(row.at - T0) / MINUTE}min`, row.cause].filter(Boolean).join(' '),
  )
}

async function counted(): Promise<Record<string, number>> {
  const rows = await db.selectFrom('active_ban_counts').select(['jail', 'count']).execute()
  return Object.fromEntries(rows.map((row) => [row.jail, row.count]))
}

describe('the numbering of batches', () => {
  it('applies each batch of an epoch once', async () => {
    expect(await send(1, [ban('192.0.2.1')])).toBe('applied')
    expect(await send(1, [ban('192.0.2.2')])).toBe('repeated')
    expect(await send(2, [ban('192.0.2.3')])).toBe('applied')
    expect(await active()).toEqual(['sshd 192.0.2.1', 'sshd 192.0.2.3'])
  })

  it('asks for a new epoch where a batch is missing or the epoch is unknown', async () => {
    expect(await send(2, [ban('192.0.2.1')])).toBe('resync')
    expect(await send(1, [])).toBe('applied')
    expect(await send(3, [ban('192.0.2.1')])).toBe('resync')
    expect(await send(2, [ban('192.0.2.1')], 'second')).toBe('resync')
    expect(await send(1, [ban('192.0.2.1')], 'second')).toBe('applied')
    expect(await active()).toEqual(['sshd 192.0.2.1'])
  })

  it('has no second effect when a batch that was half applied comes again', async () => {
    const repository = createBanFeedRepository(db)
    const changes = [ban('192.0.2.1'), ban('192.0.2.2')]
    await repository.apply('local', 'first', [
      { kind: 'ban', jail: 'sshd', changes: [{ kind: 'ban', ...fact('192.0.2.1') }] },
    ])
    expect(await send(1, changes)).toBe('applied')
    expect(await archive()).toEqual(['ban sshd 192.0.2.1 +0min', 'ban sshd 192.0.2.2 +0min'])
    expect(await counted()).toEqual({ sshd: 2 })
  })

  it('refuses what is not a batch, and what belongs to another host', async () => {
    const options = { id: 'x', timeoutMs: 1_000 }
    await expect(state.requests.send('ingest/local', { host: 'local' }, options)).rejects.toThrow()
    const foreign = { host: 'other', epoch: 'e', seq: 1, changes: [] }
    await expect(state.requests.send('ingest/local', foreign, { ...options, id: 'y' })).rejects.toThrow(
      'other',
    )
  })
})

describe('bans and their ends', () => {
  it('keeps what a ban says', async () => {
    await send(1, [ban('2001:db8::7', { expiresAt: null, banCount: 4 })])
    const row = await db.selectFrom('active_bans').selectAll().executeTakeFirstOrThrow()
    expect(row).toMatchObject({
      host: 'local',
      jail: 'sshd',
      ip: '2001:db8::7',
      ip_key: '20010db8000000000000000000000007/128',
      banned_at: T0,
      expires_at: PERMANENT,
      ban_count: 4,
      failures: 3,
      matches: '["Failed password from 2001:db8::7"]',
    })
  })

  it('archives the end of a ban once, with its cause', async () => {
    const unban: FeedChange = {
      kind: 'unban',
      jail: 'sshd',
      ip: '192.0.2.1',
      at: T0 + MINUTE,
      cause: 'lifted',
    }
    await send(1, [ban('192.0.2.1'), unban, unban])
    await send(2, [unban])
    expect(await archive()).toEqual(['ban sshd 192.0.2.1 +0min', 'unban sshd 192.0.2.1 +1min lifted'])
    expect(await counted()).toEqual({ sshd: 0 })
  })

  it('applies changes of one address in their order', async () => {
    const later = { bannedAt: T0 + 2 * MINUTE, expiresAt: T0 + 12 * MINUTE }
    await send(1, [
      ban('192.0.2.1'),
      { kind: 'unban', jail: 'sshd', ip: '192.0.2.1', at: T0 + MINUTE, cause: 'lifted' },
      ban('192.0.2.1', later),
      ban('192.0.2.1', later),
    ])
    expect(await archive()).toEqual([
      'ban sshd 192.0.2.1 +0min',
      'unban sshd 192.0.2.1 +1min lifted',
      'ban sshd 192.0.2.1 +2min',
    ])
    expect(await counted()).toEqual({ sshd: 1 })
  })

  it('keeps the same address in two jails apart', async () => {
    await send(1, [
      ban('192.0.2.1'),
      ban('192.0.2.1', { jail: 'recidive' }),
      { kind: 'unban', jail: 'sshd', ip: '192.0.2.1', at: T0, cause: 'expired' },
    ])
    expect(await active()).toEqual(['recidive 192.0.2.1'])
  })

  it('takes entries that are no addresses', async () => {
    await send(1, [ban('root <script>', { jail: 'users' })])
    expect(await active()).toEqual(['users root <script>'])
  })

  it('completes a guess in the list and in the archive, where the entry keeps its id', async () => {
    await send(1, [ban('192.0.2.1', { ...guess, bannedAt: T0 + MINUTE })])
    await send(2, [{ kind: 'detail', ...fact('192.0.2.1', { banCount: 2 }) }])
    expect(await archive()).toEqual(['ban sshd 192.0.2.1 +0min'])
    const row = await db.selectFrom('active_bans').selectAll().executeTakeFirstOrThrow()
    expect(row).toMatchObject({ banned_at: T0, ban_count: 2, failures: 3 })
  })

  it('moves the end of an active ban and leaves the archive as it was', async () => {
    await send(1, [ban('192.0.2.1')])
    await send(2, [{ kind: 'end', jail: 'sshd', ip: '192.0.2.1', expiresAt: null }])
    const row = await db.selectFrom('active_bans').selectAll().executeTakeFirstOrThrow()
    const event = await db.selectFrom('ban_events').selectAll().executeTakeFirstOrThrow()
    expect([row.expires_at, event.expires_at]).toEqual([PERMANENT, T0 + 10 * MINUTE])
  })
})

describe('past bans', () => {
  it('enter the archive once, marked as no news, and are not active', async () => {
    await send(1, [ban('192.0.2.1')])
    const past = (ip: string, bannedAt: number): FeedChange => ({ kind: 'past', ...fact(ip, { bannedAt }) })
    await send(2, [past('192.0.2.1', T0), past('192.0.2.1', T0 - MINUTE), past('192.0.2.2', T0 - MINUTE)])
    await send(3, [past('192.0.2.2', T0 - MINUTE)])
    expect(await active()).toEqual(['sshd 192.0.2.1'])
    const rows = await db.selectFrom('ban_events').select(['ip', 'at', 'imported']).orderBy('id').execute()
    expect(rows.map((row) => [row.ip, row.at - T0, row.imported])).toEqual([
      ['192.0.2.1', 0, 0],
      ['192.0.2.1', -MINUTE, 1],
      ['192.0.2.2', -MINUTE, 1],
    ])
  })
})

describe('reconciliation', () => {
  it('adds what was unknown, ends what was not named, and leaves the rest alone', async () => {
    await send(1, [ban('192.0.2.1'), ban('192.0.2.2'), ban('192.0.2.3', { jail: 'recidive' })])
    const end: FeedChange = { kind: 'snapshotEnd', jail: 'sshd', at: T0 + 5 * MINUTE }
    await send(1, [present('192.0.2.2'), present('192.0.2.9')], 'second')
    await send(2, [end], 'second')
    expect(await active()).toEqual(['sshd 192.0.2.2', 'recidive 192.0.2.3', 'sshd 192.0.2.9'])
    expect((await archive()).slice(3)).toEqual([
      'ban sshd 192.0.2.9 +0min',
      'unban sshd 192.0.2.1 +5min unknown',
    ])
    expect(await counted()).toEqual({ sshd: 2, recidive: 1 })
  })

  it('calls an end expired when the time of the ban had passed', async () => {
    await send(1, [ban('192.0.2.1')])
    await send(1, [{ kind: 'snapshotEnd', jail: 'sshd', at: T0 + 20 * MINUTE }], 'second')
    expect((await archive()).at(-1)).toBe('unban sshd 192.0.2.1 +10min expired')
  })

  it('counts a ban made meanwhile as named', async () => {
    await send(1, [ban('192.0.2.1'), { kind: 'snapshotEnd', jail: 'sshd', at: T0 }], 'second')
    expect(await active()).toEqual(['sshd 192.0.2.1'])
  })

  it('never replaces a fact by a guess, nor makes a guess into news', async () => {
    await send(1, [ban('192.0.2.1')])
    await send(1, [present('192.0.2.1', { ...guess, bannedAt: T0 + 9 * MINUTE })], 'second')
    const row = await db.selectFrom('active_bans').selectAll().executeTakeFirstOrThrow()
    expect(row).toMatchObject({ banned_at: T0, failures: 3 })
    expect(await archive()).toHaveLength(1)
  })

  it('completes a guess by what a later epoch knows', async () => {
    await send(1, [ban('192.0.2.1', { ...guess, bannedAt: T0 + MINUTE })])
    await send(1, [present('192.0.2.1')], 'second')
    expect(await archive()).toEqual(['ban sshd 192.0.2.1 +0min'])
  })

  it('sees that an address was banned anew while nobody looked', async () => {
    await send(1, [ban('192.0.2.1')])
    await send(1, [present('192.0.2.1', { bannedAt: T0 + 30 * MINUTE })], 'second')
    expect(await archive()).toEqual(['ban sshd 192.0.2.1 +0min', 'ban sshd 192.0.2.1 +30min'])
    expect(await counted()).toEqual({ sshd: 1 })
  })

  it('ends all bans of a jail that is gone, and of jails that the server does not have', async () => {
    await send(1, [ban('192.0.2.1'), ban('192.0.2.2', { jail: 'old' }), ban('192.0.2.3', { jail: 'older' })])
    await send(2, [{ kind: 'jailGone', jail: 'old', at: T0 + MINUTE }])
    await send(3, [{ kind: 'jails', names: ['sshd'], at: T0 + 2 * MINUTE }])
    expect(await active()).toEqual(['sshd 192.0.2.1'])
    expect((await archive()).slice(3)).toEqual([
      'unban old 192.0.2.2 +1min lifted',
      'unban older 192.0.2.3 +2min unknown',
    ])
  })

  it('ends thousands without holding the process up', async () => {
    const ips = Array.from({ length: 2_000 }, (_, index) => `2001:db8::${(index + 1).toString(16)}`)
    for (let from = 0; from < ips.length; from += 100) {
      expect(
        await send(
          from / 100 + 1,
          ips.slice(from, from + 100).map((ip) => ban(ip)),
        ),
      ).toBe('applied')
    }
    let longestMs = 0
    let last = performance.now()
    const ticks = setInterval(() => {
      longestMs = Math.max(longestMs, performance.now() - last)
      last = performance.now()
    }, 1)
    await send(1, [present('2001:db8::1'), { kind: 'snapshotEnd', jail: 'sshd', at: T0 }], 'second')
    clearInterval(ticks)
    expect(await active()).toEqual(['sshd 2001:db8::1'])
    expect(await counted()).toEqual({ sshd: 1 })
    expect(longestMs).toBeLessThan(100)
  })
})

describe('telling others', () => {
  it('says on the bus where the archive ends, after news only', async () => {
    await send(1, [ban('192.0.2.1')])
    await send(2, [])
    await send(3, [{ kind: 'past', ...fact('192.0.2.2', { bannedAt: T0 - MINUTE }) }])
    await send(4, [{ kind: 'unban', jail: 'sshd', ip: '192.0.2.1', at: T0, cause: 'lifted' }])
    await waitFor(() => nudges.length >= 2, { what: 'two nudges' })
    expect(nudges).toEqual([
      { host: 'local', lastEventId: 1 },
      { host: 'local', lastEventId: 3 },
    ])
  })

  it('tells agents how far the archive reaches, at the start and later', async () => {
    expect(state.runtime.get('feed/local')?.value).toEqual({})
    await send(1, [ban('192.0.2.1')])
    expect(state.runtime.get('feed/local')?.value).toEqual({ since: T0 })
    await ingest.stop()
    await ingest.start()
    expect(state.runtime.get('feed/local')?.value).toEqual({ since: T0 })
  })

  it('takes the bans of another host as soon as its agent appears', async () => {
    const host = {
      id: 'web-2',
      online: true,
      database: 'ok' as const,
      currentlyBanned: 0,
      jailCount: 0,
    }
    await state.runtime.set('host/web-2', { host, jails: [] })
    const batch = { host: 'web-2', epoch: 'e', seq: 1, changes: [ban('192.0.2.1')] }
    const answer = await waitFor(
      () => state.requests.send('ingest/web-2', batch, { id: 'other-host', timeoutMs: 1_000 }),
      { what: 'the ingest of the other host' },
    )
    expect(answer).toEqual({ result: 'applied' })
    expect((await db.selectFrom('active_bans').select('host').execute()).map((row) => row.host)).toEqual([
      'web-2',
    ])
  })
})
