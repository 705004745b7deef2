import * as z from 'zod/mini'
import { ErrorCode } from '../../shared/problem.ts'
import { LiveMessage, type LivePhase, type LiveStatus, type Refusal } from './events-protocol.ts'
import { createListeners } from './listeners.ts'
import { readEventStream, type StreamEvent } from './event-stream.ts'

/** The server's events. `createLiveEvents` reads them itself; `createSharedEvents` has a worker do it for all tabs. */
export interface LiveEvents {
  status: () => LiveStatus
  onStatus: (listener: (status: LiveStatus) => void) => () => void
  /** Batches, at most four a second. */
  onMessages: (listener: (messages: readonly LiveMessage[]) => void) => () => void
  /** Begins to listen, in the session of that name; the result ends it. */
  start: (session: string) => () => void
  /** Some other request was answered: the server is there even though the stream is not. */
  noteAnswer: () => void
  /** Tries at once instead of waiting for the next attempt. */
  retry: () => void
  /** Lets the connection go while nobody looks; browsers allow only six per console. */
  pause: () => void
  resume: () => void
}

export interface LiveEventsDeps {
  readonly url: string
  readonly fetch: typeof fetch
  /** The stream was refused: signed out, or the session store is away. */
  readonly onRefused: (refusal: Refusal) => void
  /** For tests. */
  readonly timing?: Partial<Timing>
}

const TIMING = {
  amberMs: 3_000,
  offlineMs: 10_000,
  judgeMs: 500,
  batchMs: 250,
  /** The server accepts at once; a connection that was on its way to a process that died never gets an answer. */
  openMs: 8_000,
  /** The server sends something at least every 15 s; three times nothing is a dead connection. */
  silenceMs: 45_000,
}
type Timing = typeof TIMING

const FIRST_DELAY_MS = 500
const LONGEST_DELAY_MS = 3_000

/**
 * Reads the stream with fetch, not with EventSource: that hides the status of a refusal, gives up on a proxy's 502, cannot
 * resume after a new start, and does not notice a connection that has died in silence.
 */
export function createLiveEvents(deps: LiveEventsDeps): LiveEvents {
  const timing = { ...TIMING, ...deps.timing }
  const line = new LiveLine(timing)
  const buffer = new MessageBuffer()
  const rest = new Rest()
  let lastEventId: string | undefined
  let connection: AbortController | undefined
  let isPaused = false

  async function readOnce(signal: AbortSignal): Promise<void> {
    connection = new AbortController()
    const open = await openStream(deps, lastEventId, AbortSignal.any([signal, connection.signal]))
    if (lastEventId === undefined) buffer.add({ kind: 'begin' })
    line.open()
    for await (const event of open) {
      if (event.id !== undefined) lastEventId = event.id
      buffer.add(parseMessage(event))
    }
  }

  async function run(signal: AbortSignal): Promise<void> {
    let delayMs = FIRST_DELAY_MS
    while (!signal.aborted) {
      try {
        if (!isPaused) await readOnce(signal)
      } catch (error) {
        if (error instanceof Refused && !signal.aborted) deps.onRefused(error.refusal)
      }
      if (line.lost()) delayMs = FIRST_DELAY_MS
      if (signal.aborted) return
      await rest.take(isPaused ? 3_600_000 : delayMs * (0.75 + Math.random() / 2))
      delayMs = Math.min(delayMs * 2, LONGEST_DELAY_MS)
    }
  }

  return {
    status: () => line.status,
    onStatus: line.listeners.add,
    onMessages: buffer.listeners.add,
    start() {
      const stop = new AbortController()
      const timers = [
        setInterval(() => buffer.flush(), timing.batchMs),
        setInterval(() => isPaused || line.judge(), timing.judgeMs),
      ]
      line.begin()
      void run(stop.signal)
      return () => {
        for (const timer of timers) clearInterval(timer)
        stop.abort()
        rest.end()
      }
    },
    noteAnswer: () => line.noteAnswer(),
    retry: () => rest.end(),
    pause() {
      isPaused = true
      connection?.abort()
    },
    resume() {
      if (!isPaused) return
      isPaused = false
      line.begin()
      rest.end()
    },
  }
}

/** Until it is time for the next attempt, or somebody wants one now. */
class Rest {
  end = (): void => undefined

  async take(ms: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    const timer = setTimeout(resolve, ms)
    this.end = resolve
    await promise
    clearTimeout(timer)
  }
}

