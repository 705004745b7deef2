import { once } from 'node:events'
import { get as getHttp, type Agent, type IncomingMessage } from 'node:http'
import { get as getHttps } from 'node:https'
import { z } from 'zod'
import { API } from './http.ts'

/** What an event `ban` is about. */
export const BanNews = z.looseObject({ ip: z.string() })

export interface ReceivedEvent {
  readonly event: string
  readonly id: string
  readonly data: string
  /** By `performance.now`. */
  readonly at: number
}

/** One open stream of live events. */
export interface EventListener {
  readonly events: readonly ReceivedEvent[]
  /** The first event `ban` about this address, once it came. */
  banOf(ip: string): ReceivedEvent | undefined
  /** How often it was told nothing, so that nobody takes the line for dead. */
  heartbeats(): number
  isOpen(): boolean
  close(): void
}

/** Opens `GET /events`, as a browser does. `agent`: for https, one that knows whom to believe. */
export async function listenTo(
  url: string,
  cookie: string,
  { lastEventId, agent }: { lastEventId?: string; agent?: Agent } = {},
): Promise<EventListener> {
  const headers = { cookie, ...(lastEventId === undefined ? {} : { 'Last-Event-ID': lastEventId }) }
  const get = url.startsWith('https:') ? getHttps : getHttp
  const asked = get(`${url}${API}/events`, { headers, ...(agent && { agent }) })
  const [response] = (await once(asked, 'response')) as [IncomingMessage]
  if (response.statusCode !== 200) throw new Error(`GET /events answered ${response.statusCode}.`)
  const events: ReceivedEvent[] = []
  let rest = ''
  let isOpen = true
  let heartbeats = 0
  response.setEncoding('utf8')
  response.on('data', (chunk: string) => {
    const blocks = (rest + chunk).split('\n\n')
    rest = blocks.pop() ?? ''
    heartbeats += blocks.filter((block) => block === ':').length
    events.push(...blocks.flatMap(parse))
  })
  for (const end of ['end', 'error', 'close']) response.on(end, () => (isOpen = false))
  return {
    events,
    banOf: (ip) =>
      events.find(({ event, data }) => event === 'ban' && BanNews.parse(JSON.parse(data)).ip === ip),
    heartbeats: () => heartbeats,
    isOpen: () => isOpen,
    close: () => asked.destroy(),
  }
}

function parse(block: string): ReceivedEvent[] {
  const field = (name: string): string => new RegExp(`^${name}: ?(.*)$`, 'm').exec(block)?.[1] ?? ''
  const event = field('event')
  return event === '' ? [] : [{ event, id: field('id'), data: field('data'), at: performance.now() }]
}
