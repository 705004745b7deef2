import { expect, it } from '@jest/globals'
import * as fc from 'fast-check'
import type { Json } from '../../src/server/lib/json.ts'
import type { StateProvider } from '../../src/server/state/state-provider.ts'
import { waitFor } from '../support/wait-for.ts'
import {
  expectUnavailable,
  fresh,
  nodeOf,
  whileAway,
  type Opened,
  type StateProviderSuite,
} from './state-under-test.ts'

export function describeBus(opened: Opened, suffers: StateProviderSuite['suffers']): void {
  it('brings a message to every node, the sender included, once', async () => {
    const under = opened()
    const topic = fresh('topic')
    const heard = under.nodes.map((node) => listen(node, topic))
    const other = listen(nodeOf(under, 0), fresh('topic'))
    await nodeOf(under, 1).bus.publish(topic, { host: 'local', lastEventId: 7 })
    await nodeOf(under, 1).bus.publish(topic, 'last')
    await waitFor(() => heard.every((messages) => messages.includes('last')), {
      what: 'both messages on all nodes',
    })
    for (const messages of heard) expect(messages).toEqual([{ host: 'local', lastEventId: 7 }, 'last'])
    expect(other).toEqual([])
  })

  it('◇ keeps the order of each sender', async () => {
    const under = opened()
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(2), { minLength: 1, maxLength: 40 }), async (senders) => {
        const topic = fresh('topic')
        const heard = under.nodes.map((node) => listen(node, topic))
        await Promise.all(senders.map((sender, i) => nodeOf(under, sender).bus.publish(topic, [sender, i])))
        await waitFor(() => heard.every((messages) => messages.length === senders.length), {
          what: `${senders.length} messages on all nodes`,
        })
        for (const messages of heard) {
          for (const sender of [0, 1, 2]) {
            const numbers = messages.flatMap((message) => {
              const [from, i] = message as [number, number]
              return from === sender ? [i] : []
            })
            expect(numbers).toEqual(numbers.toSorted((a, b) => a - b))
          }
        }
      }),
      { numRuns: 25 },
    )
  })

  it('goes on for all others when a listener throws, and ends for one that has stopped listening', async () => {
    const under = opened()
    const topic = fresh('topic')
    const { bus } = nodeOf(under, 0)
    const gone: Json[] = []
    const end = bus.on(topic, (message) => gone.push(message))
    bus.on(topic, () => {
      throw new Error('a listener that fails')
    })
    const heard = listen(nodeOf(under, 0), topic)
    end()
    end()
    await bus.publish(topic, 1)
    await bus.publish(topic, 2)
    await waitFor(() => heard.length === 2, { what: 'both messages' })
    expect(gone).toEqual([])
  })

  it('takes a message that nobody hears, and keeps none for later', async () => {
    const under = opened()
    const topic = fresh('topic')
    await nodeOf(under, 0).bus.publish(topic, 'too early')
    const heard = listen(nodeOf(under, 0), topic)
    await nodeOf(under, 0).bus.publish(topic, 'in time')
    await waitFor(() => heard.length > 0, { what: 'the second message' })
    expect(heard).toEqual(['in time'])
  })

  it('gives every listener what its sender meant, whatever either does to it', async () => {
    const under = opened()
    const topic = fresh('topic')
    const message = { ips: ['203.0.113.7'] }
    nodeOf(under, 0).bus.on(topic, (heard) => {
      ;(heard as { ips: string[] }).ips.push('changed by a listener')
    })
    const heard = listen(nodeOf(under, 0), topic)
    const sent = nodeOf(under, 0).bus.publish(topic, message)
    message.ips.push('changed by the sender')
    await sent
    await waitFor(() => heard.length > 0, { what: 'the message' })
    expect(heard).toEqual([{ ips: ['203.0.113.7'] }])
  })

  if (suffers.outage) {
    it('says when a message could not be sent', async () => {
      const under = opened()
      await whileAway(under, () => expectUnavailable(nodeOf(under, 0).bus.publish(fresh('topic'), 1)))
    })
  }
}

function listen(node: StateProvider, topic: string): Json[] {
  const messages: Json[] = []
  node.bus.on(topic, (message) => messages.push(message))
  return messages
}
