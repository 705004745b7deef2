import type { Json } from '../lib/json.ts'
import { createFaultLog, type JobLog } from './fault-log.ts'
import type { JobScheduler, RunLedger } from './job.ts'
import { JobLoop } from './job-loop.ts'

const LEASE_MS = 20_000

/**
 * Delivers due slots inside this process. Any number of processes may do so on one ledger: each slot is still done once.
 * Runs that were triggered wait in memory and are lost with the process; slots that were missed are not.
 */
export function createInProcessScheduler(deps: {
  ledger: RunLedger
  /** Milliseconds since 1970. */
  now: () => number
  log: JobLog
  /** After this a run whose process died is taken over; live ones renew their claim thrice as often. */
  leaseMs?: number
}): JobScheduler {
  const { ledger, now, log, leaseMs = LEASE_MS } = deps
  const faults = createFaultLog(log, now)
  const loops = new Map<string, JobLoop>()
  let phase: 'declaring' | 'running' | 'stopped' = 'declaring'
  let stopped: Promise<void> | undefined

  async function stop(deadlineMs: number): Promise<void> {
    phase = 'stopped'
    const lost = await Promise.all([...loops.values()].map((loop) => loop.stop(deadlineMs)))
    const count = lost.reduce((sum, each) => sum + each, 0)
    if (count > 0) log.warn({ count }, 'triggered job runs were not finished and are lost with this process')
  }

  return {
    define(job) {
      if (phase !== 'declaring') throw new Error(`The job ${job.name} is declared after the start.`)
      if (loops.has(job.name)) throw new Error(`There are two jobs called ${job.name}.`)
      loops.set(job.name, new JobLoop(job, { ledger, now, faults, leaseMs }))
    },

    async start() {
      if (phase !== 'declaring') return
      phase = 'running'
      for (const loop of loops.values()) loop.start()
    },

    async trigger(name, options = {}) {
      const loop = loops.get(name)
      if (!loop) throw new Error(`There is no job called ${name}.`)
      if (phase === 'stopped') throw new Error(`The scheduler has stopped; ${name} will not run.`)
      const payload = JSON.parse(JSON.stringify(options.payload ?? null)) as Json
      loop.trigger(payload, options.dedupeKey)
    },

    status: () =>
      Promise.all(
        [...loops].map(async ([name, loop]) => {
          const nextRunAt = phase === 'running' ? loop.nextRunAt() : undefined
          return { name, ...(await ledger.status(name)), ...(nextRunAt !== undefined && { nextRunAt }) }
        }),
      ),

    async stop(deadlineMs) {
      await (stopped ??= stop(deadlineMs))
    },
  }
}
