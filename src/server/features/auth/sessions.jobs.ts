import type { Job } from '../../jobs/job.ts'
import type { SessionArchive } from '../../state/memory/session-archive.ts'

/** Forgets ended sessions in the database, also those that are left from before the console moved to Redis. */
export function sessionsJobs(deps: {
  archive: Pick<SessionArchive, 'removeExpired'>
  now: () => number
}): Job[] {
  return [
    {
      name: 'sessions.prune',
      schedule: { everyMs: 3_600_000 },
      timeoutMs: 60_000,
      attempts: 3,
      run: () => deps.archive.removeExpired(deps.now()),
    },
  ]
}
