import { randomUUID } from 'node:crypto'
import type { Transaction } from 'kysely'
import type { Db } from '../db/database.ts'
import type { Database, InstanceLeaseRow } from '../db/schema.ts'
import type { Logger } from '../lib/logger.ts'
import { pause } from '../lib/pause.ts'
import { StateMisconfigured } from '../state/state-provider.ts'
import { identifyProcess, isAlive, type ProcessIdentity } from './process-identity.ts'
import { acceptEachOther } from './secret-fingerprints.ts'

/** The row of the one process that serves with STATE_BACKEND=memory. Those with redis have one each, `console/<holder>`. */
const NAME = 'console'

export interface LeaseTimes {
  readonly heartbeatMs: number
  /** Without a heartbeat written for so long a holder gives up by itself, before anybody takes over. */
  readonly staleMs: number
  /** How long the holder's heartbeat is watched before it counts as dead; longer than `staleMs`. */
  readonly watchMs: number
  readonly pollMs: number
}

const TIMES: LeaseTimes = { heartbeatMs: 5_000, staleMs: 30_000, watchMs: 32_000, pollMs: 500 }

export interface InstanceLeaseDeps {
  readonly db: Db
  readonly provider: 'memory' | 'redis'
  /** Milliseconds since 1970; for showing only, lives are judged by heartbeats that move. */
  readonly now: () => number
  readonly hostname: string
  /** Of the session secrets, as `fingerprintsOf` gives them: all who serve this database must accept each other's sessions. */
  readonly secretFingerprints?: readonly string[]
  readonly log: Pick<Logger, 'info' | 'warn' | 'error'>
  /** Ends the wait for a holder that may be dead. */
  readonly signal?: AbortSignal
  readonly identity?: ProcessIdentity
  readonly times?: Partial<LeaseTimes>
}

export interface InstanceLease {
  /** Aborts when the right to serve this database is gone. The process must then end. */
  readonly lost: AbortSignal
  release(): Promise<void>
}

/** Another process serves this database. The message names it, says why there is only one, and the ways out. */
export class InstanceLeaseHeld extends Error {
  override readonly name = 'InstanceLeaseHeld'
  readonly holder: Pick<InstanceLeaseRow, 'hostname' | 'pid'>
  constructor(holder: InstanceLeaseRow, provider: 'memory' | 'redis') {
    const since = new Date(holder.started_at).toISOString()
    const heartbeat = new Date(holder.heartbeat_at).toISOString()
    const memory = 'STATE_BACKEND=memory keeps sessions, limits and status inside one process'
    const why =
      holder.provider === provider
        ? `${memory}, so a database may be served by one process only.`
        : `That one runs with STATE_BACKEND=${holder.provider}, this one with ${provider}; ${memory}, which no other may share.`
    super(
      [
        `BanGUI refuses to start: another process serves this database already (host ${holder.hostname}, pid ${holder.pid}, started ${since}, last heartbeat ${heartbeat}). ${why}`,
        'Choose one: stop the other process · set STATE_BACKEND=redis and REDIS_URL for all of them · give this one a database of its own with DATABASE_URL.',
      ].join('\n'),
    )
    this.holder = holder
  }
}

/**
 * Takes the right to serve this database, of which a process with STATE_BACKEND=memory has the only one and those with
 * redis one each. A holder in the same pid space is judged by its pid, at once; any other by whether its heartbeat moves
 * while we watch, since clocks of two machines cannot be compared. Throws InstanceLeaseHeld.
 */
export async function acquireInstanceLease(deps: InstanceLeaseDeps): Promise<InstanceLease> {
  const times = { ...TIMES, ...deps.times }
  const { pid, pidSpace, startTicks } = deps.identity ?? identifyProcess()
  const holder = `${startTicks}.${randomUUID()}`
  const at = deps.now()
  const own: InstanceLeaseRow = {
    name: deps.provider === 'memory' ? NAME : `${NAME}/${holder}`,
    holder,
    hostname: deps.hostname,
    pid,
    pid_space: pidSpace,
    provider: deps.provider,
    started_at: at,
    heartbeat_at: at,
    secret_fingerprints: (deps.secretFingerprints ?? []).join(','),
  }
  const watch = createWatch(times.watchMs)
  for (;;) {
    const wait = await deps.db.transaction().execute((tx) => tryToTake(tx, own, watch))
    if (!wait) return keep(deps, own, times)
    if (wait.isNew) {
      const { hostname, pid } = wait.rival
      deps.log.info(
        { hostname, pid },
        `another process has served this database; waiting up to ${Math.ceil(times.watchMs / 1_000)} s to see whether it still lives`,
      )
    }
    await pause(times.pollMs, deps.signal)
    deps.signal?.throwIfAborted()
  }
}

