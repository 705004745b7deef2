import type { Job, RunLedger } from '../../jobs/job.ts'

const HOUR_MS = 3_600_000
const KEEP_MS = 48 * HOUR_MS

/** Keeps the ledger of runs short; what `GET /cluster` tells of each job outlives this. */
export function runLedgerJobs(deps: { ledger: Pick<RunLedger, 'prune'>; now: () => number }): Job[] {
  return [
    {
      name: 'jobs.prune',
      schedule: { everyMs: HOUR_MS },
      timeoutMs: 60_000,
      attempts: 3,
      run: async () => {
        await deps.ledger.prune(deps.now() - KEEP_MS)
      },
    },
  ]
}
