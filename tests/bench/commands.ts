import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { Report, type Figures, type Order } from './command-orders.ts'
import { compare, median } from './pairs.ts'
import { startMeasuredRedis, type RedisUnderTest } from './redis-under-test.ts'
import type { CommandWayName } from './reference/command-ways.ts'
import { information, ratioRow, type Row } from './report.ts'
import { OTHER_CORE, pin, SERVER_CORE } from './server-process.ts'

const PROGRAM = new URL('./command-process.ts', import.meta.url)
const ROUNDS = 7
const ALONE = { calls: 500, atOnce: 1 }
const CROWD = { calls: 4_000, atOnce: 16 }

interface Round {
  readonly alone: Figures
  readonly crowd: Figures
  /** Of each command in the crowd: client, server and Redis. */
  readonly cpuMicros: readonly [client: number, server: number, redis: number]
}

/** T13: a command from one process to another and its answer back, against a job of BullMQ and against a bare stream. */
export async function commands(): Promise<Row[]> {
  const names = ['bullmq', 'requests', 'stream'] as const
  const ways = [await openWay('bullmq'), await openWay('requests'), await openWay('stream')]
  try {
    for (const way of ways) await way.round()
    const rounds: Round[][] = ways.map(() => [])
    for (let round = 0; round < ROUNDS; round += 1) {
      for (const [index, way] of ways.entries()) rounds[index]?.push(await way.round())
    }
    const [bullmq = [], requests = []] = rounds
    return [...judged(bullmq, requests), ...names.map((name, index) => told(name, rounds[index] ?? []))]
  } finally {
    for (const way of ways) await way.close()
  }
}

function judged(bullmq: readonly Round[], requests: readonly Round[]): Row[] {
  const compared = (figure: (round: Round) => number) =>
    compare(bullmq.flatMap((theirs, i) => (requests[i] ? [[figure(theirs), figure(requests[i])]] : [])))
  return [
    ratioRow('T13', 'command to another process ÷ job of BullMQ, median time, one at a time', {
      atMost: 0.5,
      compared: compared(({ alone }) => alone.p50Micros),
      detail: `${ALONE.calls} commands a round, ${ROUNDS} rounds`,
    }),
    ratioRow('T13', 'the same, CPU of client, server and Redis a command, 16 at a time', {
      atMost: 0.4,
      compared: compared(({ cpuMicros }) => sum(cpuMicros)),
      detail: `${CROWD.calls} commands a round, ${ROUNDS} rounds`,
    }),
  ]
}

const WHAT: Record<CommandWayName, string> = {
  bullmq: 'job of BullMQ, waited for',
  requests: "the console's own commands",
  stream: 'bare stream with a consumer group, which promises less',
}

function told(way: CommandWayName, rounds: readonly Round[]): Row {
  const middle = (figure: (round: Round) => number): number => median(rounds.map(figure))
  const ms = (micros: number): string => (micros / 1_000).toFixed(2)
  const p50 = middle(({ alone }) => alone.p50Micros)
  const p99 = middle(({ alone }) => alone.p99Micros)
  const rate = middle(({ crowd }) => CROWD.calls / crowd.seconds)
  const cpu = [0, 1, 2].map((part) => middle(({ cpuMicros }) => cpuMicros[part] ?? 0).toFixed(0))
  return information(
    'T13',
    WHAT[way],
    `p50 ${ms(p50)}, p99 ${ms(p99)} ms alone`,
    `${rate.toFixed(0)} a second 16 at a time; ${cpu.join(' + ')} ms CPU of client, server and Redis per 1,000`,
  )
}

async function openWay(way: CommandWayName) {
  const redis = await startMeasuredRedis()
  const server = await start(way, 'serve', redis, SERVER_CORE)
  const client = await start(way, 'ask', redis, OTHER_CORE)
  const spent = async (): Promise<readonly [number, number, number]> => {
    const idle = { calls: 0, atOnce: 0 }
    const [of, by] = [await order(client, idle), await order(server, idle)]
    return [of.cpuMicros, by.cpuMicros, (await redis.counters()).cpuMicros]
  }
  return {
    async round(): Promise<Round> {
      const alone = await order(client, ALONE)
      const before = await spent()
      const crowd = await order(client, CROWD)
      const after = await spent()
      const each = (part: 0 | 1 | 2): number => (after[part] - before[part]) / CROWD.calls
      if (!alone.figures || !crowd.figures) throw new Error('the client has not measured')
      return { alone: alone.figures, crowd: crowd.figures, cpuMicros: [each(0), each(1), each(2)] }
    },
    async close(): Promise<void> {
      for (const child of [client, server]) {
        child.disconnect()
        await once(child, 'exit')
      }
      await redis.stop()
    },
  }
}

async function start(
  way: CommandWayName,
  role: 'serve' | 'ask',
  redis: RedisUnderTest,
  core: string,
): Promise<ChildProcess> {
  const child = fork(PROGRAM, [way, role, redis.url], { env: { ...process.env, NODE_ENV: 'production' } })
  await once(child, 'message')
  pin(child.pid ?? 0, core)
  return child
}

async function order(child: ChildProcess, what: Order): Promise<Report> {
  const answered = once(child, 'message')
  child.send(what)
  const [report] = (await answered) as unknown[]
  return Report.parse(report)
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
