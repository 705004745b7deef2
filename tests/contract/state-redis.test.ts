import { afterAll, beforeAll } from '@jest/globals'
import { startRedis, type RedisServer } from '../support/redis-server.ts'
import { openNodes, targetFrom } from './redis-under-test.ts'
import { describeStateProvider } from './state-provider.contract.ts'

let redis: RedisServer

beforeAll(async () => {
  redis = await startRedis()
})
afterAll(() => redis.stop())

describeStateProvider('redis', {
  open: (count) =>
    openNodes(
      {
        target: targetFrom({ url: redis.url }),
        servers: [redis],
        /** It crashes, and comes back with what it had saved. */
        async outage() {
          await redis.cli('config', 'set', 'save', '3600 1')
          await redis.cli('save')
          await redis.kill()
          return () => redis.restart()
        },
        stop: () => redis.stop(),
      },
      count,
    ),
  suffers: { outage: true, stall: true, flush: true, muffle: true },
})
