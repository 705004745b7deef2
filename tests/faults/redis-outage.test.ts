import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { setTimeout as pause } from 'node:timers/promises'
import { startRedis, type RedisServer } from '../support/redis-server.ts'
import { startReplicas, type Replicas } from '../support/replicas.ts'
import { waitFor } from '../support/wait-for.ts'
import { ban, untilReady } from './cluster-view.ts'
import { listenTo, type EventListener } from './event-listener.ts'
import { whoAmI, type Answer } from './http.ts'
import { firstAfter, median, observe } from './observe.ts'

const OUTAGE_MS = 5_000

let redis: RedisServer
let replicas: Replicas
let cookies: string[]

beforeAll(async () => {
  redis = await startRedis({ config: ['appendonly yes', 'appendfsync everysec'] })
  replicas = await startReplicas({ count: 2, redis, fail2ban: true })
  cookies = await replicas.signIn(4)
}, 60_000)

afterAll(async () => {
  await replicas.stop()
  await redis.stop()
})

interface Outage {
  readonly answers: readonly Answer[]
  readonly complaints: readonly string[]
  /** When Redis was gone, and when it answered again. */
  readonly from: number
  readonly until: number
}

/** People work, Redis goes and comes; resolves once every replica is ready again. */
async function outage(begin: () => unknown, end: () => unknown): Promise<Outage> {
  let [from, until] = [0, 0]
  const observed = await observe({ replicas: replicas.all, cookies }, async (seen) => {
    await seen.more(20)
    await begin()
    from = performance.now()
    await pause(OUTAGE_MS)
    await end()
    until = performance.now()
    await untilReady(replicas.urls())
    await seen.more(20)
  })
  return { ...observed, from, until }
}

/** Bans through one replica, once some process is the agent again. */
async function banSoon(ip: string): Promise<void> {
  const [url = ''] = replicas.urls()
  const banned = async (): Promise<boolean> => (await ban(url, cookies[0] ?? '', [ip])).status === 200
  await waitFor(banned, { what: `${ip} to be banned`, timeoutMs: 20_000, everyMs: 200 })
}

describe.each([
  ['dies', () => redis.kill(), () => redis.restart(), '203.0.113.10'],
  ['hangs', () => redis.freeze(), () => redis.thaw(), '203.0.113.11'],
])('a Redis that %s for five seconds', (_, begin, end, ip) => {
  let seen: Outage
  let streams: EventListener[]

  beforeAll(async () => {
    streams = await Promise.all(replicas.urls().map((url) => listenTo(url, cookies[0] ?? '')))
    seen = await outage(begin, end)
  }, 60_000)

  afterAll(() => streams.forEach((stream) => stream.close()))

  it('signs nobody out, touches no cookie, floods no log and fills no memory', () => {
    expect([...new Set(seen.complaints)]).toEqual([])
  })

  it('is told at once, with 503, and everybody is still signed in afterwards', async () => {
    // Those in the first second may have to wait until it is plain that no answer comes.
    const during = seen.answers.filter(({ at }) => at > seen.from + 1_500 && at < seen.until - 200)
    expect(during.length).toBeGreaterThan(20)
    expect(during.filter(({ status }) => status !== 503)).toEqual([])
    expect(median(during.map(({ ms }) => ms))).toBeLessThan(200)
    for (const cookie of cookies) {
      for (const url of replicas.urls()) expect((await whoAmI(url, cookie)).status).toBe(200)
    }
  }, 60_000)

  it('lets no request hang', () => {
    expect(Math.max(...seen.answers.map(({ ms }) => ms))).toBeLessThan(4_000)
  })

  it('is served again soon after it is back', () => {
    expect(firstAfter(seen.answers, seen.until, 200)).toBeLessThan(3_000)
  })

  it('leaves live streams open, which tell of it, and they go on', async () => {
    expect(streams.map((stream) => stream.isOpen())).toEqual([true, true])
    for (const { events } of streams) {
      const told = events
        .filter(({ event }) => event === 'state')
        .map(({ data }) => JSON.parse(data) as object)
      expect(told).toEqual([{ state: 'degraded', detail: expect.any(String) }, { state: 'ok' }])
    }
    await banSoon(ip)
    await waitFor(() => streams.every((stream) => stream.banOf(ip)), { what: 'the ban on every stream' })
  }, 60_000)
})
