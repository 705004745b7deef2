import type { Db } from '../../db/database.ts'
import type { Job } from '../../jobs/job.ts'

const DAY_MS = 86_400_000

/** Forgets the database's rows of processes that were killed; they are kept for a day, for whoever looks into it. */
export function instancesJobs(deps: { db: Db; now: () => number }): Job[] {
  return [
    {
      name: 'instances.prune',
      schedule: { everyMs: 3_600_000 },
      timeoutMs: 60_000,
      attempts: 3,
      async run() {
        await deps.db
          .deleteFrom('instance_leases')
          // Of those with memory there is one row, and whoever comes next judges it.
          .where('provider', '=', 'redis')
          .where('heartbeat_at', '<', deps.now() - DAY_MS)
          .execute()
      },
    },
  ]
}
