import { describe, expect, it } from '@jest/globals'
import * as fc from 'fast-check'
import { JailTracker } from '../../src/server/agent/jail-tracker.ts'
import { JailWatch } from '../../src/server/agent/jail-watch.ts'
import type { RecordedBan } from '../../src/server/fail2ban/database-reader.ts'
import type { JailStatus } from '../../src/server/fail2ban/fail2ban-client.ts'
import type { FeedChange } from '../../src/shared/feed.ts'

const BANTIME_S = 30
const LOOK_MS = 500

/** A jail as fail2ban keeps it, in simulated time, with what its clients and the readers of its database see. */
class SimulatedJail {
  now = 1_000_000_000
  readonly bans = new Map<string, number>()
  readonly records = new Map<string, RecordedBan>()
  #unread: Array<{ at: number; row: RecordedBan }> = []
  #restoring: string[] = []
  #total = 0
  /** What reading the whole list takes. */
  listMs = 0
  lists = 0
  keepsRecords = true
  recordLagMs = 0

  ban(ip: string): void {
    if (this.bans.has(ip)) return
    const bannedAt = Math.round(this.now / 1_000) * 1_000
    const expiresAt = bannedAt + BANTIME_S * 1_000
    this.bans.set(ip, expiresAt)
    this.#total += 1
    if (!this.keepsRecords) return
    const row = { jail: 'sshd', ip, bannedAt, expiresAt, banCount: 1, failures: 3, matches: [] }
    this.records.set(ip, row)
    this.#unread.push({ at: this.now + this.recordLagMs, row })
  }

  lift(ip: string): void {
    this.bans.delete(ip)
    this.records.delete(ip)
    this.#unread = this.#unread.filter(({ row }) => row.ip !== ip)
  }

  /** Bans anew what it has records of, in two portions. */
  restart(): void {
    this.#restoring = [...this.bans.keys()].filter((ip) => this.records.has(ip))
    this.bans.clear()
    this.#total = 0
  }

  pass(ms: number): void {
    this.now += ms
    for (const [ip, expiresAt] of this.bans) if (this.now > expiresAt + 900) this.bans.delete(ip)
    for (const ip of this.#restoring.splice(0, Math.ceil(this.#restoring.length / 2))) {
      const { expiresAt } = this.records.get(ip) ?? {}
      if (typeof expiresAt !== 'number' || expiresAt <= this.now || this.bans.has(ip)) continue
      this.bans.set(ip, expiresAt)
      this.#total += 1
    }
  }

  newRecords(): RecordedBan[] {
    const ready = this.#unread.filter(({ at }) => at <= this.now)
    this.#unread = this.#unread.filter(({ at }) => at > this.now)
    return ready.map(({ row }) => row)
  }

  status(): JailStatus {
    return {
      name: 'sshd',
      currentlyBanned: this.bans.size,
      totalBanned: this.#total,
      currentlyFailed: 0,
      totalFailed: 0,
      sources: [],
      sourceKind: 'files',
    }
  }

  readonly client = {
    jailStatus: async () => this.status(),
    bannedIn: async () => {
      this.lists += 1
      const list = [...this.bans.keys()]
      this.now += this.listMs
      return list
    },
    bannedWithTimes: async () => [...this.bans.keys()].map((ip) => ({ ip, bantimeSeconds: BANTIME_S })),
  }
}

/** The console at the other end, as the ingest would keep it. */
class Console {
  readonly active = new Map<string, number>()
  readonly events: string[] = []

  apply(changes: readonly FeedChange[]): void {
    for (const change of changes) {
      if (change.kind === 'ban' || change.kind === 'present') {
        const known = this.active.get(change.ip)
        if (known === undefined || (change.reason && change.bannedAt > known))
          this.events.push(`ban ${change.ip}`)
        this.active.set(change.ip, change.bannedAt)
      } else if (change.kind === 'unban' && this.active.delete(change.ip)) {
        this.events.push(`${change.cause} ${change.ip}`)
      }
    }
  }
}

function follow(jail: SimulatedJail) {
  const tracker = new JailTracker('sshd')
  tracker.bantimeSeconds = BANTIME_S
  const watch = new JailWatch({
    tracker,
    client: jail.client,
    hasRecords: () => jail.keepsRecords,
    now: () => jail.now,
  })
  const console_ = new Console()
  async function look(): Promise<void> {
    jail.pass(LOOK_MS)
    for (const row of jail.newRecords()) console_.apply(tracker.recorded(row))
    console_.apply(await watch.follow(jail.status()))
    for (const ip of tracker.untold(1_000)) {
      const told = tracker.tell(ip, jail.records.get(ip), jail.now, !jail.keepsRecords)
      if (told) console_.apply([told])
    }
  }
  const looks = async (count: number): Promise<void> => {
    for (let done = 0; done < count; done += 1) await look()
  }
  return { console: console_, looks, watch }
}

