import type { Job } from '../../jobs/job.ts'
import type { SessionArchive } from '../../state/memory/session-archive.ts'
import type { SessionsSeen } from './sessions-seen.ts'

/** Forgets ended sessions in the database, also those that are left from before the console moved to Redis. */
export function sessionsJobs(deps: {
  archive: Pick<SessionArchive, 'removeExpired'>
  seen: Pick<SessionsSeen, 'forget'>
  now: () => number
}): Job[] {
  return [
    {
      name: 'sessions.prune',
      schedule: { everyMs: 3_600_000 },
      timeoutMs: 60_000,
      attempts: 3,
      async run() {
        await deps.archive.removeExpired(deps.now())
        await deps.seen.forget()
      },
    },
  ]
}
