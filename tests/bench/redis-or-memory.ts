import { startConsole } from './console-under-test.ts'
import { jailReads } from './jail-list.ts'
import { comparePairs } from './pairs.ts'
import { startMeasuredRedis } from './redis-under-test.ts'
import { ratioRow, type Row } from './report.ts'

/** T3: what it costs the console to keep its state in Redis instead of its own memory. */
export async function redisOrMemory(): Promise<Row[]> {
  const redis = await startMeasuredRedis()
  const memory = await startConsole({ moreJails: true })
  const shared = await startConsole({ redis, moreJails: true })
  const rows: Row[] = []
  try {
    for (const connections of [16, 64]) {
      const [a, b] = [await jailReads(memory), await jailReads(shared)]
      const { cpu, requests, failures } = await comparePairs(a, b, { connections, seconds: 2 })
      rows.push(
        ratioRow('T3', `state in Redis ÷ in memory, CPU per request, ${connections} connections`, {
          atMost: 1.25,
          compared: cpu,
          detail: `${b.bytes} bytes; ${requests} requests, ${failures} failed`,
        }),
      )
    }
  } finally {
    await memory.stop()
    await shared.stop()
    await redis.stop()
  }
  return rows
}
