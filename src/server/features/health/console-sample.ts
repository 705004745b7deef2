import { stat, statfs } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { Host, HostSnapshot } from '../../../shared/host.ts'
import { SPANS, slotOf } from '../../db/ban-figures.ts'
import type { Db } from '../../db/database.ts'
import type { JobScheduler, JobStatus } from '../../jobs/job.ts'
import { messageOf } from '../../lib/errors.ts'
import type { ConsoleSample } from '../../state/app-runtime.ts'
import type { HostDirectory } from '../../state/host-directory.ts'
import type { Locks } from '../../state/state-provider.ts'

export interface SampleDeps {
  readonly db: Db
  /** `:memory:` has neither size nor disk. */
  readonly databasePath: string
  readonly hosts: Pick<HostDirectory, 'list'>
  readonly locks: Pick<Locks, 'holders'>
  readonly scheduler: Pick<JobScheduler, 'status'>
  readonly now: () => number
}

/** So late nobody is on the way to run it. */
const OVERDUE_MS = 120_000

/** Looks at everything once. Never rejects for what it finds; a provider that is away is for the caller. */
export async function takeSample(
  deps: SampleDeps,
  before: ConsoleSample | undefined,
): Promise<ConsoleSample> {
  const { databasePath, locks, now } = deps
  const inMemory = databasePath === ':memory:'
  const snapshots = deps.hosts.list()
  const [fault, sizeBytes, disk, holders, jobs, feeds] = await Promise.all([
    writeFault(deps.db, now()),
    inMemory ? undefined : sizeOf(databasePath),
    inMemory ? undefined : freeSpace(dirname(databasePath)),
    locks.holders(),
    jobsOf(deps),
    feedsOf(deps, snapshots, before),
  ])
  return {
    database: { ...(fault !== undefined && { fault }), ...(sizeBytes !== undefined && { sizeBytes }) },
    ...(disk && { disk }),
    jobs,
    leases: Object.fromEntries(holders.map(({ name, holder }) => [name, holder])),
    feeds,
    failedTotals: totalsOf(snapshots, before),
  }
}

/** Writes for the sake of it: a full disk and a read-only folder show in nothing else. */
async function writeFault(db: Db, at: number): Promise<string | undefined> {
  try {
    const value = String(at)
    await db
      .insertInto('settings')
      .values({ key: 'health.probe', value })
      .onConflict((conflict) => conflict.column('key').doUpdateSet({ value }))
      .execute()
    return undefined
  } catch (error) {
    return messageOf(error)
  }
}

/** With what is still in the write-ahead log. */
async function sizeOf(path: string): Promise<number | undefined> {
  const sizes = await Promise.all(
    [path, `${path}-wal`].map(async (file) => (await stat(file).catch(() => undefined))?.size ?? 0),
  )
  const size = sizes.reduce((sum, each) => sum + each, 0)
  return size === 0 ? undefined : size
}

async function freeSpace(folder: string): Promise<ConsoleSample['disk']> {
  const space = await statfs(folder).catch(() => undefined)
  return space && { freeBytes: space.bavail * space.bsize, folder }
}

async function jobsOf({ scheduler, now }: SampleDeps): Promise<ConsoleSample['jobs']> {
  // Without the database nobody can tell; that is told by the check of the database.
  const statuses = await scheduler.status().catch((): JobStatus[] => [])
  return {
    failed: statuses
      .filter((job) => job.lastResult === 'failed')
      .map(({ name, lastError = '' }) => ({ name, error: lastError })),
    overdue: statuses
      .filter(({ nextRunAt, lastResult }) => {
        return nextRunAt !== undefined && lastResult !== 'running' && nextRunAt < now() - OVERDUE_MS
      })
      .map((job) => job.name),
  }
}

async function feedsOf(
  { db, now }: SampleDeps,
  snapshots: readonly HostSnapshot[],
  before: ConsoleSample | undefined,
): Promise<ConsoleSample['feeds']> {
  const rows = await db
    .selectFrom('active_ban_counts')
    .select(['host', 'jail', 'count'])
    .execute()
    .catch(() => undefined)
  if (!rows) return {}
  const online = snapshots.filter(({ host }) => host.online)
  return Object.fromEntries(
    online.map(({ host, jails }) => {
      const counted = new Map(rows.filter((row) => row.host === host.id).map((row) => [row.jail, row.count]))
      const counters = new Map(jails.map((jail) => [jail.name, jail.currentlyBanned]))
      const names = [...new Set([...counted.keys(), ...counters.keys()])]
      const apart = names.filter((name) => (counted.get(name) ?? 0) !== (counters.get(name) ?? 0)).toSorted()
      const console_ = sum(counted.values())
      const last = before?.feeds[host.id]
      const since = last?.since ?? new Date(now()).toISOString()
      return [
        host.id,
        {
          fail2ban: sum(counters.values()),
          console: console_,
          apart,
          isMoving: last !== undefined && last.console !== console_,
          ...(apart.length > 0 && { since }),
        },
      ]
    }),
  )
}

function sum(counts: Iterable<number>): number {
  return [...counts].reduce((total, count) => total + count, 0)
}

/** Those of a fail2ban that is away stay, so that what it has counted meanwhile is not lost. */
function totalsOf(
  snapshots: readonly HostSnapshot[],
  before: ConsoleSample | undefined,
): ConsoleSample['failedTotals'] {
  const online = snapshots.filter(({ host }) => host.online)
  const seen = online.map(({ host, jails }) => {
    const running = jails.filter((jail) => jail.state !== 'stopped')
    return [host.id, Object.fromEntries(running.map((jail) => [jail.name, jail.totalFailed]))] as const
  })
  return { ...before?.failedTotals, ...Object.fromEntries(seen) }
}

/** Failures that fail2ban has counted from one sample to the next; a total that fell began again with its jail. */
export function newFailures(before: ConsoleSample | undefined, after: ConsoleSample, host: string): number {
  const known = before?.failedTotals[host]
  if (!known) return 0
  return sum(
    Object.entries(after.failedTotals[host] ?? {}).map(([jail, total]) => {
      const last = known[jail] ?? 0
      return total < last ? total : total - last
    }),
  )
}

/** What the counters show goes into the figures of the current slots, for charts. */
export async function keepFigures(
  db: Db,
  at: number,
  { id, currentlyBanned }: Pick<Host, 'id' | 'currentlyBanned'>,
  failed: number,
): Promise<void> {
  const spans = [SPANS.short, SPANS.long]
  const rows = spans.map((span) => ({
    span_ms: span,
    slot: slotOf(at, span),
    host: id,
    banned: currentlyBanned,
    failed,
  }))
  await db
    .insertInto('host_figures')
    .values(rows)
    .onConflict((conflict) =>
      conflict.columns(['span_ms', 'slot', 'host']).doUpdateSet((set) => ({
        banned: set.ref('excluded.banned'),
        failed: set('host_figures.failed', '+', set.ref('excluded.failed')),
      })),
    )
    .execute()
}
