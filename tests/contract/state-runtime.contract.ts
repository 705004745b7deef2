import { expect, it } from '@jest/globals'
import * as fc from 'fast-check'
import type { Change, RuntimeShape, StateProvider } from '../../src/server/state/state-provider.ts'
import { waitFor } from '../support/wait-for.ts'
import {
  expectUnavailable,
  fresh,
  nodeOf,
  whileAway,
  type Opened,
  type StateProviderSuite,
  type StateUnderTest,
} from './state-under-test.ts'

/** The longest that a node may read old values without knowing. */
const STALE_BOUND_MS = 2_500

const onAllNodes = (
  under: StateUnderTest,
  what: string,
  holds: (node: StateProvider) => boolean,
): Promise<true> => waitFor(() => under.nodes.every(holds), { what })

export function describeRuntimeState(opened: Opened, suffers: StateProviderSuite['suffers']): void {
  it('is read on every node as it was written on one', async () => {
    const under = opened()
    const key = fresh('key')
    expect(await nodeOf(under, 0).runtime.set(key, { jails: ['sshd'] })).toMatchObject({ ok: true })
    await onAllNodes(under, 'the value on all nodes', ({ runtime }) => runtime.get(key) !== undefined)
    for (const { runtime } of under.nodes) {
      expect(runtime.get(key)?.value).toEqual({ jails: ['sshd'] })
      expect(runtime.keys()).toContain(key)
      expect(runtime.staleMs()).toBeLessThanOrEqual(STALE_BOUND_MS)
    }
  })

  it('is read at once where it was written', async () => {
    const under = opened()
    const key = fresh('key')
    for (let i = 0; i < 20; i += 1) {
      const { runtime } = nodeOf(under, i)
      const result = await runtime.set(key, i)
      expect(runtime.get(key)).toMatchObject({ value: i, rev: result.ok ? result.rev : 'refused' })
    }
  })

  it('is undefined where nobody has written', () => {
    expect(nodeOf(opened(), 0).runtime.get(fresh('key'))).toBeUndefined()
  })

  it('sets only what is as expected, and shows what is there instead', async () => {
    const under = opened()
    const key = fresh('key')
    const { runtime } = nodeOf(under, 0)
    const first = await runtime.set(key, 1, 'absent')
    if (!first.ok) throw new Error('an absent key was not absent')
    expect(await runtime.set(key, 2, 'absent')).toMatchObject({
      ok: false,
      current: { value: 1, rev: first.rev },
    })
    const second = await runtime.set(key, 2, first.rev)
    if (!second.ok) throw new Error('the expected revision was refused')
    expect(second.rev).toBeGreaterThan(first.rev)
    expect(await runtime.set(key, 3, first.rev)).toMatchObject({ ok: false, current: { value: 2 } })
    expect(await nodeOf(under, 1).runtime.set(fresh('key'), 1, first.rev)).toEqual({ ok: false })
    expect(runtime.get(key)?.value).toBe(2)
  })

  it('lets exactly one of many win a revision', async () => {
    const under = opened()
    const key = fresh('key')
    const results = await Promise.all(
      Array.from({ length: 20 }, (_, i) => nodeOf(under, i).runtime.set(key, i, 'absent')),
    )
    expect(results.filter(({ ok }) => ok)).toHaveLength(1)
  })

  it('◇ loses none of 1,000 increments from all nodes at once', async () => {
    const under = opened()
    const key = fresh('key')
    await Promise.all(
      Array.from({ length: 1_000 }, (_, i) =>
        nodeOf(under, i).runtime.update(key, (value) => ((value as number | undefined) ?? 0) + 1),
      ),
    )
    await onAllNodes(under, '1,000 increments', ({ runtime }) => runtime.get(key)?.value === 1_000)
  })

  it('leaves a value as it is when its change throws', async () => {
    const { runtime } = nodeOf(opened(), 0)
    const key = fresh('key')
    await runtime.set(key, 'before')
    const fault = new Error('not today')
    await expect(
      runtime.update(key, () => {
        throw fault
      }),
    ).rejects.toBe(fault)
    expect(runtime.get(key)?.value).toBe('before')
  })

  it('◇ tells every node of changes in the order of their revisions and never goes back', async () => {
    const under = opened()
    const write = fc.record({ key: fc.nat(3), node: fc.nat(2), remove: fc.boolean() })
    await fc.assert(
      fc.asyncProperty(fc.array(write, { minLength: 1, maxLength: 30 }), async (writes) => {
        const prefix = fresh('ordered')
        const heard = under.nodes.map((node) => listen(node, prefix))
        await Promise.all(
          writes.map(async ({ key, node, remove }, i) => {
            const { runtime } = nodeOf(under, node)
            if (remove) await runtime.remove(`${prefix}-${key}`)
            else await runtime.set(`${prefix}-${key}`, i)
          }),
        )
        const last = `${prefix}-last`
        await nodeOf(under, 0).runtime.set(last, true)
        await waitFor(() => heard.every(({ changes }) => changes.some(({ key }) => key === last)), {
          what: 'the last change on all nodes',
        })
        for (const { changes, end } of heard) {
          end()
          const revs = changes.flatMap(({ entry }) => entry?.rev ?? [])
          expect(revs).toEqual(revs.toSorted((a, b) => a - b))
          expect(new Set(revs).size).toBe(revs.length)
        }
        for (const key of [0, 1, 2, 3].map((i) => `${prefix}-${i}`)) {
          const values = under.nodes.map(({ runtime }) => runtime.get(key))
          expect(new Set(values.map((entry) => entry?.rev)).size).toBe(1)
        }
      }),
      { numRuns: 25 },
    )
  })

  it('stops telling who has stopped listening, and goes on telling others when one throws', async () => {
    const under = opened()
    const node = nodeOf(under, 0)
    const prefix = fresh('key')
    const [gone, stays] = [listen(node, prefix), listen(node, prefix)]
    const endThrowing = node.runtime.subscribe(() => {
      throw new Error('a listener that fails')
    })
    gone.end()
    await node.runtime.set(prefix, 1)
    await waitFor(() => stays.changes.length === 1, { what: 'the change' })
    expect(gone.changes).toEqual([])
    endThrowing()
    stays.end()
  })

  it('forgets what is removed, on all nodes, and lets it be absent again', async () => {
    const under = opened()
    const key = fresh('key')
    await nodeOf(under, 0).runtime.set(key, 1)
    await onAllNodes(under, 'the value', ({ runtime }) => runtime.get(key) !== undefined)
    const heard = listen(nodeOf(under, 2), key)
    await nodeOf(under, 1).runtime.remove(key)
    expect(nodeOf(under, 1).runtime.get(key)).toBeUndefined()
    await onAllNodes(under, 'its absence', ({ runtime }) => runtime.get(key) === undefined)
    await waitFor(() => heard.changes.length === 1, { what: 'news of the removal' })
    expect(heard.changes).toEqual([{ key, entry: undefined }])
    expect(await nodeOf(under, 2).runtime.set(key, 2, 'absent')).toMatchObject({ ok: true })
    heard.end()
  })

  it('hands out values that nobody can change', async () => {
    const under = opened()
    const key = fresh('key')
    const value = { host: { id: 'local' }, jails: [{ name: 'sshd' }] }
    await nodeOf(under, 0).runtime.set(key, value)
    value.host.id = 'changed by its writer'
    await onAllNodes(under, 'the value', ({ runtime }) => runtime.get(key) !== undefined)
    for (const { runtime } of under.nodes) {
      const read = runtime.get(key)?.value as typeof value
      expect(read.host.id).toBe('local')
      expect(() => ((read.jails[0] ?? { name: '' }).name = 'x')).toThrow(TypeError)
      expect(() => read.jails.push({ name: 'x' })).toThrow(TypeError)
    }
  })

  it('◇ carries every JSON value unchanged', async () => {
    const under = opened()
    await fc.assert(
      fc.asyncProperty(fc.jsonValue(), async (value) => {
        const key = fresh('key')
        await nodeOf(under, 0).runtime.set(key, value)
        await waitFor(() => nodeOf(under, 1).runtime.get(key), { what: 'the value' })
        expect(nodeOf(under, 1).runtime.get(key)?.value).toEqual(JSON.parse(JSON.stringify(value)))
      }),
      { numRuns: 60 },
    )
  })

  it('is complete for a node that joins late', async () => {
    const under = opened()
    const key = fresh('key')
    await nodeOf(under, 0).runtime.set(key, 'written before')
    const late = await under.join()
    await waitFor(() => late.runtime.get(key), { what: 'the value on the late node' })
    expect(late.runtime.get(key)).toEqual(nodeOf(under, 0).runtime.get(key))
  })

  describeFaults(opened, suffers)
}

