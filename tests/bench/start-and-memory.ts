import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { compare, median } from './pairs.ts'
import { startMeasuredRedis } from './redis-under-test.ts'
import { row, type Row } from './report.ts'
import { startServer } from './server-process.ts'

const REFERENCE = new URL('./reference/bare-express.ts', import.meta.url).pathname
const MAIN = resolve(import.meta.dirname, '../../dist/server/main.js')
const ROUNDS = 7

interface Start {
  readonly readyMs: number
  readonly rssBytes: number
}

/** T15: time from spawn to listening, against bare Express; resident memory when idle; with state in memory and in Redis. */
export async function startAndMemory(): Promise<Row[]> {
  const redis = await startMeasuredRedis()
  const bare: Start[] = []
  const memory: Start[] = []
  const shared: Start[] = []
  try {
    for (let round = 0; round < ROUNDS; round += 1) {
      bare.push(await startBare())
      memory.push(await startConsole({}))
      shared.push(await startConsole({ STATE_BACKEND: 'redis', REDIS_URL: redis.url }))
      await redis.clear()
    }
  } finally {
    await redis.stop()
  }
  return [...rowsOf('state in memory', bare, memory, 110), ...rowsOf('state in Redis', bare, shared, 140)]
}

function rowsOf(
  what: string,
  bare: readonly Start[],
  starts: readonly Start[],
  mostMegabytes: number,
): Row[] {
  const pairs = bare.flatMap((reference, i) =>
    starts[i] ? [[reference.readyMs, starts[i].readyMs] as const] : [],
  )
  const { ratio, range, reference, candidate } = compare(pairs)
  const megabytes = median(starts.map(({ rssBytes }) => rssBytes)) / 1_000_000
  return [
    row('T15', `start until listening ÷ bare Express (TypeScript), ${what}`, {
      target: '≤ 3',
      value: ratio.toFixed(2),
      met: ratio <= 3,
      detail: `[${range[0].toFixed(2)}-${range[1].toFixed(2)}], ${reference.toFixed(0)} and ${candidate.toFixed(0)} ms, new database each time`,
    }),
    row('T15', `resident memory, idle, ${what}`, {
      target: `≤ ${mostMegabytes} MB`,
      value: `${megabytes.toFixed(0)} MB`,
      met: megabytes <= mostMegabytes,
      detail: '3 s after start, median',
    }),
  ]
}

async function startBare(): Promise<Start> {
  const started = await startServer({
    script: REFERENCE,
    env: { BODY: '{}' },
    ready: (line) => line.startsWith('listening'),
  })
  await started.stop()
  return { readyMs: started.readyMs, rssBytes: 0 }
}

async function startConsole(env: Record<string, string>): Promise<Start> {
  const folder = mkdtempSync(join(tmpdir(), 'bangui-bench-'))
  const started = await startServer({
    script: MAIN,
    env: {
      PORT: '0',
      LOG_FORMAT: 'json',
      DATABASE_URL: `sqlite:${join(folder, 'bangui.db')}`,
      FAIL2BAN_SOCKET: join(folder, 'none.sock'),
      ...env,
    },
    ready: (line) => line.includes('"port":'),
  })
  await pause(3_000)
  const rssBytes = started.rssBytes()
  await started.stop()
  rmSync(folder, { recursive: true, force: true })
  return { readyMs: started.readyMs, rssBytes }
}
