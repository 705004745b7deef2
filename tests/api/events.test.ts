import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { once } from 'node:events'
import { get, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { sql } from 'kysely'
import {
  ban,
  createConsoleApp,
  fact,
  jail,
  unban,
  type ConsoleApp,
  type ConsoleAppOptions,
} from '../support/console-app.ts'
import { PASSWORD } from '../support/test-app.ts'
import { waitFor } from '../support/wait-for.ts'

interface Received {
  readonly event: string
  readonly id: string | undefined
  readonly data: Record<string, unknown>
}

/** One open stream of the console's events. */
interface Listener {
  readonly response: IncomingMessage
  readonly events: Received[]
  /** `ban 203.0.113.7`, in the order they came. */
  bans(): string[]
  heartbeats(): number
  readonly isOpen: boolean
  close(): void
}

let test: ConsoleApp
let server: Server
let port: number
let cookie: string
const open: Listener[] = []

async function begin(options: ConsoleAppOptions = {}): Promise<void> {
  test = await createConsoleApp(options)
  server = test.app.listen(0, '127.0.0.1')
  await once(server, 'listening')
  port = (server.address() as AddressInfo).port
  cookie = await signIn('viewer')
  await test.publish([jail('sshd')])
}

async function signIn(name: string): Promise<string> {
  await test.addUser('viewer', name)
  const answer = await fetch(`http://127.0.0.1:${port}/api/v1/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ username: name, password: PASSWORD }),
  })
  return answer.headers
    .getSetCookie()
    .map((text) => text.split(';')[0])
    .join('; ')
}

async function listen(
  options: { lastEventId?: string; query?: string; as?: string } = {},
): Promise<Listener> {
  const headers = {
    cookie: options.as ?? cookie,
    ...(options.lastEventId !== undefined && { 'Last-Event-ID': options.lastEventId }),
  }
  const path = `/api/v1/events${options.query ?? ''}`
  const request = get({ host: '127.0.0.1', port, path, headers })
  const [response] = (await once(request, 'response')) as [IncomingMessage]
  let rest = ''
  let heartbeats = 0
  let isOpen = true
  const events: Received[] = []
  response.setEncoding('utf8')
  response.on('data', (chunk: string) => {
    const blocks = (rest + chunk).split('\n\n')
    rest = blocks.pop() ?? ''
    for (const block of blocks) {
      if (block === ':') heartbeats += 1
      else events.push(parse(block))
    }
  })
  response.on('close', () => (isOpen = false))
  response.on('error', () => undefined)
  const listener: Listener = {
    response,
    events,
    bans: () =>
      events
        .filter(({ event }) => event === 'ban' || event === 'unban')
        .map(({ event, data }) => `${event} ${String(data['ip'])}`),
    heartbeats: () => heartbeats,
    get isOpen() {
      return isOpen
    },
    close: () => request.destroy(),
  }
  open.push(listener)
  return listener
}

function parse(block: string): Received {
  const lines = block.split('\n')
  const field = (name: string) => lines.find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2)
  return {
    event: field('event') ?? '',
    id: field('id'),
    data: JSON.parse(field('data') ?? 'null') as Record<string, unknown>,
  }
}

async function greeted(listener: Listener): Promise<Listener> {
  await waitFor(() => listener.events.some(({ event }) => event === 'host'), { what: 'the greeting' })
  return listener
}

const heard = (listener: Listener, ...bans: string[]) =>
  waitFor(() => bans.every((entry) => listener.bans().includes(entry)), { what: bans.join(', ') })

afterEach(async () => {
  for (const listener of open.splice(0)) listener.close()
  server.closeAllConnections()
  server.close()
  await test.close()
})

describe('GET /events', () => {
  beforeEach(() => begin())

  it('needs a session', async () => {
    const stranger = await listen({ as: '' })
    expect(stranger.response.statusCode).toBe(401)
    expect(stranger.response.headers['content-type']).toContain('application/problem+json')
  })

  it('is an event stream that nothing on the way may keep or change', async () => {
    const { response } = await listen()
    expect(response.headers).toMatchObject({
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store, no-transform',
      'x-accel-buffering': 'no',
    })
  })

  it('begins with the hosts as they are, and an id to resume from', async () => {
    await test.tell(ban('192.0.2.1'))
    const listener = await greeted(await listen())
    expect(listener.events).toMatchObject([
      { event: 'host', id: '1', data: { host: { id: 'local', online: true }, jails: [{ name: 'sshd' }] } },
    ])
  })

  it('tells of bans and unbans as they happen, each with its id', async () => {
    const listener = await greeted(await listen())
    await test.tell(ban('203.0.113.7', { banCount: 2 }), unban('203.0.113.7'))
    await heard(listener, 'ban 203.0.113.7', 'unban 203.0.113.7')
    expect(listener.events.slice(1)).toEqual([
      {
        event: 'ban',
        id: '1',
        data: {
          id: 1,
          kind: 'ban',
          host: 'local',
          jail: 'sshd',
          ip: '203.0.113.7',
          at: '2026-11-23T12:00:00.000Z',
          expiresAt: '2026-11-23T12:10:00.000Z',
          banCount: 2,
          reason: { failures: 3, matches: ['Failed password from 203.0.113.7'] },
        },
      },
      {
        event: 'unban',
        id: '2',
        data: {
          id: 2,
          kind: 'unban',
          host: 'local',
          jail: 'sshd',
          ip: '203.0.113.7',
          at: '2026-11-23T12:01:00.000Z',
          banCount: 2,
          cause: 'lifted',
        },
      },
    ])
  })

  it('shortens what an attacker wrote, and cannot be broken out of by it', async () => {
    const listener = await greeted(await listen())
    const line = `x\n\nevent: reset\ndata: {}\n\n\u2028${'y'.repeat(1_000)}`
    await test.tell(ban('203.0.113.7', { reason: { failures: 9, matches: Array<string>(10).fill(line) } }))
    await heard(listener, 'ban 203.0.113.7')
    expect(listener.events.map(({ event }) => event)).toEqual(['host', 'ban'])
    const reason = listener.events[1]?.data['reason'] as { failures: number; matches: string[] }
    expect(reason.failures).toBe(9)
    expect(reason.matches).toEqual(Array(3).fill(line.slice(0, 200)))
  })

  it('leaves out bans imported from the past', async () => {
    const listener = await greeted(await listen())
    await test.tell({ kind: 'past', ...fact('192.0.2.9') }, ban('192.0.2.1'))
    await heard(listener, 'ban 192.0.2.1')
    expect(listener.bans()).toEqual(['ban 192.0.2.1'])
  })

  it('loses none of many bans, in order, for many listeners', async () => {
    const cookies = await Promise.all(['a', 'b'].map((name) => signIn(name)))
    const listeners = await Promise.all(
      Array.from({ length: 20 }, (_, index) => listen({ as: cookies[index % 2] ?? '' })),
    )
    await Promise.all(listeners.map(greeted))
    const ips = Array.from({ length: 700 }, (_, index) => `2001:db8::${(index + 1).toString(16)}`)
    for (let from = 0; from < ips.length; from += 70) {
      await test.tell(...ips.slice(from, from + 70).map((ip) => ban(ip)))
    }
    const expected = ips.map((ip) => `ban ${ip}`)
    for (const listener of listeners) {
      await waitFor(() => listener.bans().length >= 700, { what: '700 bans' })
      expect(listener.bans()).toEqual(expected)
    }
  })

  it('tells when a host changes, and not when only time has passed', async () => {
    const listener = await greeted(await listen())
    const hosts = () => listener.events.filter(({ event }) => event === 'host').length
    await test.publish([jail('sshd')], { asOf: '2026-11-23T13:00:00.000Z' })
    await test.publish([jail('sshd', { currentlyBanned: 1 })])
    await waitFor(() => hosts() === 2, { what: 'the changed host' })
    await test.tell(ban('192.0.2.1'))
    await heard(listener, 'ban 192.0.2.1')
    expect(hosts()).toBe(2)
  })
})

describe('resuming', () => {
  beforeEach(() => begin())

  it.each(['header', 'query'])('sends what was missed since the last id, by %s', async (how) => {
    await test.tell(ban('192.0.2.1'), ban('192.0.2.2'), ban('192.0.2.3'))
    const listener = await greeted(
      await listen(how === 'header' ? { lastEventId: '1' } : { query: '?lastEventId=1' }),
    )
    expect(listener.bans()).toEqual(['ban 192.0.2.2', 'ban 192.0.2.3'])
    await test.tell(ban('192.0.2.4'))
    await heard(listener, 'ban 192.0.2.4')
    expect(listener.bans()).toHaveLength(3)
  })

  it('neither loses nor repeats a ban, however often it is interrupted meanwhile', async () => {
    const ips = Array.from({ length: 300 }, (_, index) => `2001:db8::${(index + 1).toString(16)}`)
    const telling = (async () => {
      for (let from = 0; from < ips.length; from += 5) {
        await test.tell(...ips.slice(from, from + 5).map((ip) => ban(ip)))
      }
    })()
    const received: string[] = []
    let lastEventId = '0'
    await waitFor(
      async () => {
        const listener = await greeted(await listen({ lastEventId }))
        listener.close()
        received.push(...listener.bans())
        lastEventId = listener.events.findLast(({ id }) => id !== undefined)?.id ?? lastEventId
        return received.length >= ips.length
      },
      { what: 'all bans over many connections', everyMs: 1 },
    )
    await telling
    expect(received).toEqual(ips.map((ip) => `ban ${ip}`))
  })

  it('says reset when too much was missed, or the id is from elsewhere', async () => {
    const ips = Array.from({ length: 1_001 }, (_, index) => `2001:db8::${(index + 1).toString(16)}`)
    await test.tell(...ips.map((ip) => ban(ip)))
    for (const lastEventId of ['0', '999999', 'none of ours']) {
      const listener = await greeted(await listen({ lastEventId }))
      expect(listener.events.map(({ event, id }) => [event, id])).toEqual([
        ['reset', '1001'],
        ['host', '1001'],
      ])
    }
    const enough = await greeted(await listen({ lastEventId: '1' }))
    expect(enough.bans()).toHaveLength(1_000)
  })

  it('does not count bans imported from the past as missed', async () => {
    const old = Array.from({ length: 1_100 }, (_, index) => fact(`2001:db8::${(index + 1).toString(16)}`))
    await test.tell(...old.map((past) => ({ kind: 'past' as const, ...past })), ban('192.0.2.1'))
    const listener = await greeted(await listen({ lastEventId: '0' }))
    expect(listener.bans()).toEqual(['ban 192.0.2.1'])
  })
})

describe('without a nudge', () => {
  beforeEach(() => begin({ streams: { timing: { pollMs: 50 } } }))

  it('finds new bans by itself', async () => {
    const listener = await greeted(await listen())
    await test.db
      .insertInto('ban_events')
      .values({
        kind: 'ban',
        host: 'web-2',
        jail: 'sshd',
        ip: '192.0.2.1',
        ip_key: '-',
        at: 0,
        imported: 0,
        expires_at: null,
        ban_count: null,
        failures: null,
        cause: null,
        matches: null,
      })
      .execute()
    await heard(listener, 'ban 192.0.2.1')
  })
})

describe('the end of a stream', () => {
  beforeEach(() =>
    begin({
      streams: {
        timing: { admissionMs: 50, heartbeatMs: 50 },
        limits: { clients: 4, perSession: 3, backlogBytes: 200_000 },
      },
    }),
  )

  it('comes when its session ends, and for that session alone', async () => {
    const other = await signIn('other')
    const [mine, theirs] = [await greeted(await listen()), await greeted(await listen({ as: other }))]
    await fetch(`http://127.0.0.1:${port}/api/v1/session`, { method: 'DELETE', headers: { cookie } })
    await waitFor(() => !mine.isOpen, { what: 'the end of the stream' })
    expect(theirs.isOpen).toBe(true)
  })

  it('comes when the user is signed out everywhere or disabled', async () => {
    const listener = await greeted(await listen())
    await test.db
      .updateTable('users')
      .set({ auth_version: sql<number>`auth_version + 1` })
      .execute()
    await waitFor(() => !listener.isOpen, { what: 'the end of the stream' })
    const other = await greeted(await listen({ as: await signIn('other') }))
    await test.db.updateTable('users').set({ disabled: 1 }).where('username', '=', 'other').execute()
    await waitFor(() => !other.isOpen, { what: 'the end of the other stream' })
  })

  it('does not come from silence: comments keep it open', async () => {
    const listener = await greeted(await listen())
    await waitFor(() => listener.heartbeats() >= 2, { what: 'two heartbeats' })
    expect(listener.isOpen).toBe(true)
  })

  it('comes for who has fallen asleep', async () => {
    const listener = await greeted(await listen())
    listener.response.pause()
    const lines = Array<string>(3).fill('x'.repeat(200))
    await waitFor(
      async () => {
        const ips = Array.from({ length: 500 }, () => `2001:db8::${Math.random().toString(16).slice(2, 6)}`)
        await test.tell(...new Set(ips.map((ip) => ban(ip, { reason: { failures: 1, matches: lines } }))))
        return test.console.events.openStreams === 0
      },
      { what: 'the sleeper to be dropped' },
    )
  })

  it('comes when the process stops, and no new one begins then', async () => {
    const listener = await greeted(await listen())
    test.console.events.stop()
    await waitFor(() => !listener.isOpen, { what: 'the end of the stream' })
    expect((await listen()).response.statusCode).toBe(503)
  })

  it('does not wait for room: too many streams are refused', async () => {
    for (let count = 0; count < 3; count += 1) await greeted(await listen())
    expect((await listen()).response.statusCode).toBe(503)
    const other = await signIn('other')
    await greeted(await listen({ as: other }))
    expect((await listen({ as: other })).response.statusCode).toBe(503)
    open[0]?.close()
    await waitFor(async () => (await listen({ as: other })).response.statusCode === 200, { what: 'room' })
  })
})
