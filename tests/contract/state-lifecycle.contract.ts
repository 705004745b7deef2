import { expect, it } from '@jest/globals'
import type { StateProvider } from '../../src/server/state/state-provider.ts'
import { waitFor } from '../support/wait-for.ts'
import {
  expectUnavailable,
  fresh,
  nodeOf,
  sessionRecord,
  storeOf,
  whileAway,
  type Opened,
  type StateProviderSuite,
} from './state-under-test.ts'

const STOP_MS = 1_000

export function describeLifecycle(opened: Opened, suffers: StateProviderSuite['suffers']): void {
  it('is healthy once started, and may be started twice', async () => {
    const node = nodeOf(opened(), 0)
    await node.start(new AbortController().signal)
    expect(node.health()).toMatchObject({ ok: true, reasons: [] })
    expect(node.health().sampledAt).toBeGreaterThan(Date.now() - 2_500)
  })

  it('stops as often as it is told to, serves nobody afterwards and says so', async () => {
    const under = opened()
    const node = await under.join()
    await Promise.all([node.stop(STOP_MS), node.stop(STOP_MS)])
    await node.stop(STOP_MS)
    expect(node.health().ok).toBe(false)
    expect(node.health().reasons).not.toEqual([])
    await everythingIsUnavailable(node, under.users[0])
    await expectUnavailable(node.start(new AbortController().signal))
  })

  it('leaves the other nodes at work when one stops', async () => {
    const under = opened()
    const topic = fresh('topic')
    const heard: unknown[] = []
    const node = await under.join()
    node.bus.on(topic, (message) => heard.push(message))
    await node.stop(STOP_MS)
    await nodeOf(under, 0).bus.publish(topic, 1)
    await nodeOf(under, 0).runtime.set(fresh('key'), 1)
    expect(nodeOf(under, 0).health().ok).toBe(true)
    expect(heard).toEqual([])
  })

  if (suffers.outage) {
    it('shows within two seconds that the store is away, and that it is back', async () => {
      const under = opened()
      const node = nodeOf(under, 0)
      await whileAway(under, async () => {
        await under.elapse(2_000)
        await waitFor(() => !node.health().ok, { what: 'bad health' })
        expect(node.health().reasons).not.toEqual([])
      })
      await under.elapse(2_000)
      await waitFor(() => node.health().ok, { what: 'good health' })
    })

    it('stops by its deadline although the store is away', async () => {
      const under = opened()
      const node = await under.join()
      await whileAway(under, async () => {
        let stopped = false
        const stopping = node.stop(STOP_MS).then(() => (stopped = true))
        await under.elapse(STOP_MS + 100)
        await waitFor(() => stopped, { what: 'the stop', timeoutMs: 500 })
        await stopping
      })
    })
  }
}

async function everythingIsUnavailable(node: StateProvider, user: string): Promise<void> {
  const rule = { name: 'rule', points: 1, windowSeconds: 1 }
  await expectUnavailable(storeOf(node).get('sid'))
  await expectUnavailable(storeOf(node).set('sid', sessionRecord(user)))
  await expectUnavailable(storeOf(node).touch('sid', sessionRecord(user)))
  await expectUnavailable(storeOf(node).destroy('sid'))
  await expectUnavailable(node.sessions.read('hash'))
  await expectUnavailable(node.sessions.list(user))
  await expectUnavailable(node.sessions.revoke('hash'))
  await expectUnavailable(node.limits.consume(rule, 'key'))
  await expectUnavailable(node.runtime.set('key', 1))
  await expectUnavailable(node.bus.publish('topic', 1))
  await expectUnavailable(node.locks.acquire('lock', { ttlMs: 1_000, waitMs: 0, holder: 'x' }))
  await expectUnavailable(node.requests.send('agent', null, { id: 'id', timeoutMs: 100 }))
  await expectUnavailable(node.requests.serve('agent', async () => null))
}