const sorted = (keys: Iterable<string>) => [...keys].toSorted()

describe('a jail that is watched', () => {
  const ip = fc.integer({ min: 1, max: 12 }).map((last) => `192.0.2.${last}`)
  const restart = (jail: SimulatedJail) => jail.restart()
  const change = fc.oneof(
    { weight: 5, arbitrary: ip.map((address) => (jail: SimulatedJail) => jail.ban(address)) },
    { weight: 2, arbitrary: ip.map((address) => (jail: SimulatedJail) => jail.lift(address)) },
    { weight: 3, arbitrary: fc.integer({ min: 1, max: 20 }) },
  )
  const withRestarts = fc.oneof(
    { weight: 10, arbitrary: change },
    { weight: 1, arbitrary: fc.constant(restart) },
  )
  const world = fc.record({
    listMs: fc.constantFrom(0, 3, 60, 200),
    keepsRecords: fc.boolean(),
    recordLagMs: fc.constantFrom(0, 400, 1_500),
  })

  it.each([
    ['within two seconds of whatever happened', change, 4],
    // fail2ban itself takes a while to ban anew what it remembers.
    ['soon after a restart, too', withRestarts, 8],
  ])('is in the console %s, without contradictions', async (_, act, looksUntil) => {
    await fc.assert(
      fc.asyncProperty(world, fc.array(act, { maxLength: 30 }), async (settings, acts) => {
        const jail = Object.assign(new SimulatedJail(), settings)
        const { console, looks } = follow(jail)
        await looks(4)
        for (const step of acts) {
          if (typeof step === 'number') await looks(step)
          else step(jail)
          // That of a jail takes fail2ban longer than the time between two looks.
          if (step === restart) await looks(1)
        }
        await looks(looksUntil)
        expect(sorted(console.active.keys())).toEqual(sorted(jail.bans.keys()))
        for (const [address, events] of Map.groupBy(console.events, (event) => event.split(' ')[1])) {
          const isBan = events.map((event) => event === `ban ${address}`)
          expect(isBan).toEqual(isBan.map((_, index) => index % 2 === 0))
        }
      }),
      { numRuns: 300 },
    )
  })

  it('keeps its bans through a restart without a word', async () => {
    const jail = new SimulatedJail()
    const { console, looks } = follow(jail)
    for (const last of [1, 2, 3, 4]) jail.ban(`192.0.2.${last}`)
    await looks(4)
    jail.restart()
    await looks(6)
    expect(console.events).toEqual([1, 2, 3, 4].map((last) => `ban 192.0.2.${last}`))
    jail.keepsRecords = false
    jail.records.delete('192.0.2.1')
    jail.restart()
    await looks(6)
    expect(console.events.slice(4)).toEqual(['unknown 192.0.2.1'])
  })

  it('is never listed while records and clocks explain everything', async () => {
    const jail = Object.assign(new SimulatedJail(), { listMs: 100 })
    const { console, looks } = follow(jail)
    for (let last = 1; last <= 100; last += 1) jail.ban(`192.0.2.${last}`)
    await looks(4)
    const before = jail.lists
    for (let last = 101; last <= 200; last += 1) {
      jail.ban(`192.0.2.${last}`)
      await looks(1)
    }
    expect(jail.bans.size).toBeLessThan(100)
    expect(sorted(console.active.keys())).toEqual(sorted(jail.bans.keys()))
    expect(console.events.filter((event) => event.startsWith('expired')).length).toBeGreaterThan(100)
    // But for the look that follows on what was concluded from the clock alone.
    expect(jail.lists - before).toBeLessThanOrEqual(50_000 / (100 * 100) + 1)
  })

  it('is listed no more often than its cost allows, and not much later', async () => {
    for (const listMs of [0, 50, 200, 1_000]) {
      const jail = Object.assign(new SimulatedJail(), { listMs, keepsRecords: false })
      const { looks } = follow(jail)
      const startedAt = jail.now
      for (let round = 0; round < 60; round += 1) {
        jail.ban(`192.0.2.${round}`)
        await looks(1)
      }
      const share = (jail.lists * listMs) / (jail.now - startedAt)
      expect(share).toBeLessThan(listMs === 1_000 ? 0.5 : 0.13)
      expect(jail.lists).toBeGreaterThan(10)
    }
  })

  it('is looked through now and then although nothing seems to have happened', async () => {
    const jail = new SimulatedJail()
    const { console, looks } = follow(jail)
    jail.ban('192.0.2.1')
    await looks(8)
    // One for another, and no record of it: the counters cannot tell.
    jail.bans.delete('192.0.2.1')
    jail.bans.set('192.0.2.2', jail.now + 600_000)
    await looks(130)
    expect(sorted(console.active.keys())).toEqual(['192.0.2.2'])
  })
})
