import type { LiveEvents } from './events.ts'
import { FromTab, type Refusal, type ToTab } from './events-protocol.ts'

/** A hidden tab may speak as seldom as once a minute. */
const FORGET_MS = 150_000
const SWEEP_MS = 30_000

interface Tab {
  heardMs: number
  isPaused: boolean
}

interface Stream {
  readonly session: string
  readonly live: LiveEvents
  readonly stop: () => void
}

export interface EventsHubDeps {
  readonly open: (url: string, onRefused: (refusal: Refusal) => void) => LiveEvents
  /** For tests. */
  readonly forgetMs?: number
  readonly sweepMs?: number
}

export interface EventsHub {
  readonly connect: (port: MessagePort) => void
  /** Ends everything; the tabs are not told. */
  readonly close: () => void
}

const say = (port: MessagePort, message: ToTab): void => port.postMessage(message)

/** The worker's part: one stream for all the tabs that have joined, as long as there is one. */
export function createEventsHub(deps: EventsHubDeps): EventsHub {
  const { forgetMs = FORGET_MS, sweepMs = SWEEP_MS } = deps
  const tabs = new Map<MessagePort, Tab>()
  let stream: Stream | undefined

  function tell(message: ToTab): void {
    for (const port of tabs.keys()) say(port, message)
  }

  function open(url: string, session: string): Stream {
    const live = deps.open(url, (refusal) => tell({ kind: 'refused', refusal }))
    const stops = [
      live.onStatus((status) => tell({ kind: 'status', status })),
      live.onMessages((messages) => tell({ kind: 'messages', messages: [...messages] })),
      live.start(session),
    ]
    return { session, live, stop: () => stops.forEach((stop) => stop()) }
  }

  function join(port: MessagePort, url: string, session: string): void {
    tabs.set(port, { heardMs: Date.now(), isPaused: false })
    if (stream?.session !== session) {
      stream?.stop()
      stream = open(url, session)
    }
    const status = stream.live.status()
    // For this tab it begins now; the others hear of it when it is opened.
    if (status.phase === 'live') say(port, { kind: 'messages', messages: [{ kind: 'begin' }] })
    say(port, { kind: 'status', status })
  }

  function leave(port: MessagePort): void {
    tabs.delete(port)
    if (tabs.size > 0) return
    stream?.stop()
    stream = undefined
  }

  /** The connection rests while nobody looks at any of the tabs. */
  function pauseOrResume(): void {
    if ([...tabs.values()].every((tab) => tab.isPaused)) stream?.live.pause()
    else stream?.live.resume()
  }

  function hear(port: MessagePort, message: FromTab): void {
    const tab = tabs.get(port)
    if (message.kind === 'join') join(port, message.url, message.session)
    else if (message.kind === 'leave') leave(port)
    else if (!tab) say(port, { kind: 'forgotten' })
    else {
      tab.heardMs = Date.now()
      if (message.kind === 'ping') say(port, { kind: 'pong' })
      else if (message.kind === 'answered') stream?.live.noteAnswer()
      else if (message.kind === 'retry') stream?.live.retry()
      else tab.isPaused = message.kind === 'pause'
    }
    pauseOrResume()
  }

  const sweeper = setInterval(() => {
    for (const [port, tab] of tabs) if (Date.now() - tab.heardMs > forgetMs) leave(port)
    pauseOrResume()
  }, sweepMs)

  return {
    connect(port) {
      port.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
        const parsed = FromTab.safeParse(data)
        if (parsed.success) hear(port, parsed.data)
      })
      port.start()
    },
    close() {
      clearInterval(sweeper)
      for (const port of tabs.keys()) port.close()
      stream?.stop()
    },
  }
}
