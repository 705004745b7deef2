import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { pino } from 'pino'
import {
  openConnection,
  type ConnectionUse,
  type RedisClient,
} from '../../src/server/state/redis/connections.ts'
import { createRedisState } from '../../src/server/state/redis/redis-state.ts'
import { redisTargetOf, type RedisTarget } from '../../src/server/state/redis/redis-target.ts'
import type { RuntimeShape, StateProvider } from '../../src/server/state/state-provider.ts'
import type { RedisServer } from '../support/redis-server.ts'
import type { StateUnderTest } from './state-under-test.ts'

/** Servers of one kind on which a provider is judged. */
export interface Place {
  readonly target: RedisTarget
  /** All that hold data. */
  readonly servers: readonly RedisServer[]
  /** Nobody answers until the returned function has resolved. */
  readonly outage?: () => Promise<() => Promise<void>>
  stop(): Promise<void>
}

/** The target that these settings name. */
export function targetFrom(settings: {
  url?: string
  sentinels?: string
  masterName?: string
  clusterNodes?: string
  caFile?: string
}): RedisTarget {
  const addresses = (text: string | undefined) =>
    text?.split(',').map((address) => {
      const [host = '', port = ''] = address.split(':')
      return { host, port: Number(port) }
    })
  const parsed = redisTargetOf({
    url: settings.url,
    sentinels: addresses(settings.sentinels),
    masterName: settings.masterName,
    sentinelPassword: undefined,
    clusterNodes: addresses(settings.clusterNodes),
    ca: settings.caFile === undefined ? undefined : readFileSync(settings.caFile, 'utf8'),
  })
  if ('mistakes' in parsed) throw new Error(parsed.mistakes.join(' '))
  return parsed.target
}

/** Nodes with connections of their own, which can be made deaf to what others say. */
export async function openNodes(place: Place, count: number): Promise<StateUnderTest> {
  const { target, servers } = place
  const flush = async (): Promise<void> => {
    for (const server of servers) await server.cli('flushall')
  }
  await flush()
  const clusterId = randomUUID()
  const opened: StateProvider[] = []
  let muffled = false

  function connect(use: ConnectionUse): RedisClient {
    const client = openConnection(target, use)
    if (use !== 'subscriber') return client
    const emit = client.emit.bind(client)
    client.emit = (event, ...args) => (muffled && event === 'message') || emit(event, ...args)
    return client
  }

  const join = async (): Promise<StateProvider> => {
    const log = pino({ level: 'silent' })
    const state = createRedisState<RuntimeShape>({ target, clusterId, allowEviction: false, log, connect })
    opened.push(state)
    await state.start(new AbortController().signal)
    return state
  }
  const nodes: StateProvider[] = []
  for (let i = 0; i < count; i += 1) nodes.push(await join())
  return {
    nodes,
    users: ['user-1', 'user-2'],
    elapse: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
    join,
    faults: {
      ...(place.outage && { outage: place.outage }),
      /** Nothing at all goes on in this process. */
      async stall(_node, ms) {
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)
      },
      flush,
      async muffle() {
        muffled = true
        return async () => void (muffled = false)
      },
    },
    async close() {
      await Promise.all(opened.map((state) => state.stop(1_000)))
    },
  }
}
