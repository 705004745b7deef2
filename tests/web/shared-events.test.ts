import { afterEach, describe, expect, it } from '@jest/globals'
import { MessageChannel as NodeChannel } from 'node:worker_threads'
import type { LiveEvents } from '../../src/web/api/events.ts'
import { createEventsHub } from '../../src/web/api/events-hub.ts'
import type { LiveMessage, LiveStatus, Refusal } from '../../src/web/api/events-protocol.ts'
import { createListeners } from '../../src/web/api/listeners.ts'
import { createSharedEvents } from '../../src/web/api/shared-events.ts'
import { waitFor } from '../support/wait-for.ts'

const UNBAN: LiveMessage = {
  kind: 'unban',
  event: { id: 1, kind: 'unban', host: 'local', jail: 'sshd', ip: '192.0.2.1', at: '2026-11-23T12:00:00Z' },
}

/** A stream whose connection is played by the test. */
interface Stream extends LiveEvents {
  readonly url: string
  readonly sessions: string[]
  readonly heard: string[]
  isOn: boolean
  is(phase: LiveStatus['phase']): void
  send(message: LiveMessage): void
  refuse(refusal: Refusal): void
}

function createStream(url: string, onRefused: (refusal: Refusal) => void): Stream {
  const statuses = createListeners<LiveStatus>()
  const batches = createListeners<readonly LiveMessage[]>()
  let status: LiveStatus = { phase: 'waiting', lastHeardMs: 1 }
  const stream: Stream = {
    url,
    sessions: [],
    heard: [],
    isOn: false,
    is: (phase) => statuses.tell((status = { phase, lastHeardMs: 2 })),
    send: (message) => batches.tell([message]),
    refuse: onRefused,
    status: () => status,
    onStatus: statuses.add,
    onMessages: batches.add,
    start(session) {
      stream.sessions.push(session)
      stream.isOn = true
      return () => (stream.isOn = false)
    },
    noteAnswer: () => stream.heard.push('answered'),
    retry: () => stream.heard.push('retry'),
    pause: () => stream.heard.push('pause'),
    resume: () => stream.heard.push('resume'),
  }
  return stream
}

const closers: Array<() => unknown> = []
afterEach(() => {
  for (const close of closers.splice(0)) close()
})

function startHub(options: { forgetMs?: number; sweepMs?: number } = {}) {
  const streams: Stream[] = []
  const hub = createEventsHub({
    open: (url, onRefused) => {
      const stream = createStream(url, onRefused)
      streams.push(stream)
      return stream
    },
    ...options,
  })
  closers.push(hub.close)
  return { ...hub, streams }
}

/** Both ends of a connection between a tab and the worker. Node's ports are the browser's, but for their types. */
function connection(): [tab: MessagePort, worker: MessagePort] {
  const { port1, port2 } = new NodeChannel()
  closers.push(() => port1.close())
  return [port1, port2] as unknown as [MessagePort, MessagePort]
}

function openTab(hub: ReturnType<typeof startHub> | undefined, session = 'first', pingMs = 60_000) {
  const [port, other] = connection()
  hub?.connect(other)
  const messages: LiveMessage[] = []
  const refusals: Refusal[] = []
  const own: Stream[] = []
  const events = createSharedEvents({
    url: 'http://console.test/api/v1/events',
    connect: () => port,
    own: () => {
      const stream = createStream('own', () => undefined)
      own.push(stream)
      return stream
    },
    onRefused: (refusal) => refusals.push(refusal),
    timing: { answerMs: 300, pingMs },
  })
  events.onMessages((batch) => messages.push(...batch))
  const stop = events.start(session)
  closers.push(stop)
  return { events, messages, refusals, own, stop, port }
}

const untilStream = (hub: ReturnType<typeof startHub>, count: number) =>
  waitFor(() => hub.streams[count - 1], { what: `stream number ${count}` })