/** Undefined: taken. Otherwise the rival of which it is not known yet whether it lives. */
async function tryToTake(
  tx: Transaction<Database>,
  own: InstanceLeaseRow,
  watch: Watch,
): Promise<{ rival: InstanceLeaseRow; isNew: boolean } | undefined> {
  const rows = await tx.selectFrom('instance_leases').selectAll().execute()
  const rivals = rows.filter(
    (row) => row.provider === 'memory' || own.provider === 'memory' || !shareSessions(row, own),
  )
  for (const rival of rivals) {
    const { verdict, isNew } = watch(rival, own)
    if (verdict === 'alive') throw refusalOf(rival, own)
    if (verdict === 'unknown') return { rival, isNew }
    await tx.deleteFrom('instance_leases').where('name', '=', rival.name).execute()
  }
  await tx.insertInto('instance_leases').values(own).execute()
  return undefined
}

/** Where either says nothing of its secrets there is nothing to compare. */
function shareSessions(a: InstanceLeaseRow, b: InstanceLeaseRow): boolean {
  if (a.secret_fingerprints === '' || b.secret_fingerprints === '') return true
  return acceptEachOther(a.secret_fingerprints.split(','), b.secret_fingerprints.split(','))
}

function refusalOf(rival: InstanceLeaseRow, own: InstanceLeaseRow): Error {
  if (rival.provider === 'memory' || own.provider === 'memory') {
    return new InstanceLeaseHeld(rival, own.provider)
  }
  return new StateMisconfigured(
    [
      `BanGUI refuses to start: its SESSION_SECRET is not that of the other process on this database (host ${rival.hostname}, pid ${rival.pid}), so each would take the other's sessions for forged (fingerprints ${own.secret_fingerprints} here, ${rival.secret_fingerprints} there).`,
      'Set the same SESSION_SECRET for all. To change it while they run: first add the new one at the end for all of them, then move it to the front.',
    ].join('\n'),
  )
}

type Verdict = 'alive' | 'dead' | 'unknown'

/** Judges rivals; remembers since when each one's heartbeat has stood still, by a clock that nobody sets. */
type Watch = (rival: InstanceLeaseRow, own: InstanceLeaseRow) => { verdict: Verdict; isNew: boolean }

function createWatch(watchMs: number): Watch {
  const seen = new Map<string, { row: InstanceLeaseRow; since: number }>()
  return (rival, own) => {
    if (own.pid_space !== '' && rival.pid_space === own.pid_space && rival.hostname === own.hostname) {
      const [startTicks = ''] = rival.holder.split('.')
      return { verdict: isAlive({ pid: rival.pid, startTicks }) ? 'alive' : 'dead', isNew: false }
    }
    const known = seen.get(rival.name)
    if (!known) {
      seen.set(rival.name, { row: rival, since: performance.now() })
      return { verdict: 'unknown', isNew: true }
    }
    const moved = known.row.holder !== rival.holder || known.row.heartbeat_at !== rival.heartbeat_at
    if (moved) return { verdict: 'alive', isNew: false }
    return { verdict: performance.now() - known.since >= watchMs ? 'dead' : 'unknown', isNew: false }
  }
}

function keep(deps: InstanceLeaseDeps, own: InstanceLeaseRow, times: LeaseTimes): InstanceLease {
  const { db, now, log } = deps
  const lost = new AbortController()
  let heartbeat = own.heartbeat_at
  let writtenAt = performance.now()
  let over = false
  let timer = plan()

  function plan(): NodeJS.Timeout {
    return setTimeout(() => void beat(), times.heartbeatMs).unref()
  }

  async function beat(): Promise<void> {
    try {
      // It must move, whatever the clock does: watchers look for nothing else.
      const next = Math.max(now(), heartbeat + 1)
      const result = await db
        .updateTable('instance_leases')
        .set({ heartbeat_at: next })
        .where('name', '=', own.name)
        .where('holder', '=', own.holder)
        .executeTakeFirst()
      if (over) return
      if (result.numUpdatedRows === 0n) return lose('Another process has taken over this database')
      heartbeat = next
      writtenAt = performance.now()
    } catch (error) {
      if (over) return
      log.warn({ err: error }, 'the heartbeat of the instance lease could not be written')
      const nextAt = performance.now() + times.heartbeatMs
      if (nextAt - writtenAt >= times.staleMs) return lose('The heartbeat could not be written for too long')
    }
    timer = plan()
  }

  function lose(why: string): void {
    over = true
    log.error(`${why}: this process may no longer serve it and ends.`)
    lost.abort(new Error(why))
  }

  return {
    lost: lost.signal,
    async release() {
      over = true
      clearTimeout(timer)
      await db
        .deleteFrom('instance_leases')
        .where('name', '=', own.name)
        .where('holder', '=', own.holder)
        .execute()
    },
  }
}
