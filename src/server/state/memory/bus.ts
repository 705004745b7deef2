import type { Json } from '../../lib/json.ts'
import type { Bus } from '../state-provider.ts'
import { frozenJson } from '../json-copy.ts'
import type { Listeners } from '../listeners.ts'
import type { NodeLife } from '../node-life.ts'

export interface BusMessage {
  readonly topic: string
  readonly message: Json
}

export function createMemoryBus(listeners: Listeners<BusMessage>, node: NodeLife): Bus {
  return {
    async publish(topic, message) {
      node.assertRunning()
      listeners.tell({ topic, message: frozenJson(message) })
    },
    on(topic, listener) {
      const end = listeners.add((heard) => {
        if (heard.topic === topic) listener(heard.message)
      })
      return node.owns(end)
    },
  }
}
