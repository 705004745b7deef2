import { afterEach, describe, expect, it, jest } from '@jest/globals'
import type { RestartTimes } from '../../src/server/startup/worker-restarts.ts'
import { waitFor } from '../support/wait-for.ts'
import { startLoad } from '../support/worker-load.ts'
import { runs, startWorkerGroup, type WorkerGroup } from '../support/worker-group.ts'

const RESTART: RestartTimes = {
  firstBackoffMs: 50,
  longestBackoffMs: 400,
  steadyMs: 60_000,
  crashLoopEnds: 5,
  crashLoopMs: 60_000,
}

// Every one of them starts processes, one after another.
jest.setTimeout(60_000)

let groups: WorkerGroup[] = []
afterEach(async () => {
  await Promise.all(groups.map((group) => group.dispose()))
  groups = []
})

function started(...options: Parameters<typeof startWorkerGroup>): WorkerGroup {
  const group = startWorkerGroup(...options)
  groups.push(group)
  return group
}

async function running(...options: Parameters<typeof startWorkerGroup>): Promise<WorkerGroup> {
  const group = started(...options)
  await group.untilReady(options[0]?.workers ?? 2)
  return group
}

interface Served {
  readonly worker: number
  readonly pid: number
}

/** On a connection of its own: a kept one would stay with one worker. */
async function ask<T = Served>(group: WorkerGroup, path = '/', timeoutMs = 120_000): Promise<T> {
  const answer = await fetch(`${group.url()}${path}`, {
    headers: { connection: 'close' },
    signal: AbortSignal.timeout(timeoutMs),
  })
  return (await answer.json()) as T
}

/** Asks until so many different processes have answered. */
async function servers(group: WorkerGroup, count: number): Promise<number[]> {
  const pids = new Set<number>()
  await waitFor(async () => pids.add((await ask(group)).pid).size >= count, {
    what: `${count} processes to answer`,
  })
  return [...pids]
}

const numbers = (members: readonly { worker: number }[]): number[] =>
  members.map(({ worker }) => worker).toSorted((a, b) => a - b)

describe('the workers of a primary', () => {
  it('share one port, also where any free one was asked for, and the requests', async () => {
    const group = await running({ workers: 3 })
    expect(numbers(group.ready())).toEqual([1, 2, 3])
    expect(new Set(group.logged('listening').map(({ port }) => port)).size).toBe(1)
    const pids = group.ready().map(({ pid }) => pid)
    expect(new Set(await servers(group, 3))).toEqual(new Set(pids))
  })

  it('begin with the first alone, so that what keeps it from starting is said once', async () => {
    const group = started({ workers: 3, behaviour: { exitsWith: 78 } })
    expect(await group.primary.ended).toBe(78)
    expect(group.logged('begun')).toMatchObject([{ worker: 1 }])
    expect(group.logged('begun')).toHaveLength(1)
  })
})

describe('a worker that ends', () => {
  it('is replaced at once by one of the same number', async () => {
    const group = await running()
    const [victim = { worker: 0, pid: 0 }] = group.ready()
    process.kill(victim.pid, 'SIGKILL')
    const [, , third] = await group.untilReady(3)
    expect(third?.worker).toBe(victim.worker)
    const [ended] = group.logged('another takes its place')
    expect(ended).toMatchObject({ ...victim, signal: 'SIGKILL', inMs: 0 })
    expect(await servers(group, 2)).not.toContain(victim.pid)
  })

  it('is replaced when somebody else told it to end, too, and finishes what it is doing', async () => {
    const group = await running()
    const waiting = ask(group, '/wait?ms=300')
    await waitFor(() => ask(group), { what: 'an answer' })
    for (const { pid } of group.ready()) process.kill(pid, 'SIGTERM')
    await group.untilReady(4)
    expect((await waiting).pid).toBeGreaterThan(0)
    expect(group.logged('another takes its place')).toHaveLength(2)
  })

  it('before anybody was ready is tried again with growing pauses, and given up after the fifth time', async () => {
    const group = started({ behaviour: { exitsWith: 3 }, times: { restart: RESTART } })
    expect(await group.primary.ended).toBe(1)
    expect(group.logged('another takes its place')).toMatchObject(
      [50, 100, 200, 400].map((inMs) => ({ worker: 1, status: 3, inMs })),
    )
    expect(group.logged('Workers ended 5 times within 60 s before one was ready')).toHaveLength(1)
  })

  it('before it was ready is tried again for ever while another serves', async () => {
    const group = await running({ times: { restart: RESTART } })
    group.behave({ exitsWith: 3 })
    const [victim] = group.ready()
    process.kill(victim?.pid ?? 0, 'SIGKILL')
    await waitFor(() => group.logged('another takes its place').length >= 7, {
      what: 'six attempts',
      timeoutMs: 30_000,
    })
    expect((await ask(group)).worker).not.toBe(victim?.worker)
    group.behave({})
    expect((await group.untilReady(3)).at(-1)?.worker).toBe(victim?.worker)
  })

  it.each([75, 78])(
    'with status %i before it was ready ends them all with the same status',
    async (status) => {
      const group = await running()
      group.behave({ exitsWith: status })
      process.kill(group.ready()[0]?.pid ?? 0, 'SIGKILL')
      expect(await group.primary.ended).toBe(status)
      expect(group.logged('starting it again would not help')).toHaveLength(1)
      expect(group.logged('stopped')).toMatchObject([{ worker: group.ready()[1]?.worker }, {}])
      expect(group.ready().filter(({ pid }) => runs(pid))).toEqual([])
    },
  )
})

