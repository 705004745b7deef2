import { expect, it } from '@jest/globals'
import * as fc from 'fast-check'
import type { Lease, StateProvider } from '../../src/server/state/state-provider.ts'
import { waitFor } from '../support/wait-for.ts'
import {
  expectUnavailable,
  fresh,
  nodeOf,
  whileAway,
  type Opened,
  type StateProviderSuite,
} from './state-under-test.ts'

const TTL_MS = 900

const wish = (waitMs = 0, holder = 'somebody'): { ttlMs: number; waitMs: number; holder: string } => ({
  ttlMs: TTL_MS,
  waitMs,
  holder,
})

async function acquire(node: StateProvider, name: string, waitMs = 0, holder?: string): Promise<Lease> {
  const lease = await node.locks.acquire(name, wish(waitMs, holder))
  if (lease === 'busy') throw new Error(`${name} is busy`)
  return lease
}

export function describeLocks(opened: Opened, suffers: StateProviderSuite['suffers']): void {
  it('◇ let one in at a time, each with a higher fence than the one before, until all were in', async () => {
    const under = opened()
    const contender = fc.record({ node: fc.nat(2), turns: fc.nat(6) })
    await fc.assert(
      fc.asyncProperty(fc.array(contender, { minLength: 2, maxLength: 12 }), async (contenders) => {
        const name = fresh('lock')
        const fences: number[] = []
        let inside = 0
        await Promise.all(
          contenders.map(async ({ node, turns }) => {
            const lease = await acquire(nodeOf(under, node), name, 15_000)
            inside += 1
            expect(inside).toBe(1)
            fences.push(lease.fence)
            for (let i = 0; i < turns; i += 1) await Promise.resolve()
            inside -= 1
            await lease.release()
          }),
        )
        expect(fences).toHaveLength(contenders.length)
        expect(fences).toEqual(fences.toSorted((a, b) => a - b))
        expect(new Set(fences).size).toBe(fences.length)
      }),
      { numRuns: 20 },
    )
  })

  it('give a lease to exactly one of twenty who do not wait; to the others busy is an answer', async () => {
    const under = opened()
    const name = fresh('lock')
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, i) => nodeOf(under, i).locks.acquire(name, wish())),
    )
    expect(answers.filter((answer) => answer !== 'busy')).toHaveLength(1)
  })

  it('answer busy once the wait is over', async () => {
    const under = opened()
    const name = fresh('lock')
    await acquire(nodeOf(under, 0), name)
    let answer: unknown
    const waiting = nodeOf(under, 1)
      .locks.acquire(name, wish(1_000))
      .then((given) => (answer = given))
    await under.elapse(700)
    expect(answer).toBeUndefined()
    await under.elapse(500)
    await waiting
    expect(answer).toBe('busy')
  })

  it('go to the one that waits as soon as they are released', async () => {
    const under = opened()
    const name = fresh('lock')
    const first = await acquire(nodeOf(under, 0), name)
    const second = acquire(nodeOf(under, 1), name, 15_000)
    await first.release()
    await under.elapse(250)
    expect((await second).fence).toBeGreaterThan(first.fence)
  })

  it('are kept as long as their holder lives, however long that is', async () => {
    const under = opened()
    const name = fresh('lock')
    const lease = await acquire(nodeOf(under, 0), name, 0, 'agent-1')
    for (let i = 0; i < 4; i += 1) {
      await under.elapse(TTL_MS)
      expect(await nodeOf(under, 1).locks.acquire(name, wish())).toBe('busy')
    }
    expect(lease.signal.aborted).toBe(false)
    const held = (await nodeOf(under, 2).locks.holders()).find((held) => held.name === name)
    expect(held).toMatchObject({ holder: 'agent-1' })
    expect(held?.expiresAt).toBeGreaterThan(Date.now() - 100)
    expect(held?.expiresAt).toBeLessThanOrEqual(Date.now() + TTL_MS + 100)
  })

  it('are free again once released, as often as that is said, and shown no longer', async () => {
    const under = opened()
    const name = fresh('lock')
    const lease = await acquire(nodeOf(under, 0), name)
    await lease.release()
    await lease.release()
    expect(lease.signal.aborted).toBe(false)
    expect((await nodeOf(under, 0).locks.holders()).map((held) => held.name)).not.toContain(name)
    const next = await acquire(nodeOf(under, 1), name)
    await lease.release()
    expect(await nodeOf(under, 0).locks.acquire(name, wish())).toBe('busy')
    expect(next.signal.aborted).toBe(false)
  })

  it('of different names do not wait for each other', async () => {
    const under = opened()
    await acquire(nodeOf(under, 0), fresh('lock'))
    await acquire(nodeOf(under, 0), fresh('lock'))
  })

  it('are released when their node stops, whose work must end', async () => {
    const under = opened()
    const name = fresh('lock')
    const node = await under.join()
    const lease = await acquire(node, name)
    await node.stop(1_000)
    expect(lease.signal.aborted).toBe(true)
    await acquire(nodeOf(under, 0), name, 500)
  })

  if (suffers.stall) {
    it('are lost by a holder that stood still too long, who is told and can no longer release them', async () => {
      const under = opened()
      const name = fresh('lock')
      const lost = await acquire(nodeOf(under, 0), name)
      await under.faults.stall?.(nodeOf(under, 0), TTL_MS + 100)
      const next = await acquire(nodeOf(under, 1), name)
      expect(next.fence).toBeGreaterThan(lost.fence)
      await under.elapse(TTL_MS)
      await waitFor(() => lost.signal.aborted, { what: 'news of the loss' })
      await lost.release()
      expect(await nodeOf(under, 2).locks.acquire(name, wish())).toBe('busy')
      expect(next.signal.aborted).toBe(false)
    })
  }

  if (suffers.outage) {
    it('neither give nor refuse while they cannot be asked', async () => {
      const under = opened()
      await whileAway(under, async () => {
        await expectUnavailable(nodeOf(under, 0).locks.acquire(fresh('lock'), wish()))
        await expectUnavailable(nodeOf(under, 0).locks.holders())
      })
    })
  }
}
