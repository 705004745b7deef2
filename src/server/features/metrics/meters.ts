import { createRequestMeter, type RequestMeter } from '../../http/request-meter.ts'
import type { Job } from '../../jobs/job.ts'
import type { RateLimits } from '../../state/state-provider.ts'

/** What this process has seen of one job. */
export interface JobCounts {
  done: number
  failed: number
  /** Milliseconds since 1970; 0 before the first. */
  lastDoneAt: number
}

/** What this process counts itself while it works, from its start on. */
export interface Meters {
  readonly requests: RequestMeter
  readonly refusals: ReadonlyMap<string, number>
  readonly jobs: ReadonlyMap<string, JobCounts>
  /** The same limits, their refusals counted by rule. */
  watchLimits(limits: RateLimits): RateLimits
  /** The same job, its runs counted. */
  watchJob(job: Job): Job
}

export function createMeters(now: () => number): Meters {
  const refusals = new Map<string, number>()
  const jobs = new Map<string, JobCounts>()

  return {
    requests: createRequestMeter(),
    refusals,
    jobs,

    watchLimits: (limits) => ({
      consume: async (rule, key, cost) => {
        const verdict = await limits.consume(rule, key, cost)
        if (!verdict.allowed) refusals.set(rule.name, (refusals.get(rule.name) ?? 0) + 1)
        return verdict
      },
      refund: (rule, key, cost) => limits.refund(rule, key, cost),
      reset: (rule, key) => limits.reset(rule, key),
    }),

    watchJob(job) {
      const counts: JobCounts = { done: 0, failed: 0, lastDoneAt: 0 }
      jobs.set(job.name, counts)
      const run: Job['run'] = async (due) => {
        try {
          await job.run(due)
        } catch (error) {
          counts.failed += 1
          throw error
        }
        counts.done += 1
        counts.lastDoneAt = now()
      }
      return { ...job, run }
    },
  }
}
