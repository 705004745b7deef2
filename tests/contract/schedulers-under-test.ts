import type { Job, JobRun, JobScheduler, Schedule } from '../../src/server/jobs/job.ts'

/** Schedulers of separate processes on one ledger; none is started yet. */
export interface SchedulersUnderTest {
  readonly schedulers: readonly JobScheduler[]
  /** The longest that a run of a dead process waits for another. */
  readonly recoveryMs: number
  /** A period whose next slot is far away. */
  readonly longMs: number
  /** A period that has room for two attempts. */
  readonly slowMs: number
  /** Lets time pass: `ms`, or in real time less, as soon as what is waited for has come. */
  elapse(ms: number, until?: () => unknown): Promise<void>
  /** One more, not started. */
  join(): Promise<JobScheduler>
  /** The process of this scheduler dies, or stands still until the returned function is called. */
  freeze(scheduler: JobScheduler): () => void
  /** What delivers the jobs loses everything it holds; the ledger does not. */
  flush?(): Promise<void>
  close(): Promise<void>
}

export interface JobSchedulerSuite {
  open(count: number): Promise<SchedulersUnderTest>
  readonly suffers: { readonly flush: boolean }
}

export const HOUR_MS = 3_600_000
const onTrigger: Schedule = { on: 'trigger' }

export interface Recorded extends JobRun {
  readonly at: number
}

/** A job that writes down its runs. */
export interface Recorder {
  readonly runs: Recorded[]
  readonly job: Job
  /** Runs that are inside `run` now. */
  inside(): number
}

export function record(
  options: Partial<Omit<Job, 'run'>> & { run?: (run: JobRun) => Promise<void> } = {},
): Recorder {
  const runs: Recorded[] = []
  let inside = 0
  const { run, ...job } = options
  return {
    runs,
    inside: () => inside,
    job: {
      name: 'things.do',
      schedule: onTrigger,
      timeoutMs: 60_000,
      attempts: 1,
      ...job,
      async run(given) {
        inside += 1
        runs.push({ ...given, at: Date.now() })
        try {
          await run?.(given)
        } finally {
          inside -= 1
        }
      },
    },
  }
}

export type Opened = () => SchedulersUnderTest

export async function startAll(under: SchedulersUnderTest, ...recorders: Recorder[]): Promise<void> {
  for (const scheduler of under.schedulers) {
    for (const { job } of recorders) scheduler.define(job)
    await scheduler.start()
  }
}

export function schedulerOf(under: SchedulersUnderTest, index: number): JobScheduler {
  const scheduler = under.schedulers[index]
  if (!scheduler) throw new Error(`the suite has no scheduler ${index}`)
  return scheduler
}
