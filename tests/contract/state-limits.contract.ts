import { expect, it } from '@jest/globals'
import * as fc from 'fast-check'
import type { Rule, Verdict } from '../../src/server/state/state-provider.ts'
import {
  expectUnavailable,
  fresh,
  nodeOf,
  whileAway,
  type Opened,
  type StateProviderSuite,
} from './state-under-test.ts'

const rule = (points: number, windowSeconds = 60): Rule => ({ name: fresh('rule'), points, windowSeconds })

export function describeLimits(opened: Opened, suffers: StateProviderSuite['suffers']): void {
  it('◇ allow exactly as many as they say, of 200 at once from all nodes', async () => {
    const under = opened()
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 250 }), async (points) => {
        const limit = rule(points)
        const verdicts = await Promise.all(
          Array.from({ length: 200 }, (_, i) => nodeOf(under, i).limits.consume(limit, 'key')),
        )
        expect(verdicts.filter(({ allowed }) => allowed)).toHaveLength(Math.min(points, 200))
      }),
      { numRuns: 15 },
    )
  })

  it('tell how much is used, of how much, and for how long', async () => {
    const { limits } = nodeOf(opened(), 0)
    const limit = rule(2, 60)
    const verdicts: Verdict[] = []
    for (let i = 0; i < 3; i += 1) verdicts.push(await limits.consume(limit, 'key'))
    expect(verdicts).toMatchObject([
      { allowed: true, used: 1, limit: 2 },
      { allowed: true, used: 2, limit: 2 },
      { allowed: false, used: 2, limit: 2 },
    ])
    for (const { resetMs } of verdicts) {
      expect(resetMs).toBeGreaterThan(50_000)
      expect(resetMs).toBeLessThanOrEqual(60_000)
    }
  })

  it('◇ never allow more where points are taken several at once, and lose fewer than that per process', async () => {
    const under = opened()
    const takenAtOnce = 7
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 250 }), async (points) => {
        const limit = { ...rule(points), takenAtOnce }
        const verdicts = await Promise.all(
          Array.from({ length: 200 }, (_, i) => nodeOf(under, i).limits.consume(limit, 'key')),
        )
        const allowed = verdicts.filter((verdict) => verdict.allowed).length
        expect(allowed).toBeLessThanOrEqual(Math.min(points, 200))
        const lost = under.nodes.length * (takenAtOnce - 1)
        expect(allowed).toBeGreaterThanOrEqual(Math.min(points - lost, 200))
      }),
      { numRuns: 15 },
    )
  })

  it('tell one process that takes several points at once the same as one that does not', async () => {
    const { limits } = nodeOf(opened(), 0)
    const limit = { ...rule(10), takenAtOnce: 4 }
    for (let used = 1; used <= 10; used += 1) {
      expect(await limits.consume(limit, 'key')).toMatchObject({ allowed: true, used, limit: 10 })
    }
    expect(await limits.consume(limit, 'key')).toMatchObject({ allowed: false, used: 10 })
    await limits.reset(limit, 'key')
    expect(await limits.consume(limit, 'key')).toMatchObject({ allowed: true, used: 1 })
  })

  it('end with their window what was taken of it', async () => {
    const under = opened()
    const { limits } = nodeOf(under, 0)
    const limit = { ...rule(4, 2), takenAtOnce: 3 }
    expect(await limits.consume(limit, 'key')).toMatchObject({ allowed: true, used: 1 })
    await under.elapse(2_100)
    expect(await limits.consume(limit, 'key')).toMatchObject({ allowed: true, used: 1 })
  })

  it('count from the first hit on, and begin anew when its window ends, whatever was refused meanwhile', async () => {
    const under = opened()
    const limit = rule(1, 2)
    const hit = (node: number): Promise<Verdict> => nodeOf(under, node).limits.consume(limit, 'key')
    expect(await hit(0)).toMatchObject({ allowed: true })
    for (let i = 0; i < 3; i += 1) {
      await under.elapse(600)
      expect(await hit(i)).toMatchObject({ allowed: false })
    }
    await under.elapse(300)
    expect(await hit(1)).toMatchObject({ allowed: true, used: 1 })
    expect(await hit(2)).toMatchObject({ allowed: false })
  })

  it('take a hit of several points whole or not at all', async () => {
    const { limits } = nodeOf(opened(), 0)
    const limit = rule(5)
    expect(await limits.consume(limit, 'key', 4)).toMatchObject({ allowed: true, used: 4 })
    expect(await limits.consume(limit, 'key', 2)).toMatchObject({ allowed: false, used: 4 })
    expect(await limits.consume(limit, 'key', 1)).toMatchObject({ allowed: true, used: 5 })
  })

  it('◇ give back what was taken, never more, and never open or lengthen a window by it', async () => {
    const under = opened()
    const act = fc.record({
      kind: fc.constantFrom('hit', 'hit', 'refund'),
      cost: fc.integer({ min: 1, max: 3 }),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(act, { maxLength: 30 }), async (acts) => {
        const limit = rule(6)
        let used = 0
        for (const [i, { kind, cost }] of acts.entries()) {
          const { limits } = nodeOf(under, i)
          if (kind === 'refund') {
            await limits.refund(limit, 'key', cost)
            used = Math.max(0, used - cost)
            continue
          }
          const allowed = used + cost <= 6
          if (allowed) used += cost
          const verdict = await limits.consume(limit, 'key', cost)
          expect(verdict).toMatchObject({ allowed, used })
          expect(verdict.resetMs).toBeLessThanOrEqual(60_000)
        }
      }),
      { numRuns: 40 },
    )
  })

  it('count each key and each rule by itself, and forget one on request', async () => {
    const { limits } = nodeOf(opened(), 0)
    const [one, two] = [rule(1), rule(1)]
    for (const [limit, key] of [
      [one, 'a'],
      [one, 'b'],
      [two, 'a'],
    ] as const) {
      expect(await limits.consume(limit, key)).toMatchObject({ allowed: true })
    }
    await limits.reset(one, 'a')
    expect(await limits.consume(one, 'a')).toMatchObject({ allowed: true })
    expect(await limits.consume(one, 'b')).toMatchObject({ allowed: false })
    expect(await limits.consume(two, 'a')).toMatchObject({ allowed: false })
  })

  if (suffers.outage) {
    it('refuse to answer when they cannot count', async () => {
      const under = opened()
      const { limits } = nodeOf(under, 0)
      await whileAway(under, async () => {
        await expectUnavailable(limits.consume(rule(1), 'key'))
        await expectUnavailable(limits.refund(rule(1), 'key'))
        await expectUnavailable(limits.reset(rule(1), 'key'))
      })
    })
  }
}