describe('events shared by tabs', () => {
  it('come through one stream to all of them, and end with the last', async () => {
    const hub = startHub()
    const one = openTab(hub)
    const other = openTab(hub)
    const stream = await untilStream(hub, 1)
    stream.is('live')
    stream.send(UNBAN)
    for (const tab of [one, other]) {
      await waitFor(() => tab.messages.length === 1, { what: 'the message' })
      expect(tab.messages).toEqual([UNBAN])
    }
    one.stop()
    other.stop()
    await waitFor(() => !stream.isOn, { what: 'the end of the stream' })
    expect(hub.streams).toHaveLength(1)
  })

  it('tell a tab that comes later how the connection is', async () => {
    const hub = startHub()
    openTab(hub)
    const stream = await untilStream(hub, 1)
    stream.is('offline')
    const late = openTab(hub)
    await waitFor(() => late.events.status().phase === 'offline', { what: 'the state' })
  })

  it('begin for a tab that comes later when it comes', async () => {
    const hub = startHub()
    const early = openTab(hub)
    const stream = await untilStream(hub, 1)
    stream.is('live')
    await waitFor(() => early.events.status().phase === 'live', { what: 'the stream' })
    const late = openTab(hub)
    await waitFor(() => late.events.status().phase === 'live', { what: 'the state' })
    expect(late.messages).toEqual([{ kind: 'begin' }])
    expect(early.messages).toEqual([])
  })

  it('rest while nobody looks at any of the tabs', async () => {
    const hub = startHub()
    const one = openTab(hub)
    const other = openTab(hub)
    const stream = await untilStream(hub, 1)
    one.events.pause()
    other.events.pause()
    await waitFor(() => stream.heard.at(-1) === 'pause', { what: 'the pause' })
    other.events.resume()
    await waitFor(() => stream.heard.at(-1) === 'resume', { what: 'the resumption' })
  })

  it('are asked for anew in another session', async () => {
    const hub = startHub()
    openTab(hub)
    const stream = await untilStream(hub, 1)
    openTab(hub, 'second')
    const next = await untilStream(hub, 2)
    expect(stream.isOn).toBe(false)
    expect(next.sessions).toEqual(['second'])
  })

  it('tell everybody that they were refused', async () => {
    const hub = startHub()
    const tabs = [openTab(hub), openTab(hub)]
    const stream = await untilStream(hub, 1)
    stream.refuse({ code: 'unauthenticated', status: 401 })
    for (const { refusals } of tabs) {
      await waitFor(() => refusals.length === 1, { what: 'the refusal' })
      expect(refusals).toEqual([{ code: 'unauthenticated', status: 401 }])
    }
  })

  it('forget a tab that is silent; when it wakes up, it fetches everything anew', async () => {
    const hub = startHub({ forgetMs: 50, sweepMs: 10 })
    const tab = openTab(hub)
    const stream = await untilStream(hub, 1)
    await waitFor(() => !stream.isOn, { what: 'the tab to be forgotten' })
    tab.events.retry()
    await waitFor(() => tab.messages.length > 0, { what: 'the news that it missed something' })
    expect(tab.messages).toEqual([{ kind: 'reset' }])
    await untilStream(hub, 2)
  })

  it('come through a stream of the tab’s own when the worker never answers', async () => {
    const tab = openTab(undefined)
    const own = await waitFor(() => tab.own[0], { what: 'its own stream' })
    expect(own.sessions).toEqual(['first'])
    own.is('live')
    own.send(UNBAN)
    expect(tab.events.status().phase).toBe('live')
    expect(tab.messages).toEqual([UNBAN])
    tab.stop()
    expect(own.isOn).toBe(false)
  })

  it('and also when the worker dies later', async () => {
    const hub = startHub()
    const tab = openTab(hub, 'first', 20)
    const stream = await untilStream(hub, 1)
    stream.is('live')
    await waitFor(() => tab.events.status().phase === 'live', { what: 'the stream' })
    expect(tab.own).toEqual([])
    hub.close()
    await waitFor(() => tab.own[0], { what: 'its own stream' })
  })

  it('do not listen to what is not in their language', async () => {
    const hub = startHub()
    const [port, other] = connection()
    hub.connect(other)
    port.postMessage({ kind: 'join', url: 'not an address', session: 7 })
    port.postMessage('join')
    openTab(hub)
    await untilStream(hub, 1)
    expect(hub.streams).toHaveLength(1)
  })
})
