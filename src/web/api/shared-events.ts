import type { LiveEvents } from './events.ts'
import type { LiveMessage, LiveStatus } from './events-protocol.ts'
import { createListeners } from './listeners.ts'
import { createWorkerEvents, type WorkerEventsDeps } from './worker-events.ts'

export interface SharedEventsDeps extends Omit<WorkerEventsDeps, 'onDead'> {
  /** Undefined where there is no worker to be had. */
  readonly connect: (onFailure: () => void) => MessagePort | undefined
  /** The stream of this tab alone, for when there is no worker. */
  readonly own: () => LiveEvents
}

/** The server's events through the worker of all tabs; without one, or when it fails, through a stream of this tab's own. */
export function createSharedEvents(deps: SharedEventsDeps): LiveEvents {
  const statuses = createListeners<LiveStatus>()
  const batches = createListeners<readonly LiveMessage[]>()
  const port = deps.connect(standAlone)
  let isAlone = port === undefined
  let source = follow(port ? createWorkerEvents(port, { ...deps, onDead: standAlone }) : deps.own())
  /** While somebody listens. */
  let session: string | undefined
  let stop: (() => void) | undefined

  function follow(events: LiveEvents): LiveEvents {
    events.onStatus(statuses.tell)
    events.onMessages(batches.tell)
    return events
  }

  function standAlone(): void {
    if (isAlone) return
    isAlone = true
    stop?.()
    port?.close()
    source = follow(deps.own())
    if (session !== undefined) stop = source.start(session)
  }

  return {
    status: () => source.status(),
    onStatus: statuses.add,
    onMessages: batches.add,
    start(into) {
      session = into
      stop = source.start(into)
      return () => {
        session = undefined
        stop?.()
        stop = undefined
      }
    },
    noteAnswer: () => source.noteAnswer(),
    retry: () => source.retry(),
    pause: () => source.pause(),
    resume: () => source.resume(),
  }
}
