import type { Request, Response } from 'express'
import type { Actor } from '../../http/endpoint.ts'
import { AppError } from '../../lib/errors.ts'
import type { Logger } from '../../lib/logger.ts'
import type { AppRuntime } from '../../state/app-runtime.ts'
import type { HostDirectory } from '../../state/host-directory.ts'
import type { StateProvider } from '../../state/state-provider.ts'
import { createAdmissionCheck } from './admission-check.ts'
import { createEventClients } from './event-clients.ts'
import { banFrame, hostFrame, resetFrame, stateFrame } from './event-frames.ts'
import type { EventsRepository } from './events.repository.ts'
import { createHostNews } from './host-news.ts'
import { createNewsReader } from './news-reader.ts'
import { createOutbox } from './outbox.ts'
import { createStateNews } from './state-news.ts'

/**
 * The live stream: bans and unbans from the archive, and what agents report about their hosts. The first event goes out at
 * once, those that follow it closely together after 100 ms. The bus only says that there is something to read; without it
 * the archive is looked at every two seconds.
 */
export interface EventStream {
  start(): Promise<void>
  /** Ends every stream. */
  stop(): void
  readonly openStreams: number
  /** Answers one `GET /events`. */
  readonly serve: (req: Request, res: Response, actor: Actor) => Promise<void>
}

export interface EventStreamDeps {
  readonly repository: EventsRepository
  readonly state: Pick<StateProvider<AppRuntime>, 'bus' | 'runtime' | 'health'>
  readonly hosts: HostDirectory
  /** Which of these may go on reading; asked every few seconds, since a session can end while its stream is open. */
  readonly admitted: (actors: readonly Actor[]) => Promise<(actor: Actor) => boolean>
  readonly log: Logger
  /** For tests. */
  readonly timing?: Partial<typeof TIMING>
  readonly limits?: Partial<typeof LIMITS>
}

const TIMING = { pollMs: 2_000, stateMs: 500, batchMs: 100, heartbeatMs: 15_000, admissionMs: 4_000 }
const LIMITS = { clients: 1_000, perSession: 20, backlogBytes: 1 << 20 }

/** Whoever missed more fetches everything anew. */
const MOST_REPLAYED = 1_000
/** More ids than this are not even counted. */
const FARTHEST_REPLAYED = 50_000

export function createEventStream(deps: EventStreamDeps): EventStream {
  const { repository, state, hosts, log } = deps
  const timing = { ...TIMING, ...deps.timing }
  const clients = createEventClients({ ...LIMITS, ...deps.limits })
  const check = createAdmissionCheck({ clients, admitted: deps.admitted, log })
  const outbox = createOutbox((frames) => clients.write(frames), timing.batchMs)
  const hostNews = createHostNews(hosts)
  const stateNews = createStateNews(() => state.health())
  const stops: Array<() => void> = []
  let stopped = false
  const news = createNewsReader({
    repository,
    isHeard: () => clients.actors.length > 0,
    put: (events) => outbox.put(events.map(banFrame).join('')),
    log,
  })

  function tellHosts(): void {
    for (const event of hostNews.take()) outbox.put(hostFrame(event))
  }

  function tellState(): void {
    const event = stateNews.take()
    if (event) outbox.put(stateFrame(event))
  }

  function every(ms: number, work: () => void): void {
    const timer = setInterval(work, ms)
    timer.unref()
    stops.push(() => clearInterval(timer))
  }

  return {
    async start() {
      await news.skipToEnd()
      stops.push(state.bus.on('bans', () => news.look()))
      stops.push(state.bus.on('sessions', check.whoIsNamed))
      stops.push(state.runtime.subscribe(({ key }) => String(key).startsWith('host/') && tellHosts()))
      every(timing.pollMs, () => {
        news.look()
        tellHosts()
      })
      every(timing.stateMs, tellState)
      every(timing.heartbeatMs, () => clients.write(':\n\n'))
      every(timing.admissionMs, check.everybody)
    },

    stop() {
      stopped = true
      for (const stop of stops.splice(0)) stop()
      outbox.flush()
      clients.sift(() => false)
    },

    get openStreams() {
      return clients.actors.length
    },

    async serve(req, res, actor) {
      if (stopped) throw new AppError('shutting-down', 'This process is stopping and begins no new stream.')
      const lastEventId = lastEventIdOf(req)
      // Nobody reads while nobody listens: the end of the archive may have moved on.
      if (clients.actors.length === 0) await news.skipToEnd()
      outbox.flush()
      const client = clients.add(res, actor)
      const upTo = news.readUpTo()
      const missed = lastEventId === undefined ? '' : await replay(repository, lastEventId, upTo)
      const now = hosts.list().map((snapshot) => hostFrame(snapshot, upTo))
      client.catchUp(missed + now.join(''))
    },
  }
}

async function replay(repository: EventsRepository, after: number, upTo: number): Promise<string> {
  const isNear = after >= 0 && after <= upTo && upTo - after <= FARTHEST_REPLAYED
  const events = isNear ? await repository.newsBetween(after, upTo, MOST_REPLAYED + 1) : undefined
  if (!events || events.length > MOST_REPLAYED) return resetFrame(upTo)
  return events.map(banFrame).join('')
}

/** Undefined: a fresh start. What is no id is one that can never be resumed. */
function lastEventIdOf(req: Request): number | undefined {
  const { lastEventId } = req.query
  const text = req.get('Last-Event-ID') ?? (typeof lastEventId === 'string' ? lastEventId : undefined)
  if (text === undefined || text === '') return undefined
  return /^\d{1,15}$/.test(text) ? Number(text) : -1
}
