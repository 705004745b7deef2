import { randomUUID } from 'node:crypto'
import type { UnbanJob, UnbanMatching, UnbanResult } from '../../../shared/ban.ts'
import type { Actor } from '../../http/endpoint.ts'
import type { Job } from '../../jobs/job.ts'
import { AppError } from '../../lib/errors.ts'
import type { Logger } from '../../lib/logger.ts'
import { pause } from '../../lib/pause.ts'
import type { AgentCommands } from '../../state/agent-commands.ts'
import { readSearch, type BanFilter } from './ban-search.ts'
import type { BansRepository } from './bans.repository.ts'
import type { UnbanJobsRepository, UnbanWork } from './unban-jobs.repository.ts'
import { unbanSelected } from './unban-selected.ts'

export const UNBAN_JOB = 'bans.unban-matching'

/** Bans in one command: so many that fail2ban's list is not read too often, so few that a cancel is obeyed soon. */
const BATCH = 200
/** An agent that died has a successor within ten seconds. */
const PATIENCE_MS = 15_000
const RETRY_MS = 1_000
const KEPT_MS = 7 * 86_400_000

/** Lifts everything that matches a filter, in the background and at most once, whichever process does it. */
export interface UnbanMatchingService {
  /** Throws `conflict` where more match than the person has confirmed. */
  start(order: UnbanMatching, actor: Pick<Actor, 'username'>): Promise<UnbanJob>
  recent(): Promise<UnbanJob[]>
  find(id: string): Promise<UnbanJob>
  /** What is done stays done; the batch under way is finished. */
  cancel(id: string, actor: Pick<Actor, 'username'>): Promise<UnbanJob>
  readonly job: Job
}

export interface UnbanMatchingDeps {
  readonly jobs: UnbanJobsRepository
  readonly bans: Pick<BansRepository, 'count' | 'refs'>
  readonly commands: AgentCommands
  /** Lets some process run the job now; otherwise it is run within a minute. */
  readonly trigger: (job: string) => Promise<void>
  readonly now: () => number
  readonly log: Logger
  /** For tests: how long fail2ban may be away before the rest is given up. */
  readonly patienceMs?: number
}

export function createUnbanMatching(deps: UnbanMatchingDeps): UnbanMatchingService {
  const { jobs, bans, now, log } = deps

  async function find(id: string): Promise<UnbanJob> {
    const job = await jobs.find(id)
    if (!job) throw new AppError('not-found', 'There is no such order to unban, or it was long ago.')
    return job
  }

  return {
    find,
    recent: () => jobs.recent(),

    async start({ filter, mark, expected }, actor) {
      const total = await bans.count(toBanFilter(filter, mark))
      if (total > expected) {
        throw new AppError(
          'conflict',
          `${total} bans match now, but ${expected} were confirmed. Nothing was unbanned.`,
        )
      }
      const job: UnbanJob = {
        id: randomUUID(),
        username: actor.username,
        filter,
        state: 'waiting',
        total,
        unbanned: 0,
        gone: 0,
        failed: 0,
        failures: [],
        createdAt: new Date(now()).toISOString(),
      }
      await jobs.add(job, mark)
      log.info({ user: actor.username, ...filter, total, id: job.id }, 'unbanning all that match')
      await deps.trigger(UNBAN_JOB).catch((error: unknown) => {
        log.warn(
          { err: error, id: job.id },
          'unbanning begins within a minute: the job could not be triggered',
        )
      })
      return job
    },

    async cancel(id, actor) {
      await find(id)
      if (await jobs.end(id, 'cancelled', now()))
        log.info({ user: actor.username, id }, 'unbanning cancelled')
      return find(id)
    },

    job: {
      name: UNBAN_JOB,
      // What was interrupted goes on.
      schedule: { everyMs: 60_000 },
      timeoutMs: 3_600_000,
      attempts: 3,
      async run({ signal }) {
        await jobs.forget(now() - KEPT_MS)
        for (let work = await jobs.next(); work; work = await jobs.next()) {
          signal.throwIfAborted()
          await carryOut(deps, work, signal)
        }
      },
    },
  }
}

async function carryOut(deps: UnbanMatchingDeps, work: UnbanWork, signal: AbortSignal): Promise<void> {
  const { jobs, bans, now, log } = deps
  const { id, filter } = work.job
  for (let { reached } = work; ;) {
    const some = await bans.refs(toBanFilter(filter, work.mark), reached, BATCH)
    const last = some.at(-1)
    if (!last) break
    const keys = some.map(({ host, jail, ip }) => ({ host, jail, ip }))
    const results = await tryFor(deps, () => unbanSelected(deps.commands, keys, throwIfAway), signal)
    if (results instanceof AppError) {
      log.warn({ id, problem: results.code }, 'unbanning stopped')
      await jobs.end(id, 'stopped', now(), results.message)
      return
    }
    signal.throwIfAborted()
    if (!(await jobs.advance(id, reached, last.id, results))) return
    reached = last.id
  }
  await jobs.end(id, 'done', now())
}

/** Waits a moment for a fail2ban that is away, or for an agent that takes over; the last problem if nothing helped. */
async function tryFor(
  { now, patienceMs = PATIENCE_MS }: UnbanMatchingDeps,
  work: () => Promise<UnbanResult[]>,
  signal: AbortSignal,
): Promise<UnbanResult[] | AppError> {
  for (const startedAt = now(); ;) {
    signal.throwIfAborted()
    try {
      return await work()
    } catch (error) {
      if (!(error instanceof AppError)) throw error
      if (now() - startedAt >= patienceMs) return error
    }
    await pause(RETRY_MS, signal)
  }
}

/** A jail that is gone is the matter of its bans alone; without fail2ban nothing can be done at all. */
function throwIfAway(error: AppError): void {
  if (error.code !== 'jail-not-found') throw error
}

function toBanFilter({ host, jail, q }: UnbanMatching['filter'], upTo: number): BanFilter {
  return { host, jail, search: readSearch(q), upTo }
}
