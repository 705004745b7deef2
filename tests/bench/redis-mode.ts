import { startConsole } from './console-under-test.ts'
import { jailReads, JAILS, SESSIONS } from './jail-list.ts'
import { load } from './load.ts'
import { comparePairs, type PairedResult, type Side } from './pairs.ts'
import {
  difference,
  startMeasuredRedis,
  type RedisCounters,
  type RedisUnderTest,
} from './redis-under-test.ts'
import { ratioRow, row, type Row } from './report.ts'
import { startServer, type ServerProcess } from './server-process.ts'

const REFERENCE = new URL('./reference/off-the-shelf-redis.ts', import.meta.url).pathname

/**
 * T1 and T4: an authenticated, limited read of about 2 kB with sessions and limits in Redis, against the usual packages as they
 * come, sending the same bytes: CPU of the server and of Redis, and how often Redis is asked.
 */
export async function redisMode(): Promise<Row[]> {
  const ours = await startMeasuredRedis()
  const theirs = await startMeasuredRedis()
  const console_ = await startConsole({ redis: ours, moreJails: true })
  const rows: Row[] = []
  try {
    const body = await console_.settled(JAILS)
    const reference = await startReference(theirs, body)
    try {
      for (const connections of [16, 64]) {
        const candidate: Side = { ...(await jailReads(console_)), redis: ours }
        const result = await comparePairs(reference, candidate, { connections, seconds: 2 })
        rows.push(...cpuRows(result, candidate, connections))
      }
      for (const connections of [1, 16]) {
        const side = { ...(await jailReads(console_)), connections }
        rows.push(await roundTrips(side, ours))
      }
    } finally {
      await reference.server.stop()
    }
  } finally {
    await console_.stop()
    await ours.stop()
    await theirs.stop()
  }
  return rows
}

function cpuRows(result: PairedResult, candidate: Side, connections: number): Row[] {
  const { cpu, redisCpu, requests, failures } = result
  const detail = `${requests} requests, ${failures} failed`
  const read = `authenticated read of ${candidate.bytes} bytes with state in Redis`
  return [
    ratioRow('T1', `${read} ÷ the usual packages, CPU per request, ${connections} connections`, {
      atMost: 0.35,
      compared: cpu,
      detail: `a snapshot (0.55 is the target of other routes); ${detail}`,
    }),
    ratioRow('T4', `CPU of Redis for it ÷ for the usual packages, ${connections} connections`, {
      atMost: 0.25,
      compared: redisCpu,
      detail,
    }),
  ]
}

/** Beyond what the console asks Redis when nobody asks the console. */
async function roundTrips(options: Side & { connections: number }, redis: RedisUnderTest): Promise<Row> {
  const seconds = 4
  const counted = async (work: () => Promise<unknown>): Promise<RedisCounters> => {
    const before = await redis.counters()
    await work()
    return difference(before, await redis.counters())
  }
  const idle = await counted(() => new Promise((resolve) => setTimeout(resolve, seconds * 1000)))
  let requests = 0
  let failures = 0
  const busy = await counted(async () => {
    const result = await load({ ...options, seconds })
    requests = result.requests
    failures = result.failures
  })
  const perRequest = (busy.reads - idle.reads) / requests
  const commands = [...busy.commands]
    .map(([name, calls]) => [name, (calls - (idle.commands.get(name) ?? 0)) / requests] as const)
    .filter(([, each]) => each >= 0.005)
    .map(([name, each]) => `${each.toFixed(2)} ${name}`)
  const { connections } = options
  return row(
    'T4',
    `round trips to Redis per request, ${connections} connection${connections > 1 ? 's' : ''}`,
    {
      target: '≤ 1',
      value: perRequest.toFixed(3),
      met: perRequest <= 1.005 && failures === 0,
      detail: `reads of Redis over ${requests} requests, ${failures} failed; commands, those inside scripts included: ${commands.join(', ')}`,
    },
  )
}

async function startReference(redis: RedisUnderTest, body: string): Promise<Side> {
  let port = 0
  const server: ServerProcess = await startServer({
    script: REFERENCE,
    env: { BODY: body, REDIS_URL: redis.url },
    ready: (line) => {
      port = Number(/^listening (\d+)/.exec(line)?.[1] ?? 0)
      return port > 0
    },
  })
  const url = `http://127.0.0.1:${port}/`
  const cookies: string[] = []
  while (cookies.length < SESSIONS) {
    const answer = await fetch(url, { method: 'POST' })
    cookies.push(answer.headers.getSetCookie()[0]?.split(';')[0] ?? '')
  }
  const read = await (await fetch(url, { headers: { cookie: cookies[0] ?? '' } })).text()
  if (read !== body) throw new Error(`The reference sends something else: ${read}`)
  return { server, port, path: '/', cookies, bytes: Buffer.byteLength(body), redis }
}