function describeFaults(opened: Opened, suffers: StateProviderSuite['suffers']): void {
  if (suffers.outage) {
    it('goes on being read while it cannot be written', async () => {
      const under = opened()
      const { runtime } = nodeOf(under, 0)
      const key = fresh('key')
      await runtime.set(key, 'kept')
      await whileAway(under, async () => {
        await expectUnavailable(runtime.set(key, 'lost'))
        await expectUnavailable(runtime.update(key, () => 'lost'))
        await expectUnavailable(runtime.remove(key))
        expect(runtime.get(key)?.value).toBe('kept')
      })
      await waitFor(async () => (await runtime.set(key, 'new')).ok, { what: 'a write after the outage' })
    })
  }

  if (suffers.muffle) {
    it('notices changes of which no news came', async () => {
      const under = opened()
      const key = fresh('key')
      const end = await under.faults.muffle?.()
      await nodeOf(under, 0).runtime.set(key, 1)
      await under.elapse(STALE_BOUND_MS)
      await onAllNodes(under, 'the silent change', ({ runtime }) => runtime.get(key)?.value === 1)
      await end?.()
    })
  }

  if (suffers.flush) {
    it('is empty on every node after the store was flushed, and can be written again', async () => {
      const under = opened()
      const key = fresh('key')
      await nodeOf(under, 0).runtime.set(key, 'before')
      await under.faults.flush?.()
      await under.elapse(STALE_BOUND_MS)
      await onAllNodes(under, 'empty nodes', ({ runtime }) => runtime.get(key) === undefined)
      await nodeOf(under, 0).runtime.set(key, 'after')
      await onAllNodes(under, 'the new value', ({ runtime }) => runtime.get(key)?.value === 'after')
    })
  }
}

function listen(
  node: StateProvider,
  prefix: string,
): { changes: Array<Change<RuntimeShape>>; end: () => void } {
  const changes: Array<Change<RuntimeShape>> = []
  const end = node.runtime.subscribe((change) => {
    if (change.key.startsWith(prefix)) changes.push(change)
  })
  return { changes, end }
}
