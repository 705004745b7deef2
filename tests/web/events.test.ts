import { afterEach, describe, expect, it } from '@jest/globals'
import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { createLiveEvents, type LiveEvents } from '../../src/web/api/events.ts'
import type { LiveMessage, Refusal } from '../../src/web/api/events-protocol.ts'
import { waitFor } from '../support/wait-for.ts'

interface Stream {
  readonly headers: IncomingHttpHeaders
  readonly response: ServerResponse
}

/** A server that opens a stream for whoever comes, or refuses with a status. */
interface EventServer {
  readonly url: string
  readonly streams: Stream[]
  refuse(status: number, code: string): void
  accept(): void
  /** From now on nobody gets an answer. */
  hang(): void
  /** How many have waited for one. */
  hanging(): number
}

const closers: Array<() => unknown> = []
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close()
})

async function startServer(): Promise<EventServer> {
  const streams: Stream[] = []
  let refusal: { status: number; code: string } | undefined
  let hangs = false
  let hanging = 0
  const server: Server = createServer((req, response) => {
    if (hangs) {
      hanging += 1
      return
    }
    if (refusal) {
      const problem = { type: '/p', title: 'No', ...refusal }
      response.writeHead(refusal.status, { 'content-type': 'application/problem+json' })
      response.end(JSON.stringify(problem))
      return
    }
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.flushHeaders()
    streams.push({ headers: req.headers, response })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  closers.push(() => {
    server.closeAllConnections()
    server.close()
  })
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    streams,
    refuse: (status, code) => (refusal = { status, code }),
    accept() {
      refusal = undefined
      hangs = false
    },
    hang: () => (hangs = true),
    hanging: () => hanging,
  }
}

function listen(
  url: string,
  timing?: Parameters<typeof createLiveEvents>[0]['timing'],
): { live: LiveEvents; messages: LiveMessage[]; refusals: Refusal[] } {
  const messages: LiveMessage[] = []
  const refusals: Refusal[] = []
  const live = createLiveEvents({
    url,
    fetch,
    onRefused: (error) => refusals.push(error),
    ...(timing && { timing }),
  })
  live.onMessages((batch) => messages.push(...batch))
  closers.push(live.start('first'))
  return { live, messages, refusals }
}

function banFrame(id: number, ip: string): string {
  const event = { id, kind: 'ban', host: 'local', jail: 'sshd', ip, at: '2026-11-23T12:00:00.000Z' }
  return `id: ${id}\nevent: ban\ndata: ${JSON.stringify(event)}\n\n`
}

const nth = (server: EventServer, count: number): Promise<Stream> =>
  waitFor(() => server.streams[count - 1], { what: `stream number ${count}` })

const BEGIN: LiveMessage = { kind: 'begin' }

describe('live events', () => {
  it('arrive whatever pieces the network cuts them into', async () => {
    const server = await startServer()
    const { live, messages } = listen(server.url)
    const { response } = await nth(server, 1)
    const bytes = Buffer.from(
      `:\n\nevent: unheard-of\ndata: {}\n\n${banFrame(7, '2001:db8::ü'.slice(0, 10))}`,
    )
    for (const byte of bytes) response.write(Buffer.of(byte))
    await waitFor(() => messages.some(({ kind }) => kind === 'ban'), { what: 'the ban' })
    expect(messages).toEqual([BEGIN, expect.objectContaining({ kind: 'ban' })])
    expect(live.status().phase).toBe('live')
  })

  it('that are not as agreed are left out, and those after them are not', async () => {
    const server = await startServer()
    const { messages } = listen(server.url)
    const { response } = await nth(server, 1)
    response.write(
      `event: ban\ndata: not json\n\nevent: ban\ndata: {"id":"x"}\n\n${banFrame(8, '192.0.2.8')}`,
    )
    await waitFor(() => messages.some(({ kind }) => kind === 'ban'), { what: 'the ban' })
    expect(messages).toHaveLength(2)
  })

  it('go on where they were after the connection was lost, without beginning again', async () => {
    const server = await startServer()
    const { messages } = listen(server.url)
    const first = await nth(server, 1)
    expect(first.headers['last-event-id']).toBeUndefined()
    first.response.write(banFrame(41, '192.0.2.1'))
    await waitFor(() => messages.length === 2, { what: 'the first ban' })
    first.response.destroy()
    const second = await nth(server, 2)
    expect(second.headers['last-event-id']).toBe('41')
    second.response.write(banFrame(42, '192.0.2.2'))
    await waitFor(() => messages.length === 3, { what: 'the second ban' })
    expect(messages.map(({ kind }) => kind)).toEqual(['begin', 'ban', 'ban'])
  })

  it('begin again where nothing was heard yet that they could go on from', async () => {
    const server = await startServer()
    const { messages } = listen(server.url)
    const first = await nth(server, 1)
    first.response.destroy()
    await nth(server, 2)
    await waitFor(() => messages.length === 2, { what: 'both beginnings' })
    expect(messages).toEqual([BEGIN, BEGIN])
  })

  it('report a refusal with its reason, and come back after it', async () => {
    const server = await startServer()
    server.refuse(503, 'state-unavailable')
    const { live, refusals } = listen(server.url)
    await waitFor(() => refusals.length > 0, { what: 'the refusal' })
    expect(refusals[0]).toMatchObject({ code: 'state-unavailable', status: 503 })
    expect(live.status().phase).toBe('waiting')
    server.accept()
    await waitFor(() => live.status().phase === 'live', { what: 'the stream' })
  })

  it('try again when a connection is never answered', async () => {
    const server = await startServer()
    server.hang()
    const { live } = listen(server.url, { openMs: 100 })
    await waitFor(() => server.hanging() > 1, { what: 'another attempt' })
    server.accept()
    await waitFor(() => live.status().phase === 'live', { what: 'the stream' })
  })

  it('let the connection go while paused and take it up again', async () => {
    const server = await startServer()
    const { live } = listen(server.url)
    const { response } = await nth(server, 1)
    live.pause()
    await waitFor(() => response.destroyed, { what: 'the end of the connection' })
    expect(server.streams).toHaveLength(1)
    live.resume()
    await nth(server, 2)
  })

  it('say after a while that they are reconnecting, and later that nobody answers', async () => {
    const server = await startServer()
    const { live } = listen(server.url, { amberMs: 150, offlineMs: 600, judgeMs: 10 })
    const { response } = await nth(server, 1)
    await waitFor(() => live.status().phase === 'live', { what: 'the stream' })
    server.refuse(502, 'busy')
    const phases: string[] = []
    live.onStatus(({ phase }) => phases.push(phase))
    response.destroy()
    await waitFor(() => live.status().phase === 'offline', { what: 'the offline state' })
    expect(phases).toEqual(['waiting', 'reconnecting', 'offline'])
    live.noteAnswer()
    await waitFor(() => live.status().phase === 'reconnecting', { what: 'an answer to count' })
  })
})
