import { jest } from '@jest/globals'

/**
 * Time that passes only when a test says so: `Date`, `setTimeout` and `setInterval` follow it, while I/O, `performance` and
 * `waitFor` stay in real time.
 */
export interface SimulatedTime {
  /** Lets time pass; every timer fires when it is due. */
  readonly elapse: (ms: number) => Promise<void>
  /** Lets time pass while nothing can run, as a stopped process or a blocked event loop would; timers fire late. */
  readonly stall: (ms: number) => void
  /** Timers that are waiting. */
  readonly timerCount: () => number
  end(): void
}

export function simulateTime(): SimulatedTime {
  jest.useFakeTimers({
    now: Date.parse('2026-03-01T12:00:00Z'),
    doNotFake: ['performance', 'hrtime', 'nextTick', 'setImmediate', 'clearImmediate', 'queueMicrotask'],
  })
  return {
    elapse: (ms) => jest.advanceTimersByTimeAsync(ms),
    stall: (ms) => jest.setSystemTime(Date.now() + ms),
    timerCount: () => jest.getTimerCount(),
    end() {
      jest.useRealTimers()
    },
  }
}
