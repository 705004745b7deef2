import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import type { InstanceLeaseRow } from '../../src/server/db/schema.ts'
import {
  acquireInstanceLease,
  InstanceLeaseHeld,
  type InstanceLeaseDeps,
} from '../../src/server/startup/instance-lease.ts'
import { identifyProcess, isAlive } from '../../src/server/startup/process-identity.ts'
import { fingerprintsOf } from '../../src/server/startup/secret-fingerprints.ts'
import { StateMisconfigured } from '../../src/server/state/state-provider.ts'
import { runScript, type Child } from '../support/child-process.ts'
import { openTestDatabase, type TestDatabase } from '../support/test-database.ts'
import { waitFor } from '../support/wait-for.ts'

/** The real proportions, sped up. */
const TIMES = { heartbeatMs: 100, staleMs: 1_500, watchMs: 2_000, pollMs: 50 }

interface Where {
  readonly provider?: 'memory' | 'redis'
  readonly hostname?: string
  /** Another one is another container. */
  readonly pidSpace?: string
}

describe('the instance lease', () => {
  let database: TestDatabase
  const children: Child[] = []

  beforeEach(async () => {
    database = await openTestDatabase()
  })

  afterEach(async () => {
    for (const child of children) {
      child.kill('SIGCONT')
      child.kill('SIGKILL')
    }
    await Promise.all(children.splice(0).map(({ ended }) => ended))
    await database.close()
  })

  function start(where: Where = {}): Child {
    const options = { provider: 'memory', hostname: 'host-1', times: TIMES, ...where }
    const child = runScript('./lease-process.ts', [database.path, JSON.stringify(options)])
    children.push(child)
    return child
  }

  async function holding(where: Where = {}): Promise<Child> {
    const child = start(where)
    await waitFor(() => says(child, 'HELD'), { what: 'the lease' })
    return child
  }

  const rows = (): Promise<InstanceLeaseRow[]> =>
    database.db.selectFrom('instance_leases').selectAll().execute()

  it('is held by one process, renewed while it lives, and gone when it stops', async () => {
    const holder = await holding()
    const [row] = await rows()
    expect(row).toMatchObject({
      name: 'console',
      hostname: 'host-1',
      pid: holder.process.pid,
      provider: 'memory',
    })
    await waitFor(async () => ((await rows())[0]?.heartbeat_at ?? 0) > (row?.heartbeat_at ?? 0), {
      what: 'a heartbeat',
    })
    holder.kill('SIGTERM')
    expect(await holder.ended).toBe(0)
    expect(await rows()).toEqual([])
  })

  it('is refused at once while its holder lives in the same pid space, with who that is and what to do', async () => {
    const holder = await holding()
    const second = start()
    expect(await second.ended).toBe(75)
    const message = second.errors.join('\n')
    expect(message).toContain(`host host-1, pid ${holder.process.pid}, started 20`)
    expect(message).toContain('last heartbeat 20')
    expect(message).toContain('STATE_BACKEND=memory keeps sessions, limits and status inside one process')
    expect(message).toContain('stop the other process · set STATE_BACKEND=redis and REDIS_URL')
    expect(second.lines.filter((line) => line.startsWith('INFO'))).toEqual([])
    expect(says(holder, 'LOST')).toBe(false)
  })

  it('is refused even while its holder in the same pid space stands still', async () => {
    const holder = await holding()
    holder.kill('SIGSTOP')
    expect(await start().ended).toBe(75)
    holder.kill('SIGCONT')
    await heartbeatMoves()
    expect(says(holder, 'LOST')).toBe(false)
  })

  it('is taken over at once from a killed process of the same pid space', async () => {
    const holder = await holding()
    holder.kill('SIGKILL')
    await holder.ended
    const heir = await holding()
    expect(heir.lines.filter((line) => line.startsWith('INFO'))).toEqual([])
    expect(await rows()).toMatchObject([{ pid: heir.process.pid }])
  })

  it('is refused where the holder is in another container and its heartbeat moves', async () => {
    const holder = await holding({ pidSpace: 'container-1' })
    const second = start({ pidSpace: 'container-2' })
    expect(await second.ended).toBe(75)
    expect(second.lines).toEqual([expect.stringContaining('waiting up to 2 s to see whether it still lives')])
    expect(second.errors.join('\n')).toContain(`pid ${holder.process.pid}`)
  })

  it('is taken over from another container’s killed process once its heartbeat stood still long enough', async () => {
    const holder = await holding({ pidSpace: 'container-1' })
    holder.kill('SIGKILL')
    await holder.ended
    const startedAt = performance.now()
    const heir = await holding({ pidSpace: 'container-2' })
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(TIMES.watchMs)
    expect(await rows()).toMatchObject([{ pid: heir.process.pid }])
  })

  it('is lost by a process that stood still too long, which notices as soon as it goes on', async () => {
    const frozen = await holding({ pidSpace: 'container-1' })
    frozen.kill('SIGSTOP')
    const heir = await holding({ pidSpace: 'container-2' })
    frozen.kill('SIGCONT')
    await waitFor(() => says(frozen, 'LOST'), { what: 'news of the loss' })
    frozen.kill('SIGTERM')
    expect(await frozen.ended).toBe(0)
    expect(await rows()).toMatchObject([{ pid: heir.process.pid }])
    expect(says(heir, 'LOST')).toBe(false)
  })

  it.each([
    ['an empty database', false, {}],
    ['a lease whose holder in the same pid space is dead', true, {}],
    ['a lease whose holder in another container is dead', true, { pidSpace: 'container-1' }],
  ])(
    'goes to exactly one of eight processes that start at once on %s',
    async (_, before, where) => {
      if (before) {
        const holder = await holding(where)
        holder.kill('SIGKILL')
        await holder.ended
      }
      const starters = Array.from({ length: 8 }, (_, i) =>
        start('pidSpace' in where ? { pidSpace: `container-${i + 2}` } : {}),
      )
      const refused = await waitFor(
        () => {
          const ended = starters.filter(({ process }) => process.exitCode !== null)
          return ended.length === 7 && ended
        },
        { what: 'seven refusals', timeoutMs: 30_000 },
      )
      expect(refused.map(({ process }) => process.exitCode)).toEqual(Array.from({ length: 7 }, () => 75))
      const winner = starters.filter((starter) => says(starter, 'HELD'))
      expect(winner).toHaveLength(1)
      expect(await rows()).toMatchObject([{ pid: winner[0]?.process.pid }])
      expect(winner.some((starter) => says(starter, 'LOST'))).toBe(false)
    },
    60_000,
  )

  it('is shared by processes with Redis, but not between them and one with memory', async () => {
    const first = await holding({ provider: 'redis' })
    const second = await holding({ provider: 'redis' })
    expect(await rows()).toHaveLength(2)
    const memory = start()
    expect(await memory.ended).toBe(75)
    expect(memory.errors.join('\n')).toContain('That one runs with STATE_BACKEND=redis, this one with memory')
    for (const child of [first, second]) child.kill('SIGTERM')
    await Promise.all([first.ended, second.ended])
    await holding()
    const late = start({ provider: 'redis' })
    expect(await late.ended).toBe(75)
    expect(late.errors.join('\n')).toContain('That one runs with STATE_BACKEND=memory, this one with redis')
  })

  it('is taken by one with memory after all with Redis were killed', async () => {
    const killed = [await holding({ provider: 'redis' }), await holding({ provider: 'redis' })]
    for (const child of killed) child.kill('SIGKILL')
    await Promise.all(killed.map(({ ended }) => ended))
    const heir = await holding()
    expect(await rows()).toMatchObject([{ name: 'console', pid: heir.process.pid }])
  })

  async function heartbeatMoves(): Promise<void> {
    const seen = (await rows())[0]?.heartbeat_at
    await waitFor(async () => (await rows())[0]?.heartbeat_at !== seen, { what: 'a heartbeat' })
  }

  describe('within one process', () => {
    const lines: unknown[] = []
    beforeEach(() => void lines.splice(0))
    const note = (...line: unknown[]): number => lines.push(line)
    const deps = (given: Partial<InstanceLeaseDeps> = {}): InstanceLeaseDeps => ({
      db: database.db,
      provider: 'memory',
      now: Date.now,
      hostname: 'host-1',
      log: { info: note, warn: note, error: note } as never,
      times: TIMES,
      ...given,
    })

    const holder = (given: Partial<InstanceLeaseRow>): InstanceLeaseRow => ({
      name: 'console',
      holder: `${identifyProcess().startTicks}.earlier`,
      hostname: 'host-1',
      pid: process.pid,
      pid_space: identifyProcess().pidSpace,
      provider: 'memory',
      started_at: 0,
      heartbeat_at: 0,
      secret_fingerprints: '',
      ...given,
    })

    it('is not fooled by a pid that was given to another process', async () => {
      await database.db
        .insertInto('instance_leases')
        .values(holder({ holder: '1.earlier' }))
        .execute()
      const lease = await acquireInstanceLease(deps())
      await lease.release()
      await database.db.insertInto('instance_leases').values(holder({})).execute()
      await expect(acquireInstanceLease(deps())).rejects.toBeInstanceOf(InstanceLeaseHeld)
    })

    it('is not fooled by another host that seems to have the same pids', async () => {
      await database.db
        .insertInto('instance_leases')
        .values(holder({ hostname: 'host-2', pid: 2 ** 30 }))
        .execute()
      const refused = expect(acquireInstanceLease(deps())).rejects.toBeInstanceOf(InstanceLeaseHeld)
      await waitFor(() => lines.length > 0, { what: 'the wait for a heartbeat' })
      await database.db.updateTable('instance_leases').set({ heartbeat_at: 1 }).execute()
      await refused
    })

    it('moves its heartbeat although the clock stands still or goes back', async () => {
      let clock = 1_000
      const lease = await acquireInstanceLease(deps({ now: () => (clock -= 10) }))
      const [row] = await rows()
      await heartbeatMoves()
      expect((await rows())[0]?.heartbeat_at).toBeGreaterThan(row?.heartbeat_at ?? Infinity)
      await lease.release()
    })

    it('is given up while watching when the start is not wanted any more', async () => {
      await database.db
        .insertInto('instance_leases')
        .values(holder({ pid_space: 'elsewhere' }))
        .execute()
      const wanted = new AbortController()
      const acquiring = acquireInstanceLease(deps({ signal: wanted.signal }))
      wanted.abort(new Error('stopped by the operator'))
      await expect(acquiring).rejects.toThrow('stopped by the operator')
      expect(await rows()).toHaveLength(1)
    })

    it('is taken when its holder in another container leaves while we watch', async () => {
      await database.db
        .insertInto('instance_leases')
        .values(holder({ pid_space: 'elsewhere' }))
        .execute()
      const acquiring = acquireInstanceLease(deps({ times: { ...TIMES, watchMs: 60_000 } }))
      await database.db.deleteFrom('instance_leases').execute()
      await (await acquiring).release()
    })

    it('is lost when its row is gone, and releases no other', async () => {
      const lease = await acquireInstanceLease(deps())
      await database.db.updateTable('instance_leases').set({ holder: 'another' }).execute()
      await waitFor(() => lease.lost.aborted, { what: 'the loss' })
      await lease.release()
      await lease.release()
      expect(await rows()).toMatchObject([{ holder: 'another' }])
    })

    it('is given up by a holder that cannot write its heartbeat, before anybody takes over', async () => {
      const own = await database.again()
      const lease = await acquireInstanceLease(deps({ db: own }))
      const lastHeartbeat = performance.now()
      await own.destroy()
      await waitFor(() => lease.lost.aborted, { what: 'the holder giving up' })
      expect(performance.now() - lastHeartbeat).toBeLessThan(TIMES.watchMs)
    })
  })
})

