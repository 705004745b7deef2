import { beforeEach, describe, expect, it } from '@jest/globals'
import {
  createRestarts,
  type RestartVerdict,
  type Restarts,
} from '../../src/server/startup/worker-restarts.ts'

const times = {
  firstBackoffMs: 100,
  longestBackoffMs: 10_000,
  steadyMs: 5_000,
  crashLoopEnds: 5,
  crashLoopMs: 60_000,
}
let now: number
let restarts: Restarts
beforeEach(() => {
  now = 0
  restarts = createRestarts({ times, now: () => now })
})

const endedEarly = (worker = 1, status: number | null = 1): RestartVerdict =>
  restarts.ended(worker, { status, signal: null, readyForMs: undefined })
const killed = (readyForMs: number, worker = 1): RestartVerdict =>
  restarts.ended(worker, { status: null, signal: 'SIGKILL', readyForMs })
const again = (inMs: number): RestartVerdict => ({ kind: 'again', inMs })
const repeat = <T>(count: number, act: () => T): T[] => Array.from({ length: count }, act)

describe('a worker that served and ended', () => {
  beforeEach(() => restarts.someoneIsReady())

  it('is replaced at once, every time when it had served for a while', () => {
    expect(repeat(3, () => killed(5_000))).toEqual([again(0), again(0), again(0)])
  })

  it('is replaced later and later when it never serves for long', () => {
    const delays = [0, 100, 200, 400, 800, 1_600, 3_200, 6_400, 10_000, 10_000].map(again)
    expect(repeat(10, () => killed(50))).toEqual(delays)
    expect(killed(5_000)).toEqual(again(0))
  })

  it('is not held responsible for the others', () => {
    repeat(5, () => killed(50, 1))
    expect(killed(50, 2)).toEqual(again(0))
  })

  it('is replaced whatever its status was', () => {
    for (const status of [0, 1, 69, 75, 78]) {
      restarts = createRestarts({ times, now: () => now })
      expect(restarts.ended(1, { status, signal: null, readyForMs: 10_000 })).toEqual(again(0))
    }
  })
})

describe('a worker that ended before it was ready', () => {
  it('is tried again with growing pauses while others serve, however often', () => {
    restarts.someoneIsReady()
    const delays = [100, 200, 400, 800, 1_600, 3_200, 6_400, 10_000, 10_000].map(again)
    expect(repeat(9, () => endedEarly())).toEqual(delays)
  })

  it('is given up with status 1 at the fifth time in a minute when nobody was ever ready', () => {
    expect(repeat(4, () => endedEarly())).toEqual([100, 200, 400, 800].map(again))
    expect(endedEarly(2)).toMatchObject({ kind: 'give up', status: 1 })
  })

  it('is tried for ever when it takes longer than that', () => {
    for (let count = 0; count < 50; count += 1) {
      now += 15_001
      expect(endedEarly()).toMatchObject({ kind: 'again' })
    }
  })

  it.each([75, 78])('with status %i is given up with the same, whoever serves', (status) => {
    expect(endedEarly(1, status)).toMatchObject({ kind: 'give up', status })
    restarts.someoneIsReady()
    expect(endedEarly(1, status)).toMatchObject({ kind: 'give up', status })
  })

  it('for want of a service is given up with 69 only while nobody was ever ready', () => {
    expect(endedEarly(1, 69)).toMatchObject({ kind: 'give up', status: 69 })
    restarts.someoneIsReady()
    expect(endedEarly(1, 69)).toEqual(again(100))
  })
})