describe('a worker whose event loop is stuck', () => {
  const silence = { warnAfterMs: 1_000, killAfterMs: 4_000, killStartingAfterMs: 60_000, tickMs: 100 }

  it.each(['stopped', 'busy'])('because the process is %s is reported, killed and replaced', async (how) => {
    const group = await running({ times: { silence }, aliveEveryMs: 100 })
    const [victim = { worker: 0, pid: 0 }] = group.ready()
    if (how === 'stopped') process.kill(victim.pid, 'SIGSTOP')
    else {
      void ask(group, '/block?ms=60000').catch(() => undefined)
      await waitFor(() => group.logged('event loop is stuck').length > 0, { what: 'the warning' })
    }
    const stuck = await waitFor(() => group.logged('it is killed')[0], { what: 'it to be killed' })
    // On a starved machine another one may have been silent for a moment as well.
    const reported = group.logged('event loop is stuck').map(({ pid }) => pid)
    expect(reported).toContain(stuck.pid)
    if (how === 'stopped') expect(stuck).toMatchObject(victim)
    const [, , third] = await group.untilReady(3)
    expect(third?.worker).toBe(stuck.worker)
    expect(group.logged('it is killed')).toHaveLength(1)
    expect(runs(stuck.pid ?? 0)).toBe(false)
    expect(await servers(group, 2)).not.toContain(stuck.pid)
  })

  it('leaves the others to serve', async () => {
    const group = await running()
    process.kill(group.ready()[0]?.pid ?? 0, 'SIGSTOP')
    const other = group.ready()[1]?.pid
    // The stopped one is handed one connection at most, and the rest goes round it.
    const answers = await Promise.allSettled(Array.from({ length: 20 }, () => ask(group, '/', 5_000)))
    const pids = answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value.pid] : []))
    expect(pids.length).toBeGreaterThanOrEqual(19)
    expect(new Set(pids)).toEqual(new Set([other]))
  })
})

describe('SIGHUP', () => {
  it('renews the workers one after another, each only when its successor is ready', async () => {
    const group = await running()
    const old = group.ready()
    group.primary.kill('SIGHUP')
    await waitFor(() => group.logged('all workers have been renewed').length, {
      what: 'the reload to end',
      timeoutMs: 30_000,
    })
    const events = group.primary.lines
      .map((line) => JSON.parse(line) as { msg: string; worker?: number })
      .slice(group.primary.lines.findIndex((line) => line.includes('SIGHUP')))
      .filter(({ msg }) => ['begun', 'a worker is ready', 'stopped'].includes(msg))
      .map(({ msg, worker }) => `${worker} ${msg}`)
    expect(events).toEqual(
      [1, 2].flatMap((worker) => [`${worker} begun`, `${worker} a worker is ready`, `${worker} stopped`]),
    )
    expect(old.filter(({ pid }) => runs(pid))).toEqual([])
    expect(await servers(group, 2)).not.toContain(old[0]?.pid)
    expect(group.logged('another takes its place')).toEqual([])
  })

  it('loses no request, neither on kept connections nor on new ones', async () => {
    const group = await running()
    const load = startLoad(group.url(), { path: '/wait?ms=2', kept: 12, fresh: 4 })
    for (const count of [1, 2, 3]) {
      group.primary.kill('SIGHUP')
      await waitFor(() => group.logged('all workers have been renewed').length === count, {
        what: 'the reload to end',
        timeoutMs: 30_000,
      })
    }
    await load.stop()
    expect(load.failures).toEqual([])
    expect(load.refused()).toBe(0)
    expect(load.total()).toBeGreaterThan(100)
  })

  it('during a reload is remembered: one more follows, however often it came', async () => {
    const group = await running()
    group.primary.kill('SIGHUP')
    await waitFor(() => group.logged('begun').length > 2, { what: 'the reload to begin' })
    for (let count = 0; count < 3; count += 1) group.primary.kill('SIGHUP')
    await waitFor(() => group.logged('all workers have been renewed').length === 2, {
      what: 'two reloads',
      timeoutMs: 30_000,
    })
    expect(numbers(group.ready())).toEqual([1, 1, 1, 2, 2, 2])
  })

  it.each([
    ['is not ready in time', { becomesReady: false }, 'not ready within 5 s'],
    ['ends', { exitsWith: 78 }, 'ended with status 78'],
  ] as const)('keeps the old worker when the new one %s, and stops there', async (_how, behaviour, text) => {
    const group = await running({ times: { readyMs: 5_000 } })
    const old = group.ready()
    group.behave(behaviour)
    group.primary.kill('SIGHUP')
    await waitFor(() => group.logged(text).length, { what: 'the reload to stop', timeoutMs: 30_000 })
    expect(group.logged('The reload stops here')).toHaveLength(1)
    expect(old.filter(({ pid }) => runs(pid))).toEqual(old)
    group.behave({})
    group.primary.kill('SIGHUP')
    await waitFor(() => group.logged('all workers have been renewed').length, {
      what: 'the next reload to end',
      timeoutMs: 30_000,
    })
    expect(group.logged('begun').filter(({ pid = 0 }) => runs(pid))).toHaveLength(2)
  })

  it('fills the place of an old worker that ended while its successor failed', async () => {
    const group = await running({ times: { readyMs: 5_000 } })
    group.behave({ becomesReady: false })
    group.primary.kill('SIGHUP')
    await waitFor(() => group.logged('begun').length > 2, { what: 'the reload to begin' })
    process.kill(group.ready()[0]?.pid ?? 0, 'SIGKILL')
    group.behave({})
    await waitFor(() => group.logged('The reload stops here').length, {
      what: 'the reload to stop',
      timeoutMs: 30_000,
    })
    expect((await group.untilReady(3)).at(-1)?.worker).toBe(1)
  })
})