/** Resolves once the server has accepted; the events end, with or without an error, when the connection does. */
async function openStream(
  deps: LiveEventsDeps,
  lastEventId: string | undefined,
  signal: AbortSignal,
): Promise<AsyncIterable<StreamEvent>> {
  const { openMs, silenceMs } = { ...TIMING, ...deps.timing }
  const silence = new AbortController()
  const watchdog = createWatchdog(() => silence.abort())
  watchdog.reset(openMs)
  signal.addEventListener('abort', watchdog.stop)
  const response = await deps.fetch(deps.url, {
    headers: {
      accept: 'text/event-stream',
      ...(lastEventId !== undefined && { 'last-event-id': lastEventId }),
    },
    cache: 'no-store',
    credentials: 'same-origin',
    signal: AbortSignal.any([signal, silence.signal]),
  })
  watchdog.reset(silenceMs)
  if (!response.ok) throw new Refused(await refusalOf(response))
  const isStream = response.headers.get('content-type')?.startsWith('text/event-stream') === true
  if (!response.body || !isStream) throw new Refused({ code: 'unreadable', status: response.status })
  return readEventStream(response.body, () => watchdog.reset(silenceMs))
}

/** Judges from what is heard and not heard how the connection is. */
class LiveLine {
  status: LiveStatus = { phase: 'waiting', lastHeardMs: Date.now() }
  private readonly timing: Timing
  private lostAtMs = Date.now()
  readonly listeners = createListeners<LiveStatus>()

  constructor(timing: Timing) {
    this.timing = timing
  }

  /** A first or a new attempt that nobody has waited for yet. */
  begin(): void {
    this.lostAtMs = Date.now()
    this.set('waiting', this.lostAtMs)
  }

  open(): void {
    this.set('live', Date.now())
  }

  /** The connection has ended; true if there was one. */
  lost(): boolean {
    const wasLive = this.status.phase === 'live'
    if (wasLive) this.begin()
    return wasLive
  }

  noteAnswer(): void {
    if (this.status.phase !== 'live') this.set(this.status.phase, Date.now())
  }

  judge(): void {
    const { phase, lastHeardMs } = this.status
    if (phase === 'live') return
    const nowMs = Date.now()
    if (nowMs - lastHeardMs >= this.timing.offlineMs) this.set('offline', lastHeardMs)
    else if (nowMs - this.lostAtMs >= this.timing.amberMs) this.set('reconnecting', lastHeardMs)
  }

  private set(phase: LivePhase, lastHeardMs: number): void {
    if (phase === this.status.phase && lastHeardMs === this.status.lastHeardMs) return
    this.status = { phase, lastHeardMs }
    this.listeners.tell(this.status)
  }
}

class MessageBuffer {
  private messages: LiveMessage[] = []
  readonly listeners = createListeners<readonly LiveMessage[]>()

  add(message: LiveMessage | undefined): void {
    if (message) this.messages.push(message)
  }

  flush(): void {
    if (this.messages.length === 0) return
    const messages = this.messages
    this.messages = []
    this.listeners.tell(messages)
  }
}

interface Watchdog {
  /** It barks after so long, unless it is reset again before. */
  readonly reset: (ms: number) => void
  readonly stop: () => void
}

function createWatchdog(bark: () => void): Watchdog {
  let timer: ReturnType<typeof setTimeout> | undefined
  return {
    reset(ms) {
      clearTimeout(timer)
      timer = setTimeout(bark, ms)
    },
    stop: () => clearTimeout(timer),
  }
}

class Refused extends Error {
  readonly refusal: Refusal

  constructor(refusal: Refusal) {
    super(`The stream of events was refused: ${refusal.code}`)
    this.refusal = refusal
  }
}

const Coded = z.object({ code: ErrorCode })

async function refusalOf(response: Response): Promise<Refusal> {
  const { status } = response
  const problem = Coded.safeParse(await response.json().catch(() => undefined))
  if (problem.success) return { code: problem.data.code, status }
  // A proxy says so while the console behind it is away.
  const isAway = status === 502 || status === 503 || status === 504
  return isAway ? { code: 'unreachable', status: 0 } : { code: 'unreadable', status }
}

/** Undefined for what this version of the page does not know. */
function parseMessage({ name, data }: StreamEvent): LiveMessage | undefined {
  try {
    const parsed = LiveMessage.safeParse({ kind: name, event: JSON.parse(data) })
    return parsed.success ? parsed.data : undefined
  } catch {
    return undefined
  }
}