describe('processes on one database and one Redis', () => {
  let database: TestDatabase
  beforeEach(async () => {
    database = await openTestDatabase()
  })
  afterEach(() => database.close())

  const join = (secrets: readonly string[]): ReturnType<typeof acquireInstanceLease> =>
    acquireInstanceLease({
      db: database.db,
      provider: 'redis',
      now: Date.now,
      hostname: 'host-1',
      secretFingerprints: fingerprintsOf(secrets),
      log: { info: () => undefined, warn: () => undefined, error: () => undefined } as never,
      times: TIMES,
    })

  it('are as many as like, while they accept what each other signs', async () => {
    const leases = [await join(['old']), await join(['old']), await join(['old', 'new'])]
    for (const lease of leases) await lease.release()
    const during = [await join(['old', 'new']), await join(['new', 'old'])]
    for (const lease of during) await lease.release()
  })

  it('refuse one that would take their sessions for forged, and name both fingerprints', async () => {
    const lease = await join(['old'])
    const refused = join(['new'])
    await expect(refused).rejects.toBeInstanceOf(StateMisconfigured)
    await expect(refused).rejects.toThrow('SESSION_SECRET')
    const [old] = fingerprintsOf(['old'])
    const [fresh] = fingerprintsOf(['new'])
    await expect(refused).rejects.toThrow(`fingerprints ${fresh} here, ${old} there`)
    await expect(join(['new', 'old'])).rejects.toThrow('SESSION_SECRET')
    await lease.release()
    await (await join(['new'])).release()
  })
})

describe('a process', () => {
  it('is alive while it runs, and only as itself', () => {
    const own = identifyProcess()
    expect(own.startTicks).toMatch(/^\d+$/)
    expect(own.pidSpace).toMatch(/^[0-9a-f-]{36} pid:\[\d+\]$/)
    expect(isAlive(own)).toBe(true)
    expect(isAlive({ pid: own.pid, startTicks: '' })).toBe(true)
    expect(isAlive({ pid: own.pid, startTicks: '1' })).toBe(false)
    expect(isAlive({ pid: 1, startTicks: '' })).toBe(true)
  })

  it('is dead once it was killed', async () => {
    const child = runScript('./lease-process.ts', ['/nonexistent/path', '{}'])
    const { pid = 0 } = child.process
    child.kill('SIGKILL')
    await child.ended
    expect(isAlive({ pid, startTicks: '' })).toBe(false)
  })
})

function says(child: Child, word: string): boolean {
  return child.lines.some((line) => line.split(' ')[0] === word)
}
