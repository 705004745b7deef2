import type { LiveEvents } from './events.ts'
import { ToTab, type FromTab, type LiveMessage, type LiveStatus, type Refusal } from './events-protocol.ts'
import { createListeners } from './listeners.ts'

const TIMING = {
  /** How soon the worker must have answered. */
  answerMs: 3_000,
  pingMs: 10_000,
}

/** So many unanswered pings in a row mean that the worker is dead. One may be late when a device wakes up. */
const UNANSWERED = 2

export interface WorkerEventsDeps {
  readonly url: string
  readonly onRefused: (refusal: Refusal) => void
  /** The worker does not answer. */
  readonly onDead: () => void
  /** For tests. */
  readonly timing?: Partial<typeof TIMING> | undefined
}

/** The server's events as the worker at the other end of `port` hears them for all tabs. */
export function createWorkerEvents(port: MessagePort, deps: WorkerEventsDeps): LiveEvents {
  const timing = { ...TIMING, ...deps.timing }
  const statuses = createListeners<LiveStatus>()
  const batches = createListeners<readonly LiveMessage[]>()
  let status: LiveStatus = { phase: 'waiting', lastHeardMs: Date.now() }
  let unanswered = 0
  /** While somebody listens. */
  let joinIt: (() => void) | undefined

  const say = (message: FromTab): void => port.postMessage(message)

  function hear(message: ToTab): void {
    unanswered = 0
    switch (message.kind) {
      case 'status':
        status = message.status
        return statuses.tell(status)
      case 'messages':
        return batches.tell(message.messages)
      case 'refused':
        return deps.onRefused(message.refusal)
      case 'forgotten':
        joinIt?.()
        return batches.tell([{ kind: 'reset' }])
      case 'pong':
        return undefined
    }
  }

  function ping(): void {
    if (unanswered >= UNANSWERED) return deps.onDead()
    unanswered += 1
    say({ kind: 'ping' })
  }

  port.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
    const parsed = ToTab.safeParse(data)
    if (parsed.success && joinIt) hear(parsed.data)
  })
  port.start()

  return {
    status: () => status,
    onStatus: statuses.add,
    onMessages: batches.add,
    start(session) {
      joinIt = () => say({ kind: 'join', url: deps.url, session })
      unanswered = 1
      joinIt()
      const timers = [
        setTimeout(() => unanswered > 0 && deps.onDead(), timing.answerMs),
        setInterval(ping, timing.pingMs),
      ]
      return () => {
        for (const timer of timers) clearTimeout(timer)
        joinIt = undefined
        say({ kind: 'leave' })
      }
    },
    noteAnswer() {
      if (status.phase !== 'live') say({ kind: 'answered' })
    },
    retry: () => say({ kind: 'retry' }),
    pause: () => say({ kind: 'pause' }),
    resume: () => say({ kind: 'resume' }),
  }
}
