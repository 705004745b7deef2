import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import * as fc from 'fast-check'
import { createRunLedger } from '../../src/server/features/jobs/run-ledger.repository.ts'
import { runLedgerJobs } from '../../src/server/features/jobs/run-ledger.jobs.ts'
import type { Claim, RunLedger } from '../../src/server/jobs/job.ts'
import { runScript } from '../support/child-process.ts'
import { openTestDatabase, type TestDatabase } from '../support/test-database.ts'
import { waitFor } from '../support/wait-for.ts'

const JOB = 'things.do'
const LEASE_MS = 20_000

type Claimed = Extract<Claim, { kind: 'claimed' }>

describe('the run ledger', () => {
  let database: TestDatabase
  let ledger: RunLedger
  let now = 0

  beforeEach(async () => {
    database = await openTestDatabase()
    now = 1_800_000_000_000
    ledger = createRunLedger({ db: database.db, now: () => now })
  })
  afterEach(() => database.close())

  async function claim(slot: number, options: { job?: string; attempts?: number } = {}): Promise<Claimed> {
    const answer = await ledger.claim(options.job ?? JOB, slot, LEASE_MS, options.attempts ?? 1)
    if (answer.kind !== 'claimed') throw new Error(`slot ${slot} is ${answer.kind}`)
    return answer
  }

  it('gives a slot once, and never again once it is done', async () => {
    const { attempt, fence } = await claim(10)
    expect(attempt).toBe(1)
    expect(await ledger.claim(JOB, 10, LEASE_MS, 1)).toEqual({ kind: 'live', until: now + LEASE_MS })
    expect(await ledger.finish(JOB, 10, fence, { ok: true })).toBe(true)
    expect(await ledger.claim(JOB, 10, LEASE_MS, 9)).toEqual({ kind: 'settled' })
    expect(await ledger.finish(JOB, 10, fence, { ok: true })).toBe(false)
    expect(await ledger.status(JOB)).toMatchObject({ runs: 1 })
  })

  it('lets one run of a job be live, and every job by itself', async () => {
    await claim(10)
    expect(await ledger.claim(JOB, 11, LEASE_MS, 1)).toEqual({ kind: 'live', until: now + LEASE_MS })
    await claim(10, { job: 'others.do' })
  })

  it('makes a failed slot wait for its next attempt, and settles it after the last', async () => {
    const first = await claim(10, { attempts: 2 })
    await ledger.finish(JOB, 10, first.fence, { ok: false, error: 'no', retryAfterMs: 1_000 })
    expect(await ledger.claim(JOB, 10, LEASE_MS, 2)).toEqual({ kind: 'live', until: now + 1_000 })
    now += 1_000
    const second = await claim(10, { attempts: 2 })
    expect(second).toMatchObject({ attempt: 2 })
    await ledger.finish(JOB, 10, second.fence, { ok: false, error: 'no' })
    expect(await ledger.claim(JOB, 10, LEASE_MS, 2)).toEqual({ kind: 'settled' })
    expect(await ledger.status(JOB)).toMatchObject({ runs: 0, lastResult: 'failed', lastError: 'no' })
  })

  it('lets a later slot run while a failed one waits', async () => {
    const first = await claim(10, { attempts: 2 })
    await ledger.finish(JOB, 10, first.fence, { ok: false, error: 'no', retryAfterMs: 1_000 })
    await claim(11)
  })

  it('takes over what was not renewed, and knows the late run no more', async () => {
    const lost = await claim(10)
    now += LEASE_MS - 1
    expect(await ledger.renew(JOB, 10, lost.fence, LEASE_MS)).toBe(true)
    now += LEASE_MS
    const heir = await claim(10)
    expect(heir.attempt).toBe(2)
    expect(heir.fence).toBeGreaterThan(lost.fence)
    expect(await ledger.renew(JOB, 10, lost.fence, LEASE_MS)).toBe(false)
    expect(await ledger.finish(JOB, 10, lost.fence, { ok: true })).toBe(false)
    expect(await ledger.finish(JOB, 10, heir.fence, { ok: true })).toBe(true)
    expect(await ledger.status(JOB)).toMatchObject({ runs: 1, lastResult: 'done' })
  })

  it('accepts a late result where nobody has taken over', async () => {
    const { fence } = await claim(10)
    now += 10 * LEASE_MS
    expect(await ledger.finish(JOB, 10, fence, { ok: true })).toBe(true)
  })

  it('knows a late run no more when another slot has begun', async () => {
    const lost = await claim(10)
    now += LEASE_MS
    await claim(11)
    expect(await ledger.finish(JOB, 10, lost.fence, { ok: true })).toBe(false)
    expect(await ledger.status(JOB)).toMatchObject({ runs: 0, lastResult: 'running' })
  })

  it('gives up a slot whose process dies again and again', async () => {
    for (const attempt of [1, 2, 3]) {
      expect(await claim(10, { attempts: 3 })).toMatchObject({ attempt })
      now += LEASE_MS
    }
    expect(await ledger.claim(JOB, 10, LEASE_MS, 3)).toEqual({ kind: 'settled' })
    expect(await ledger.status(JOB)).toMatchObject({
      lastResult: 'failed',
      lastError: expect.stringMatching(/died/),
    })
  })

  it('is not held up by a lease from a clock that was set back', async () => {
    await claim(10)
    now -= 3_600_000
    expect(await claim(9)).toMatchObject({ attempt: 1 })
  })

  it('keeps a long error short', async () => {
    const { fence } = await claim(10)
    await ledger.finish(JOB, 10, fence, { ok: false, error: 'x'.repeat(100_000) })
    expect((await ledger.status(JOB)).lastError?.length).toBeLessThanOrEqual(2_000)
  })

  it('tells when a job ran last, and nothing of one that never did', async () => {
    expect(await ledger.status(JOB)).toEqual({ runs: 0 })
    expect(await ledger.lastSlot(JOB)).toBeUndefined()
    const { fence } = await claim(10)
    expect(await ledger.status(JOB)).toEqual({ runs: 0, lastRunAt: now, lastResult: 'running' })
    const begunAt = now
    now += 1_234
    await ledger.finish(JOB, 10, fence, { ok: true })
    expect(await ledger.status(JOB)).toEqual({
      runs: 1,
      lastRunAt: begunAt,
      lastResult: 'done',
      lastDurationMs: 1_234,
    })
    expect(await ledger.lastSlot(JOB)).toBe(10)
  })

  it('forgets old runs, but neither the last one of a job, nor how many there were, nor the fences', async () => {
    let fence = 0
    for (const slot of [1, 2, 3]) {
      const claimed = await claim(slot)
      fence = claimed.fence
      await ledger.finish(JOB, slot, fence, { ok: true })
      now += 86_400_000
    }
    await claim(1, { job: 'others.do' })
    const [prune] = runLedgerJobs({ ledger, now: () => now + 3 * 86_400_000 })
    await prune?.run({ slot: 0, attempt: 1, fence: 1, signal: new AbortController().signal, payload: null })
    expect(await database.db.selectFrom('job_runs').select(['job', 'slot']).orderBy('job').execute()).toEqual(
      [
        { job: 'others.do', slot: 1 },
        { job: JOB, slot: 3 },
      ],
    )
    expect(await ledger.status(JOB)).toMatchObject({ runs: 3, lastResult: 'done' })
    expect(await ledger.lastSlot(JOB)).toBe(3)
    expect((await claim(4)).fence).toBeGreaterThan(fence)
    expect(await ledger.prune(0)).toBe(0)
  })

  it('◇ counts each slot at most once and hands out rising fences, whatever processes do', async () => {
    const connections = [database.db, await database.again(), await database.again()]
    const ledgers = connections.map((db) => createRunLedger({ db, now: () => now }))
    const step = fc.record({
      process: fc.nat(2),
      slot: fc.nat(3),
      act: fc.constantFrom('claim', 'claim', 'finish', 'fail', 'renew', 'wait'),
    })
    let round = 0
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 40 }), async (steps) => {
        const job = `job-${(round += 1)}`
        const claims: Array<{ process: number; slot: number; fence: number }> = []
        const done: number[] = []
        for (const { process, slot, act } of steps) {
          const own = ledgers[process] ?? ledger
          const held = claims.findLast((claim) => claim.process === process)
          if (act === 'wait') now += LEASE_MS / 2
          if (act === 'claim') {
            const answer = await own.claim(job, slot, LEASE_MS, 3)
            if (answer.kind !== 'claimed') continue
            expect(done).not.toContain(slot)
            expect(answer.fence).toBeGreaterThan(claims.at(-1)?.fence ?? 0)
            claims.push({ process, slot, fence: answer.fence })
          }
          if (!held) continue
          const isNewest = held === claims.at(-1)
          const finish = { finish: { ok: true }, fail: { ok: false, error: 'no' } } as const
          if (act === 'renew' && (await own.renew(job, held.slot, held.fence, LEASE_MS)))
            expect(isNewest).toBe(true)
          if (act !== 'finish' && act !== 'fail') continue
          if (!(await own.finish(job, held.slot, held.fence, finish[act]))) continue
          expect(isNewest).toBe(true)
          if (act === 'finish') done.push(held.slot)
        }
        expect(new Set(done).size).toBe(done.length)
        expect((await ledger.status(job)).runs).toBe(done.length)
      }),
      { numRuns: 60 },
    )
  })

  it('gives each of 60 slots to exactly one of four processes that all want it', async () => {
    const children = Array.from({ length: 4 }, () =>
      runScript('./ledger-process.ts', ['claim', database.path, JOB, '0', '60']),
    )
    const statuses = await Promise.all(children.map(({ ended }) => ended))
    expect({ statuses, errors: children.flatMap(({ errors }) => errors) }).toEqual({
      statuses: [0, 0, 0, 0],
      errors: [],
    })
    const claimed = children.flatMap(({ lines }) => lines).map((line) => line.split(' ').slice(1).map(Number))
    expect(claimed.map(([slot]) => slot).toSorted((a = 0, b = 0) => a - b)).toEqual(
      Array.from({ length: 60 }, (_, slot) => slot),
    )
    const fences = claimed.map(([, , fence = 0]) => fence)
    expect(new Set(fences).size).toBe(60)
    expect(await ledger.status(JOB)).toMatchObject({ runs: 60 })
  }, 30_000)

  it('◇ keeps runs of four processes apart while they are killed one after the other', async () => {
    const start = (): ReturnType<typeof runScript> =>
      runScript('./ledger-process.ts', ['run', database.path, '600'])
    const children = Array.from({ length: 4 }, start)
    try {
      await waitFor(() => children.every(({ lines }) => lines.includes('READY')), { what: 'four processes' })
      for (let kill = 0; kill < 3; kill += 1) {
        const victim = await waitFor(() => children.find(isInsideARun), { what: 'a run to kill', everyMs: 1 })
        victim.kill('SIGKILL')
        await victim.ended
        children.push(start())
        const before = endsOf(children).length
        await waitFor(() => endsOf(children).length > before + 2, { what: 'runs after the kill' })
      }
    } finally {
      for (const child of children) child.kill('SIGKILL')
      await Promise.all(children.map(({ ended }) => ended))
    }
    const ends = endsOf(children)
    // The last one of each process may have been killed between its end and the ledger.
    const recorded = children.flatMap((child) => endsOf([child]).slice(0, -1))
    for (const { slot, fence } of recorded) {
      expect(events(children, 'BEGIN').filter((run) => run.slot === slot && run.fence > fence)).toEqual([])
    }
    const byFence = events(children, 'BEGIN').toSorted((a, b) => a.fence - b.fence)
    expect(new Set(byFence.map(({ fence }) => fence)).size).toBe(byFence.length)
    // Nobody begins before the run with the fence below has ended, or its process was killed.
    for (const [i, run] of byFence.entries()) {
      const before = ends.find(({ fence }) => fence === byFence[i - 1]?.fence)
      if (before) expect(run.at).toBeGreaterThanOrEqual(before.at)
    }
    expect(children.flatMap(({ errors }) => errors)).toEqual([])
  }, 60_000)
})

type Child = ReturnType<typeof runScript>

function events(
  children: Child[],
  kind: 'BEGIN' | 'END',
): Array<{ slot: number; fence: number; at: number }> {
  return children
    .flatMap(({ lines }) => lines)
    .filter((line) => line.startsWith(kind))
    .map((line) => {
      const [, , slot, , fence, at] = line.split(' ').map(Number)
      return { slot: slot ?? 0, fence: fence ?? 0, at: at ?? 0 }
    })
}

const endsOf = (children: Child[]): ReturnType<typeof events> => events(children, 'END')

function isInsideARun({ process, lines }: Child): boolean {
  return (
    process.exitCode === null && process.signalCode === null && (lines.at(-1)?.startsWith('BEGIN') ?? false)
  )
}
