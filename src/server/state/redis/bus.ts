import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import type { Json } from '../../lib/json.ts'
import { freezeJson } from '../json-copy.ts'
import type { Listeners } from '../listeners.ts'
import type { NodeLife } from '../node-life.ts'
import type { Bus } from '../state-provider.ts'
import type { RedisLink } from './link.ts'

const BusMessage = z.object({
  topic: z.string(),
  message: z.unknown(),
  /** Who sent it, and which one of his it is. */
  from: z.string(),
  number: z.int(),
})
export type BusMessage = z.infer<typeof BusMessage>

/** Messages on one channel of Redis, for all topics. */
export function createRedisBus(deps: {
  link: RedisLink
  node: NodeLife
  channel: () => string
  listeners: Listeners<BusMessage>
}): Bus & { hear(text: string): void } {
  const { link, node, channel, listeners } = deps
  const me = randomUUID()
  let sent = 0
  return {
    async publish(topic, message) {
      node.assertRunning()
      sent += 1
      const text = JSON.stringify({ topic, message, from: me, number: sent } satisfies BusMessage)
      await link.ask((client) => client.publish(channel(), text))
    },
    on(topic, listener) {
      // What this process sent before is still on its way back to it, and was not meant for this listener.
      const before = sent
      const end = listeners.add((heard) => {
        if (heard.topic !== topic || (heard.from === me && heard.number <= before)) return
        listener(heard.message as Json)
      })
      return node.owns(end)
    },
    hear(text) {
      const heard = BusMessage.parse(JSON.parse(text))
      listeners.tell({ ...heard, message: freezeJson(heard.message as Json) })
    },
  }
}
