import { expect, it } from '@jest/globals'
import { waitFor } from '../support/wait-for.ts'
import {
  HOUR_MS,
  record,
  schedulerOf,
  startAll,
  type JobSchedulerSuite,
  type Opened,
} from './schedulers-under-test.ts'

export function describeScheduled(opened: Opened, suffers: JobSchedulerSuite['suffers']): void {
  it('run once per slot, whoever is there to run them, each with a higher fence', async () => {
    const under = opened()
    const every = record({ schedule: { everyMs: 1_000 } })
    await startAll(under, every)
    await under.elapse(5_500, () => every.runs.length >= 5)
    await waitFor(() => every.runs.length >= 5, { what: 'five runs' })
    const slots = every.runs.map(({ slot }) => slot)
    expect(slots).toEqual([...new Set(slots)].toSorted((a, b) => a - b))
    for (const { slot, attempt, payload, at } of every.runs) {
      expect(slot % 1_000).toBe(0)
      expect({ attempt, payload }).toEqual({ attempt: 1, payload: null })
      expect(at).toBeGreaterThanOrEqual(slot)
      expect(at - slot).toBeLessThan(1_500)
    }
    const fences = every.runs.map(({ fence }) => fence)
    expect(fences).toEqual([...new Set(fences)].toSorted((a, b) => a - b))
  })

  it('make up for all missed slots with one run', async () => {
    const under = opened()
    const before = record({ schedule: { everyMs: 1_000 } })
    const [first, second] = [schedulerOf(under, 0), schedulerOf(under, 1)]
    first.define(before.job)
    await first.start()
    await under.elapse(1_100)
    await first.stop(1_000)
    const seen = before.runs.length
    expect(seen).toBeGreaterThanOrEqual(1)
    await under.elapse(5_400)
    expect(before.runs).toHaveLength(seen)
    const after = record({ schedule: { everyMs: 1_000 } })
    second.define(after.job)
    await second.start()
    const startedAt = Date.now()
    await under.elapse(450)
    await waitFor(() => after.runs.length > 0, { what: 'the run that makes up' })
    await under.elapse(1_600)
    expect(after.runs.length).toBeLessThanOrEqual(3)
    expect(after.runs[0]?.slot).toBeGreaterThan(startedAt - 2_000)
  })

  it('do not run again when a process starts within a slot that is done', async () => {
    const under = opened()
    const hourly = record({ schedule: { everyMs: under.longMs } })
    await startAll(under, hourly)
    await under.elapse(500, () => hourly.runs.length > 0)
    await waitFor(() => hourly.runs.length === 1, { what: 'the first run' })
    const late = await under.join()
    late.define(hourly.job)
    await late.start()
    await under.elapse(2_000)
    expect(hourly.runs).toHaveLength(1)
  })

  it('are run again elsewhere when their process dies, even with one attempt', async () => {
    const under = opened()
    const { promise: never } = Promise.withResolvers<void>()
    const dying = record({ schedule: { everyMs: under.longMs }, timeoutMs: HOUR_MS, run: () => never })
    const first = schedulerOf(under, 0)
    first.define(dying.job)
    await first.start()
    await under.elapse(500, () => dying.inside())
    await waitFor(() => dying.inside() === 1, { what: 'the run that dies' })
    under.freeze(first)
    const heir = record({ schedule: { everyMs: under.longMs } })
    const second = schedulerOf(under, 1)
    second.define(heir.job)
    await second.start()
    await under.elapse(under.recoveryMs, () => heir.runs.length > 0)
    await waitFor(() => heir.runs.length > 0, { what: 'the run by another process' })
    await under.elapse(under.recoveryMs)
    expect(heir.runs).toHaveLength(1)
    expect(heir.runs[0]).toMatchObject({ slot: dying.runs[0]?.slot, attempt: 2 })
    expect(heir.runs[0]?.fence).toBeGreaterThan(dying.runs[0]?.fence ?? Infinity)
  })

  it('are told and count for nothing when another process has taken over meanwhile', async () => {
    const under = opened()
    const { promise, resolve } = Promise.withResolvers<void>()
    const frozen = record({ schedule: { everyMs: under.longMs }, timeoutMs: HOUR_MS, run: () => promise })
    const first = schedulerOf(under, 0)
    first.define(frozen.job)
    await first.start()
    await under.elapse(500, () => frozen.inside())
    await waitFor(() => frozen.inside() === 1, { what: 'the run that freezes' })
    const thaw = under.freeze(first)
    const heir = record({ schedule: { everyMs: under.longMs } })
    const second = schedulerOf(under, 1)
    second.define(heir.job)
    await second.start()
    await under.elapse(under.recoveryMs, () => heir.runs.length > 0)
    await waitFor(() => heir.runs.length > 0, { what: 'the run by another process' })
    thaw()
    await under.elapse(under.recoveryMs / 4, () => frozen.runs[0]?.signal.aborted)
    await waitFor(() => frozen.runs[0]?.signal.aborted, { what: 'news of the loss' })
    resolve()
    await under.elapse(under.recoveryMs / 4)
    const status = await second.status()
    expect(status).toMatchObject([{ runs: 1, lastResult: 'done' }])
    expect(frozen.runs).toHaveLength(1)
  })

  it('are not taken away from a living process, however long they take', async () => {
    const under = opened()
    const { promise, resolve } = Promise.withResolvers<void>()
    const long = record({ schedule: { everyMs: under.longMs }, timeoutMs: HOUR_MS, run: () => promise })
    await startAll(under, long)
    await under.elapse(under.recoveryMs * 2)
    expect(long.runs).toHaveLength(1)
    expect(long.runs[0]?.signal.aborted).toBe(false)
    resolve()
    await under.elapse(2_000, async () => (await schedulerOf(under, 0).status())[0]?.lastResult === 'done')
    expect(await schedulerOf(under, 0).status()).toMatchObject([{ runs: 1, lastResult: 'done' }])
  })

  it('run at the times of a cron expression', async () => {
    const under = opened()
    const cron = record({ schedule: { cron: '*/2 * * * * *', timeZone: 'Europe/Berlin' } })
    await startAll(under, cron)
    await under.elapse(6_500, () => cron.runs.length >= 3)
    await waitFor(() => cron.runs.length >= 3, { what: 'three runs' })
    const slots = cron.runs.map(({ slot }) => slot)
    expect(new Set(slots).size).toBe(slots.length)
    for (const slot of slots) expect(slot % 2_000).toBe(0)
  })

  if (suffers.flush) {
    it('go on when what delivers them has lost everything', async () => {
      const under = opened()
      const every = record({ schedule: { everyMs: 1_000 } })
      await startAll(under, every)
      await under.elapse(2_000)
      await under.flush?.()
      const before = every.runs.length
      await under.elapse(under.recoveryMs, () => every.runs.length > before + 1)
      await waitFor(() => every.runs.length > before + 1, { what: 'runs after the flush' })
      const slots = every.runs.map(({ slot }) => slot)
      expect(new Set(slots).size).toBe(slots.length)
    })
  }
}
