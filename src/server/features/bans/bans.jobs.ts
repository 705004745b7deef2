import type { Job } from '../../jobs/job.ts'
import type { BanFeedRepository } from './ban-feed.repository.ts'

const DAY_MS = 86_400_000
/** Entries at a time; between batches other work gets its turn. */
const BATCH = 200

/** Forgets archive entries older than `keepDays`, which is asked at each run, once an hour. */
export function bansJobs(deps: {
  repository: Pick<BanFeedRepository, 'forgetEvents'>
  keepDays: () => Promise<number>
  now: () => number
}): Job[] {
  return [
    {
      name: 'bans.prune-history',
      schedule: { everyMs: 3_600_000 },
      timeoutMs: 600_000,
      attempts: 3,
      async run({ signal }) {
        const olderThan = deps.now() - (await deps.keepDays()) * DAY_MS
        while ((await deps.repository.forgetEvents(olderThan, BATCH)) === BATCH) {
          signal.throwIfAborted()
          await new Promise((resolve) => setImmediate(resolve))
        }
      },
    },
  ]
}
