import { afterAll, beforeAll } from '@jest/globals'
import { startRedis, type RedisServer } from '../support/redis-server.ts'
import { openBullmq } from './job-scheduler-bullmq-under-test.ts'
import { describeJobScheduler } from './job-scheduler.contract.ts'

let redis: RedisServer
beforeAll(async () => {
  redis = await startRedis()
})
afterAll(() => redis.stop())

describeJobScheduler('BullMQ', { open: (count) => openBullmq(redis, count), suffers: { flush: true } })
