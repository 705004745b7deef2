import { execFile } from 'node:child_process'
import { Agent } from 'node:https'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { ADMIN } from '../support/console-process.ts'
import {
  ADDRESSES,
  AS_UNPRIVILEGED,
  BASE_PATH,
  startProduction,
  type Production,
} from '../support/production.ts'
import { freePort } from '../support/redis-server.ts'
import { startNginx, type ReverseProxy } from '../support/reverse-proxy.ts'
import { waitFor } from '../support/wait-for.ts'
import { BanNews, listenTo, type EventListener, type ReceivedEvent } from './event-listener.ts'
import { API, ask, type Answer } from './http.ts'

/** One proxy and how it is asked. */
interface Way {
  readonly proxy: ReverseProxy
  /** What stands before `/api`. */
  readonly url: string
  readonly agent: Agent
}

const KINDS = ['Caddy', 'nginx'] as const
type Kind = (typeof KINDS)[number]

const HEARTBEAT_MS = 15_000

const opened = new AsyncDisposableStack()
const ways = {} as Record<Kind, Way>
let production: Production

beforeAll(async () => {
  production = await startProduction()
  opened.defer(() => production.stop())
  const addresses = ADDRESSES.map((address) => `${address}:${production.port}`)
  const nginx = await startNginx(await freePort(), addresses, BASE_PATH)
  opened.defer(() => nginx.stop())
  const proxies = { Caddy: production.proxy, nginx }
  for (const kind of KINDS) {
    const proxy = proxies[kind]
    const agent = new Agent({ ca: proxy.ca, keepAlive: true })
    opened.defer(() => agent.destroy())
    ways[kind] = { proxy, url: `${proxy.origin}${BASE_PATH.slice(0, -1)}`, agent }
  }
}, 120_000)

afterAll(() => opened.disposeAsync(), 60_000)

async function signIn({ url, agent }: Way, headers: Record<string, string> = {}): Promise<Answer> {
  const answer = await ask(`${url}${API}/session`, { method: 'POST', body: ADMIN, headers, agent })
  expect(answer).toMatchObject({ status: 200, error: '' })
  return answer
}

const cookieOf = (answer: Answer): string => answer.setCookie.map((line) => line.split(';')[0]).join('; ')

const ban = (ip: string): Promise<string> => production.fail2ban.client('set', 'sshd', 'banip', ip)

describe.each(KINDS)('behind %s', (kind) => {
  it('the console is at its base path, over TLS, and its cookie is for nothing else', async () => {
    const way = ways[kind]
    const page = await ask(`${way.url}/`, { headers: { accept: 'text/html' }, agent: way.agent })
    expect(page.status).toBe(200)
    expect(page.body).toContain(`<base href="${BASE_PATH}"`)
    const bare = await ask(way.url, { headers: { accept: 'text/html' }, agent: way.agent })
    expect([301, 308]).toContain(bare.status)

    const [session = ''] = (await signIn(way)).setCookie
    const [name, ...flags] = session.split('; ')
    expect(name).toMatch(/^__Secure-bangui\.sid=/)
    expect(flags).toEqual(expect.arrayContaining(['Path=/bangui', 'HttpOnly', 'Secure', 'SameSite=Lax']))
  })

  it('clients have their own address, whatever they claim', async () => {
    const way = ways[kind]
    const spoof = { 'x-forwarded-for': '203.0.113.99', forwarded: 'for=203.0.113.99' }
    const answer = await signIn(way, spoof)
    expect(JSON.parse(answer.body)).toMatchObject({ address: '127.0.0.1' })
  })

  it('a write is taken from the page itself, and refused from another site', async () => {
    const way = ways[kind]
    const cookie = cookieOf(await signIn(way))
    const unban = (origin: string): Promise<Answer> =>
      ask(`${way.url}${API}/unban`, {
        method: 'POST',
        body: { ips: ['203.0.113.98'] },
        headers: { origin },
        cookie,
        agent: way.agent,
      })
    expect(await unban(way.proxy.origin)).toMatchObject({ status: 200 })
    expect(await unban('https://evil.example')).toMatchObject({ status: 403 })
  })
})

describe('the live stream', () => {
  it('outlasts silence behind each proxy, and what happens then is told at once', async () => {
    const cookie = cookieOf(await signIn(ways.nginx))
    const streams = await Promise.all(KINDS.map((kind) => openStream(ways[kind], cookie)))
    await waitFor(() => streams.every((stream) => stream.heartbeats() >= 2), {
      what: 'two heartbeats on every stream',
      timeoutMs: 3 * HEARTBEAT_MS,
    })
    await ban('203.0.113.80')
    // Long before the next heartbeat, which would push out what a proxy held back.
    await waitFor(() => streams.every((stream) => stream.banOf('203.0.113.80')), { what: 'the ban' })
    for (const stream of streams) stream.close()
  }, 90_000)
})

const openStream = (way: Way, cookie: string, lastEventId?: string): Promise<EventListener> =>
  listenTo(way.url, cookie, { agent: way.agent, ...(lastEventId === undefined ? {} : { lastEventId }) })

