import { startConsole } from './console-under-test.ts'
import { jailReads } from './jail-list.ts'
import { comparePairs } from './pairs.ts'
import { startMeasuredRedis } from './redis-under-test.ts'
import { ratioRow, type Row } from './report.ts'

const CORES = '0,1'
const CONNECTIONS = 64

/** T5: what a request costs more when two workers share the work; both consoles may use both cores. */
export async function workers(): Promise<Row[]> {
  const [redisOfOne, redisOfTwo] = [await startMeasuredRedis(), await startMeasuredRedis()]
  const one = await startConsole({ redis: redisOfOne, workers: 1, cores: CORES, moreJails: true })
  const two = await startConsole({ redis: redisOfTwo, workers: 2, cores: CORES, moreJails: true })
  try {
    const [a, b] = [
      { ...(await jailReads(one)), redis: redisOfOne },
      { ...(await jailReads(two)), redis: redisOfTwo },
    ]
    const { cpu, redisCpu, requests, failures } = await comparePairs(a, b, {
      connections: CONNECTIONS,
      seconds: 2,
    })
    return [
      ratioRow('T5', `two workers ÷ one, CPU per request, ${CONNECTIONS} connections`, {
        atMost: 1.15,
        compared: cpu,
        detail: `the primary is counted; Redis ${redisCpu.reference.toFixed(1)} and ${redisCpu.candidate.toFixed(1)} µs; ${requests} requests, ${failures} failed`,
      }),
    ]
  } finally {
    await one.stop()
    await two.stop()
    await redisOfOne.stop()
    await redisOfTwo.stop()
  }
}
