import { createMemoryRateLimits, type Windows } from './memory/rate-limits.ts'
import { StateFull, type RateLimits } from './state-provider.ts'

/**
 * The same limits, which count in this process alone while the provider has no room: who is signed in can go on. For budgets
 * that only keep the console from being flooded, as each process then allows the whole of it.
 */
export function insuredLimits(limits: RateLimits): Pick<RateLimits, 'consume'> {
  const windows: Windows = new Map()
  const monotonicMs = (): number => performance.now()
  const own = createMemoryRateLimits(windows, { assertRunning: () => undefined, monotonicMs })
  return {
    async consume(rule, key, cost) {
      try {
        const verdict = await limits.consume(rule, key, cost)
        if (windows.size > 0) windows.clear()
        return verdict
      } catch (error) {
        if (!(error instanceof StateFull)) throw error
        return own.consume(rule, key, cost)
      }
    },
  }
}
