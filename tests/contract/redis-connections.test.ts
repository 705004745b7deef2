import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { setTimeout as pause } from 'node:timers/promises'
import { openConnection, type RedisClient } from '../../src/server/state/redis/connections.ts'
import { startRedis, type RedisServer } from '../support/redis-server.ts'
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts'
import { waitFor } from '../support/wait-for.ts'
import { targetFrom } from './redis-under-test.ts'

let redis: RedisServer
let line: TcpProxy
let client: RedisClient

beforeAll(async () => {
  redis = await startRedis()
  line = await startTcpProxy(redis.port)
  client = openConnection(targetFrom({ url: `redis://127.0.0.1:${line.port}/0` }), 'commands')
  client.on('error', () => undefined)
  await waitFor(() => client.status === 'ready', { what: 'the connection' })
})
afterAll(async () => {
  client.disconnect()
  await line.stop()
  await redis.stop()
})

describe('a connection to Redis', () => {
  it('for commands sends nothing later that it had given up', async () => {
    line.cut()
    const lost = client.set('{bangui}:late', 'written').then(
      () => 'answered',
      () => 'given up',
    )
    // Nobody waits longer for an answer.
    await pause(1_000)
    line.heal()
    expect(await lost).toBe('given up')
    await waitFor(async () => (await client.ping()) === 'PONG', { what: 'the connection to be back' })
    expect(await redis.cli('exists', '{bangui}:late')).toBe('0\n')
  })

  it('for the queue gives up what was under way when it broke, also when the next one opens at once', async () => {
    const own = openConnection(targetFrom({ url: `redis://127.0.0.1:${line.port}/0` }), 'queue')
    own.on('error', () => undefined)
    try {
      await waitFor(() => own.status === 'ready', { what: 'the connection' })
      line.hold()
      const lost = own.set('{bangui}:late', 'written').then(
        () => 'answered',
        (error: Error) => error.message,
      )
      line.refuse()
      line.heal()
      expect(await lost).toMatch(/max retries/)
      await waitFor(() => own.status === 'ready', { what: 'the next connection' })
    } finally {
      own.disconnect()
    }
  })
})
