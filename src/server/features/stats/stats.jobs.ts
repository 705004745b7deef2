import { REPEAT_MS, SPANS } from '../../db/ban-figures.ts'
import type { Job } from '../../jobs/job.ts'
import type { StatsRepository } from './stats.repository.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 86_400_000
/** The shortest range and what it is compared with. */
const SHORT_MS = 3 * HOUR_MS

/** Forgets figures that no range needs any more. */
export function statsJobs(deps: {
  repository: Pick<StatsRepository, 'forgetSlots' | 'forgetRepeats'>
  keepDays: () => Promise<number>
  now: () => number
}): Job[] {
  return [
    {
      name: 'stats.prune',
      schedule: { everyMs: HOUR_MS },
      timeoutMs: 60_000,
      attempts: 3,
      async run() {
        const now = deps.now()
        await deps.repository.forgetSlots(SPANS.short, now - SHORT_MS)
        await deps.repository.forgetSlots(SPANS.long, now - (await deps.keepDays()) * DAY_MS)
        await deps.repository.forgetRepeats(now - REPEAT_MS)
      },
    },
  ]
}
