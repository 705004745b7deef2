import { afterAll, beforeAll } from '@jest/globals'
import { randomUUID } from 'node:crypto'
import { pino } from 'pino'
import {
  openConnection,
  type ConnectionUse,
  type RedisClient,
} from '../../src/server/state/redis/connections.ts'
import { createRedisState } from '../../src/server/state/redis/redis-state.ts'
import type { RedisTarget } from '../../src/server/state/redis/redis-target.ts'
import type { RuntimeShape, StateProvider } from '../../src/server/state/state-provider.ts'
import { startRedis, type RedisServer } from '../support/redis-server.ts'
import { describeStateProvider } from './state-provider.contract.ts'
import type { StateUnderTest } from './state-under-test.ts'

const log = pino({ level: 'silent' })
let redis: RedisServer

beforeAll(async () => {
  redis = await startRedis()
})
afterAll(() => redis.stop())

function targetOf({ port }: RedisServer): RedisTarget {
  const at = { kind: 'standalone', host: '127.0.0.1', port } as const
  return { at, username: undefined, password: undefined, db: 0, tls: undefined }
}

/** Nodes with connections of their own, which can be made deaf to what others say. */
async function open(nodeCount: number): Promise<StateUnderTest> {
  await redis.cli('flushall')
  const target = targetOf(redis)
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
    const state = createRedisState<RuntimeShape>({
      target,
      clusterId,
      allowEviction: false,
      log,
      connect,
    })
    opened.push(state)
    await state.start(new AbortController().signal)
    return state
  }
  const nodes: StateProvider[] = []
  for (let i = 0; i < nodeCount; i += 1) nodes.push(await join())
  return {
    nodes,
    users: ['user-1', 'user-2'],
    elapse: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
    join,
    faults: {
      async outage() {
        await redis.cli('config', 'set', 'save', '3600 1')
        await redis.cli('save')
        await redis.kill()
        return () => redis.restart()
      },
      /** Nothing at all goes on in this process. */
      async stall(_node, ms) {
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)
      },
      async flush() {
        await redis.cli('flushall')
      },
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

describeStateProvider('redis', {
  open,
  suffers: { outage: true, stall: true, flush: true, muffle: true },
})