describe('a stop', () => {
  it('lets every worker finish its requests and exits 0', async () => {
    const group = await running()
    const waiting = Promise.all([ask(group, '/wait?ms=500'), ask(group, '/wait?ms=500')])
    await servers(group, 2)
    group.primary.kill('SIGTERM')
    expect((await waiting).map(({ pid }) => pid > 0)).toEqual([true, true])
    expect(await group.primary.ended).toBe(0)
    expect(group.logged('stopped').filter(({ worker }) => worker !== undefined)).toHaveLength(2)
  })

  it('that reaches the whole group of processes at once is the same', async () => {
    const group = await running()
    const waiting = ask(group, '/wait?ms=500')
    await servers(group, 2)
    for (const { pid } of group.ready()) process.kill(pid, 'SIGINT')
    for (const { pid } of group.ready()) process.kill(pid, 'SIGTERM')
    group.primary.kill('SIGTERM')
    expect((await waiting).pid).toBeGreaterThan(0)
    expect(await group.primary.ended).toBe(0)
  })

  it('kills whoever has not ended by the deadline, and then exits 1', async () => {
    const group = await running({ behaviour: { stops: false }, times: { drainMs: 500 } })
    process.kill(group.ready()[0]?.pid ?? 0, 'SIGSTOP')
    group.primary.kill('SIGTERM')
    expect(await group.primary.ended).toBe(1)
    expect(group.logged('took too long to stop')).toHaveLength(2)
    expect(group.ready().filter(({ pid }) => runs(pid))).toEqual([])
  })

  it('during a start or a reload leaves nobody behind', async () => {
    const group = await running()
    group.behave({ becomesReady: false })
    group.primary.kill('SIGHUP')
    await waitFor(() => group.logged('begun').length > 2, { what: 'the reload to begin' })
    group.primary.kill('SIGTERM')
    expect(await group.primary.ended).toBe(0)
    expect(group.logged('begun').filter(({ pid = 0 }) => runs(pid))).toEqual([])
    expect(group.logged('The reload stops here')).toEqual([])
  })
})

describe('the end of the primary', () => {
  it('by SIGKILL is the end of its workers within a second', async () => {
    const group = await running({ workers: 3 })
    const waiting = ask(group, '/wait?ms=60000').catch(() => 'cut')
    await servers(group, 3)
    group.primary.kill('SIGKILL')
    await waitFor(() => group.ready().every(({ pid }) => !runs(pid)), {
      what: 'the workers to end',
      timeoutMs: 1_000,
    })
    expect(await waiting).toBe('cut')
    expect(group.logged('The primary process is gone')).toHaveLength(3)
  })
})

describe('the metrics of all workers', () => {
  const collected = (group: WorkerGroup): Promise<Served[]> => ask<Served[]>(group, '/metrics')

  it('are given by any of them', async () => {
    const group = await running({ workers: 3 })
    for (let count = 0; count < 6; count += 1) {
      expect(numbers(await collected(group))).toEqual([1, 2, 3])
    }
  })

  it('leave out those who do not answer within a second', async () => {
    const group = await running({ workers: 3 })
    const [stopped] = group.ready()
    process.kill(stopped?.pid ?? 0, 'SIGSTOP')
    // The stopped one may be handed a connection, which is then not answered.
    const answer = await waitFor(() => ask<Served[]>(group, '/metrics', 5_000), {
      what: 'an answer of another',
      timeoutMs: 30_000,
    })
    expect(numbers(answer)).toEqual([1, 2, 3].filter((number) => number !== stopped?.worker))
  })

  it.each(['none', 'failing'] as const)('are empty when they are %s', async (metrics) => {
    const group = await running({ behaviour: { metrics }, times: { reportMs: 300 } })
    expect(await collected(group)).toEqual([])
    expect(group.logged('The metrics of this worker are missing').length > 0).toBe(metrics === 'failing')
  })
})
