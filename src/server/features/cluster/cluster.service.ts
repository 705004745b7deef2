import type { Cluster, HeldLease, JobReport, RequestedRun, StateReport } from '../../../shared/cluster.ts'
import type { Job, JobScheduler, JobStatus } from '../../jobs/job.ts'
import { AppError } from '../../lib/errors.ts'
import type { Logger } from '../../lib/logger.ts'
import type { AppRuntime } from '../../state/app-runtime.ts'
import type { StateProvider } from '../../state/state-provider.ts'
import { listInstances } from './instance-registry.ts'
import { scheduleInWords } from './schedule-words.ts'

export interface ClusterService {
  /** Rejects with StateUnavailable while nobody can say who holds which lease. */
  describe(): Promise<Cluster>
  /** Lets a job run once more, now; one run that waits already is enough. Throws `not-found`. */
  runJob(name: string, askedBy: string): Promise<RequestedRun>
}

export interface ClusterDeps {
  readonly state: Pick<StateProvider<AppRuntime>, 'kind' | 'runtime' | 'locks' | 'health'>
  /** All jobs that `scheduler` knows. */
  readonly jobs: readonly Pick<Job, 'name' | 'schedule'>[]
  readonly scheduler: Pick<JobScheduler, 'status' | 'trigger'>
  readonly log: Pick<Logger, 'info'>
  readonly now: () => number
}

export function createClusterService(deps: ClusterDeps): ClusterService {
  const { state, jobs, scheduler, log, now } = deps
  const schedules = new Map(jobs.map(({ name, schedule }) => [name, scheduleInWords(schedule)]))

  return {
    async describe() {
      const [holders, statuses] = await Promise.all([state.locks.holders(), scheduler.status()])
      return {
        provider: state.kind,
        state: describeState(state.health()),
        instances: listInstances(state.runtime, now()),
        leases: holders.map(describeLease).toSorted(byName),
        jobs: statuses
          .map((status) => describeJob(status, schedules.get(status.name) ?? ''))
          .toSorted(byName),
      }
    },

    async runJob(name, askedBy) {
      if (!schedules.has(name)) {
        throw new AppError('not-found', `There is no job called ${name}.`, {
          nextStep: 'GET /api/v1/cluster lists the jobs.',
        })
      }
      await scheduler.trigger(name, { dedupeKey: name })
      log.info({ job: name, user: askedBy }, 'a run of a job was asked for')
      return { name, requestedAt: isoOf(now()) }
    },
  }
}

const isoOf = (ms: number): string => new Date(ms).toISOString()

const byName = (a: { name: string }, b: { name: string }): number => (a.name < b.name ? -1 : 1)

function describeState(health: ReturnType<StateProvider['health']>): StateReport {
  const { ok, reasons, warnings, sampledAt, server } = health
  return {
    ok,
    reasons: [...reasons],
    warnings: [...warnings],
    sampledAt: isoOf(sampledAt),
    ...(server && { server }),
  }
}

function describeLease(lease: { name: string; holder: string; expiresAt: number }): HeldLease {
  return { name: lease.name, holder: lease.holder, expiresAt: isoOf(lease.expiresAt) }
}

function describeJob({ lastRunAt, nextRunAt, ...status }: JobStatus, schedule: string): JobReport {
  return {
    ...status,
    schedule,
    ...(lastRunAt !== undefined && { lastRunAt: isoOf(lastRunAt) }),
    ...(nextRunAt !== undefined && { nextRunAt: isoOf(nextRunAt) }),
  }
}
