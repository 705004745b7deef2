import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { readFileSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { processorTicks, startReplicas, type Replica, type Replicas } from '../support/replicas.ts'
import { waitFor } from '../support/wait-for.ts'
import { clusterAt, untilReady } from './cluster-view.ts'
import { API, ask, tally, whoAmI } from './http.ts'
import { witness } from './witness.ts'

const WORKERS = 3

let replicas: Replicas
let cookies: string[]

beforeAll(async () => {
  replicas = await startReplicas({ count: 1, workers: WORKERS })
  cookies = await replicas.signIn(4)
  await allWorkersServe()
}, 60_000)

afterAll(() => replicas.stop())

function console_(): Replica {
  const [replica] = replicas.all
  if (!replica) throw new Error('There is no console.')
  return replica
}

const workers = (): number[] => console_().pids().slice(1)

/** Every worker is listed as a serving instance. */
const allWorkersServe = (): Promise<unknown> =>
  waitFor(
    async () => {
      const { instances } = await clusterAt(console_().url(), cookies[0] ?? '')
      const serving = instances.filter(({ ready }) => ready).map(({ pid }) => pid)
      const alive = workers()
      return alive.length === WORKERS && alive.every((pid) => serving.includes(pid))
    },
    { what: 'all workers to serve', timeoutMs: 30_000, everyMs: 100 },
  )

const isAlive = (pid: number): boolean => {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
  } catch {
    return false
  }
}

describe('a worker that is killed', () => {
  it('under load costs what it was just answering, and is replaced', async () => {
    const answers = await witness(
      { replicas: replicas.all, cookies, everyMs: 20, allowed: [200, 0] },
      async (seen) => {
        for (let round = 0; round < 3; round += 1) {
          await seen.more(30)
          // The one that has lived longest: another one each time.
          const [victim = 0] = workers()
          process.kill(victim, 'SIGKILL')
          await waitFor(() => !workers().includes(victim), { what: 'the worker to be gone' })
          await allWorkersServe()
        }
        await seen.more(30)
      },
    )
    const { 200: served = 0, 0: broken = 0 } = tally(answers)
    expect(served).toBeGreaterThan(100)
    expect(broken).toBeLessThan(30)
  }, 60_000)

  it('in the middle of a job is followed by another run, which does what was left, and counts once', async () => {
    const [cookie = ''] = cookies
    const url = console_().url()
    const database = new DatabaseSync(`${replicas.folder}/bangui.db`, { timeout: 10_000 })
    const left = (): number =>
      Number(database.prepare('select count(*) as n from ban_events').get()?.['n'] ?? Number.NaN)
    const runs = async (): Promise<number> =>
      (await clusterAt(url, cookie)).jobs.find(({ name }) => name === JOB)?.runs ?? 0
    try {
      writeOldHistory(database, 200_000)
      const runsBefore = await runs()
      const asked = await ask(`${url}${API}/cluster/jobs/${JOB}/run`, { method: 'POST', cookie })
      expect(asked.status).toBe(202)
      await waitFor(() => left() < 199_000, { what: 'the job to be at work' })
      const busy = await busiest(workers())
      process.kill(busy, 'SIGKILL')
      await waitFor(() => !isAlive(busy), { what: 'the worker to be gone' })
      const leftThen = left()
      expect(leftThen).toBeGreaterThan(0)
      const running = database.prepare("select attempt from job_runs where job = ? and status = 'running'")
      expect(running.all(JOB)).toHaveLength(1)
      await waitFor(() => left() === 0, { what: 'another run to finish', timeoutMs: 60_000, everyMs: 200 })
      await waitFor(async () => (await runs()) === runsBefore + 1, { what: 'the run to be counted' })
      const [last] = database
        .prepare('select status, attempt from job_runs where job = ? order by slot desc')
        .all(JOB)
      expect({ ...last }).toEqual({ status: 'done', attempt: 2 })
      expect((await whoAmI(url, cookie)).status).toBe(200)
    } finally {
      database.close()
    }
    await allWorkersServe()
  }, 120_000)
})

const JOB = 'bans.prune-history'

/** Entries of ten years ago, which that job forgets. */
function writeOldHistory(database: DatabaseSync, count: number): void {
  const at = Date.now() - 10 * 365 * 86_400_000
  database
    .prepare(
      `with recursive numbers(n) as (select 1 union all select n + 1 from numbers where n < ?)
       insert into ban_events (kind, host, jail, ip, ip_key, at, imported)
       select 'ban', 'local', 'sshd', '192.0.2.1', 'z', ? + n, 1 from numbers`,
    )
    .run(count, at)
}

/** The process that used most of the processor just now. */
async function busiest(pids: readonly number[]): Promise<number> {
  const before = new Map(pids.map((pid) => [pid, processorTicks(pid)]))
  const used = (pid: number): number => processorTicks(pid) - (before.get(pid) ?? 0)
  return waitFor(() => pids.find((pid) => used(pid) >= 20), { what: 'one process to be busy', everyMs: 5 })
}

describe('a worker that stands still', () => {
  it('is waited for by nobody: its siblings serve, and it is replaced after half a minute', async () => {
    const [stuck = 0] = workers()
    process.kill(stuck, 'SIGSTOP')
    // What was handed to it is lost with it; everybody else is served.
    const answers = await witness(
      { replicas: replicas.all, cookies, everyMs: 100, allowed: [200, 0] },
      async () => {
        await waitFor(() => !workers().includes(stuck), {
          what: 'the worker to be given up',
          timeoutMs: 60_000,
          everyMs: 100,
        })
        await allWorkersServe()
      },
    )
    const { 200: served = 0, 0: broken = 0 } = tally(answers)
    expect(served).toBeGreaterThan(broken)
    for (const cookie of cookies) expect((await whoAmI(console_().url(), cookie)).status).toBe(200)
  }, 120_000)
})

describe('a primary that is killed', () => {
  it('takes its workers along, and a new one serves the same sessions', async () => {
    const orphans = workers()
    console_().signal('SIGKILL')
    await waitFor(() => !orphans.some(isAlive), { what: 'the workers to end', timeoutMs: 5_000 })
    await replicas.end(console_())
    const next = await replicas.start()
    await untilReady([next.url()])
    for (const cookie of cookies) expect((await whoAmI(next.url(), cookie)).status).toBe(200)
  }, 60_000)
})
