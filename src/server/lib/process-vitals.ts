import { monitorEventLoopDelay } from 'node:perf_hooks'

const RESOLUTION_MS = 20
const WINDOW_MS = 5_000

export interface Vitals {
  /** Beyond the time that a timer was asked to wait. */
  readonly eventLoopLag: { readonly p50Ms: number; readonly p99Ms: number; readonly maxMs: number }
  readonly rssBytes: number
  readonly heapUsedBytes: number
  /** User and system time since the process started. */
  readonly cpuSeconds: number
}

/** How this process is doing: memory now, and the lag of the last whole window of five seconds. */
export interface ProcessVitals {
  read(): Vitals
  stop(): void
}

export function watchVitals(): ProcessVitals {
  const delays = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
  delays.enable()

  /** The histogram holds whole waits in nanoseconds, the asked-for one included. */
  const beyond = (nanoseconds: number): number =>
    Math.round(Math.max(0, nanoseconds / 1e6 - RESOLUTION_MS) * 100) / 100

  const lag = (): Vitals['eventLoopLag'] =>
    delays.count === 0
      ? { p50Ms: 0, p99Ms: 0, maxMs: 0 }
      : {
          p50Ms: beyond(delays.percentile(50)),
          p99Ms: beyond(delays.percentile(99)),
          maxMs: beyond(delays.max),
        }

  let lastWindow: Vitals['eventLoopLag'] | undefined
  const timer = setInterval(() => {
    lastWindow = lag()
    delays.reset()
  }, WINDOW_MS).unref()

  return {
    read() {
      const { rss, heapUsed } = process.memoryUsage()
      const { user, system } = process.cpuUsage()
      return {
        eventLoopLag: lastWindow ?? lag(),
        rssBytes: rss,
        heapUsedBytes: heapUsed,
        cpuSeconds: (user + system) / 1e6,
      }
    },
    stop() {
      clearInterval(timer)
      delays.disable()
    },
  }
}