it('the replicas run without privileges, and fail2ban’s socket is closed to them', async () => {
  const script = `import socket; socket.socket(socket.AF_UNIX).connect(${JSON.stringify(production.fail2ban.socket)})`
  const [program, ...args] = [...AS_UNPRIVILEGED, '/usr/bin/python3', '-c', script]
  await expect(promisify(execFile)(program, args)).rejects.toThrow('PermissionError')
})

it('one replica is killed and one is stopped: nothing fails but what the killed one was answering, and no stream has a gap', async () => {
  const [killed, drained] = production.web
  if (!killed || !drained) throw new Error('There are no replicas.')
  await using begun = new AsyncDisposableStack()
  const cookies: string[] = []
  while (cookies.length < SESSIONS) cookies.push(cookieOf(await signIn(ways.nginx)))
  const traffic = KINDS.map((kind) =>
    begun.adopt(beginTraffic(ways[kind], cookies), async (each) => void (await each.stop())),
  )
  const readers: Reader[] = []
  for (const kind of [...KINDS, ...KINDS]) {
    readers.push(begun.adopt(await beginReading(ways[kind], cookies[0] ?? ''), (reader) => reader.stop()))
  }
  const banned: string[] = []
  const banMore = async (): Promise<void> => {
    const ip = `203.0.113.${banned.length + 100}`
    await ban(ip)
    banned.push(ip)
  }
  const allAnswer = (count: number): Promise<unknown> => Promise.all(traffic.map((each) => each.more(count)))
  await banMore()
  await allAnswer(10)

  const killedAt = performance.now()
  killed.signal('SIGKILL')
  await killed.exited
  const diedAt = performance.now()
  await banMore()
  await allAnswer(20)

  drained.signal('SIGTERM')
  await waitFor(async () => (await ask(`${drained.url()}/readyz`)).status === 503, {
    what: 'its word that it stops',
  })
  await banMore()
  // It goes on serving until whoever asks has heard it.
  expect((await ask(`${drained.url()}/healthz`)).status).toBe(200)
  expect(await drained.exited).toBe(0)
  await banMore()
  await allAnswer(20)

  await waitFor(() => readers.every((reader) => reader.seen().length >= banned.length), { what: 'every ban' })
  for (const reader of readers) {
    await reader.stop()
    expect(reader.seen()).toEqual(banned)
  }
  for (const each of traffic) {
    const failed = (await each.stop()).filter(({ status }) => status !== 200)
    const unexplained = failed.filter(({ at, ms }) => at > diedAt || at + ms < killedAt)
    expect(unexplained).toEqual([])
  }
}, 90_000)

interface Traffic {
  more(count: number): Promise<void>
  stop(): Promise<readonly Answer[]>
}

/** So many that none of them asks faster than it may. */
const SESSIONS = 8
const EVERY_MS = 60

/** People who click through the console, and now and then change something. */
function beginTraffic(way: Way, cookies: readonly string[]): Traffic {
  const answers: Answer[] = []
  const asked: Array<Promise<unknown>> = []
  let turn = 0
  const timer = setInterval(() => {
    turn += 1
    const whose = { cookie: cookies[turn % SESSIONS] ?? '', agent: way.agent }
    const change = { method: 'POST', body: { ips: ['203.0.113.97'] } }
    const asking =
      turn % 4 === 0
        ? ask(`${way.url}${API}/unban`, { ...change, ...whose })
        : ask(`${way.url}${API}/session`, whose)
    asked.push(asking.then((answer) => answers.push(answer)))
  }, EVERY_MS)
  return {
    async more(count) {
      const wanted = answers.length + count
      await waitFor(() => answers.length >= wanted, { what: `${count} more answers`, timeoutMs: 60_000 })
    },
    async stop() {
      clearInterval(timer)
      await Promise.all(asked)
      return answers
    },
  }
}

interface Reader {
  /** The banned addresses it was told of, in order. */
  seen(): string[]
  /** Rejects when a stream could not be opened again. */
  stop(): Promise<void>
}

/** A browser that goes on where it was whenever its stream ends. */
async function beginReading(way: Way, cookie: string): Promise<Reader> {
  const streams = [await openStream(way, cookie)]
  const events = (): ReceivedEvent[] => streams.flatMap((stream) => stream.events)
  let isOver = false
  const goOn = async (): Promise<void> => {
    for (;;) {
      const current = streams.at(-1)
      await waitFor(() => isOver || !current?.isOpen(), { what: 'the end of a stream', timeoutMs: 120_000 })
      if (isOver) return
      const lastEventId = events().findLast(({ id }) => id !== '')?.id ?? ''
      streams.push(await openStream(way, cookie, lastEventId))
    }
  }
  const reading = goOn()
  // Told when it is stopped.
  reading.catch(() => undefined)
  return {
    seen: () =>
      events().flatMap(({ event, data }) => (event === 'ban' ? [BanNews.parse(JSON.parse(data)).ip] : [])),
    async stop() {
      isOver = true
      await reading
      streams.at(-1)?.close()
    },
  }
}
