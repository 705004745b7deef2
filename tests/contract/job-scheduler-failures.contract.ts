import { expect, it } from '@jest/globals'
import { waitFor } from '../support/wait-for.ts'
import { HOUR_MS, record, schedulerOf, startAll, type Opened } from './schedulers-under-test.ts'

export function describeFailures(opened: Opened): void {
  it('are repeated as often as allowed, after waits that double', async () => {
    const under = opened()
    const failing = record({
      attempts: 3,
      run: async ({ attempt }) => {
        if (attempt < 3) throw new Error('not yet')
      },
    })
    await startAll(under, failing)
    await schedulerOf(under, 1).trigger('things.do')
    await under.elapse(15_000, () => failing.runs.length === 3)
    await waitFor(() => failing.runs.length === 3, { what: 'three attempts' })
    const [first, second, third] = failing.runs
    expect(failing.runs.map(({ attempt }) => attempt)).toEqual([1, 2, 3])
    expect(new Set(failing.runs.map(({ slot }) => slot)).size).toBe(1)
    expect((second?.at ?? 0) - (first?.at ?? 0)).toBeGreaterThanOrEqual(1_000)
    expect((third?.at ?? 0) - (second?.at ?? 0)).toBeGreaterThanOrEqual(2_000)
    expect(await schedulerOf(under, 0).status()).toMatchObject([{ runs: 1, lastResult: 'done' }])
  })

  it('are given up after the last attempt, until the job is next due', async () => {
    const under = opened()
    const failing = record({
      schedule: { everyMs: under.slowMs },
      attempts: 2,
      run: async () => {
        throw new Error('the disk is full')
      },
    })
    await startAll(under, failing)
    await under.elapse(under.slowMs, () => failing.runs.length >= 2)
    await waitFor(() => failing.runs.length >= 2, { what: 'both attempts' })
    await under.elapse(under.slowMs)
    const bySlot = Map.groupBy(failing.runs, ({ slot }) => slot)
    expect(bySlot.size).toBeGreaterThanOrEqual(2)
    for (const runs of bySlot.values()) expect(runs.length).toBeLessThanOrEqual(2)
    expect(await schedulerOf(under, 0).status()).toMatchObject([
      { runs: 0, lastResult: 'failed', lastError: 'the disk is full' },
    ])
  })

  it('harm no other job', async () => {
    const under = opened()
    const failing = record({
      name: 'bad.do',
      schedule: { everyMs: 1_000 },
      run: () => {
        throw new Error('at once, not as a rejection')
      },
    })
    const good = record({ name: 'good.do', schedule: { everyMs: 1_000 } })
    await startAll(under, failing, good)
    await under.elapse(3_500, () => good.runs.length >= 3)
    await waitFor(() => good.runs.length >= 3, { what: 'the good job’s runs' })
  })

  it.each([
    ['obey', true],
    ['ignore', false],
  ])('take too long: their signal aborts, and they fail although they %s it', async (_, obeys) => {
    const under = opened()
    const { promise: never } = Promise.withResolvers<void>()
    const slow = record({
      timeoutMs: 2_000,
      run: ({ signal }) =>
        obeys ? new Promise((resolve) => signal.addEventListener('abort', () => resolve())) : never,
    })
    await startAll(under, slow)
    await schedulerOf(under, 0).trigger('things.do')
    await under.elapse(1_000, () => slow.runs.length === 1)
    await waitFor(() => slow.runs.length === 1, { what: 'the run' })
    expect(slow.runs[0]?.signal.aborted).toBe(false)
    await under.elapse(1_500, () => slow.runs[0]?.signal.aborted)
    await waitFor(() => slow.runs[0]?.signal.aborted, { what: 'the abort' })
    await under.elapse(6_000)
    const [status] = await schedulerOf(under, 2).status()
    expect(status).toMatchObject({ runs: 0, lastResult: 'failed' })
    expect(status?.lastError).toContain('longer than 2000 ms')
  })
}

export function describeStopping(opened: Opened): void {
  it('waits for what runs, begins nothing new and may be repeated', async () => {
    const under = opened()
    const gate = Promise.withResolvers<void>()
    const job = record({ schedule: { everyMs: 1_000 }, run: () => gate.promise })
    const scheduler = schedulerOf(under, 0)
    scheduler.define(job.job)
    await scheduler.start()
    await under.elapse(1_100, () => job.inside())
    await waitFor(() => job.inside() === 1, { what: 'a run' })
    let stopped = false
    const stopping = Promise.all([scheduler.stop(20_000), scheduler.stop(20_000)]).then(
      () => (stopped = true),
    )
    await under.elapse(3_000)
    expect(stopped).toBe(false)
    gate.resolve()
    await under.elapse(1_000, () => stopped)
    await stopping
    expect(job.runs.every(({ signal }) => !signal.aborted)).toBe(true)
    await under.elapse(3_000)
    expect(job.runs).toHaveLength(1)
    await expect(scheduler.trigger('things.do')).rejects.toThrow()
    expect(await schedulerOf(under, 1).status()).toEqual([])
  })

  it('aborts at its deadline; the run is done again by whoever runs next, even with one attempt', async () => {
    const under = opened()
    const { promise: never } = Promise.withResolvers<void>()
    const stuck = record({ schedule: { everyMs: under.longMs }, timeoutMs: HOUR_MS, run: () => never })
    const first = schedulerOf(under, 0)
    first.define(stuck.job)
    await first.start()
    await under.elapse(500, () => stuck.inside())
    await waitFor(() => stuck.inside() === 1, { what: 'the stuck run' })
    let stopped = false
    const stopping = first.stop(2_000).then(() => (stopped = true))
    await under.elapse(1_500)
    expect(stuck.runs[0]?.signal.aborted).toBe(false)
    await under.elapse(2_000, () => stopped)
    await waitFor(() => stopped, { what: 'the stop' })
    await stopping
    expect(stuck.runs[0]?.signal.aborted).toBe(true)

    const heir = record({ schedule: { everyMs: under.longMs } })
    const second = schedulerOf(under, 1)
    second.define(heir.job)
    await second.start()
    await under.elapse(under.recoveryMs, () => heir.runs.length === 1)
    await waitFor(() => heir.runs.length === 1, { what: 'the run by another process' })
  })

  it('is possible before anything was started', async () => {
    await schedulerOf(opened(), 0).stop(1_000)
  })
}
