import { argon2 } from 'node:crypto'
import { promisify } from 'node:util'
import { CREDENTIALS, send, startConsole } from './console-under-test.ts'
import { percentile } from './load.ts'
import { row, type Row } from './report.ts'

const LOGINS = 50

/** T16: ordinary reads stay quick while fifty sign-ins queue for the password hash. */
export async function loginStorm(): Promise<Row[]> {
  const console_ = await startConsole()
  try {
    const quiet = await readsUntil(console_, pauseOf(2_000))
    const startedAt = performance.now()
    // From different addresses: the storm is about hashing, not about limits.
    const storm = Promise.all(
      Array.from({ length: LOGINS }, async (_, index) => {
        const from = { 'x-forwarded-for': `198.51.100.${index + 1}` }
        return (await send(`${console_.url}/session`, CREDENTIALS, from)).status
      }),
    )
    const busy = await readsUntil(console_, storm)
    const seconds = (performance.now() - startedAt) / 1000
    const statuses = await storm
    const done = statuses.filter((status) => status === 200).length
    const rate = done / seconds
    const raw = await rawHashesPerSecond()
    const slowdown = percentile(busy, 0.95) / percentile(quiet, 0.95)
    return [
      row('T16', `read p95 while ${LOGINS} sign-ins queue ÷ quiet`, {
        target: '≤ 2',
        value: slowdown.toFixed(2),
        met: slowdown <= 2,
        detail: `${percentile(quiet, 0.95).toFixed(1)} and ${percentile(busy, 0.95).toFixed(1)} ms; p99 busy ${percentile(busy, 0.99).toFixed(1)} ms`,
      }),
      row('T16', 'sign-ins per second ÷ raw argon2id at the same width', {
        target: '≥ 0.85',
        value: (rate / raw).toFixed(2),
        met: rate / raw >= 0.85,
        detail: `${rate.toFixed(1)} and ${raw.toFixed(1)} per second; ${done} of ${LOGINS} signed in, others ${[...new Set(statuses.filter((status) => status !== 200))].join(', ') || 'none'}`,
      }),
    ]
  } finally {
    await console_.stop()
  }
}

async function pauseOf(ms: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, ms))
}

async function readsUntil(
  console_: Awaited<ReturnType<typeof startConsole>>,
  end: Promise<unknown>,
): Promise<number[]> {
  const ended = new AbortController()
  void end.finally(() => ended.abort())
  const latencies: number[] = []
  while (!ended.signal.aborted) {
    const sentAt = performance.now()
    await console_.get('/hosts/local/jails')
    latencies.push(performance.now() - sentAt)
  }
  return latencies.toSorted((a, b) => a - b)
}

async function rawHashesPerSecond(): Promise<number> {
  const hash = promisify(argon2)
  const options = {
    message: 'x'.repeat(28),
    nonce: Buffer.alloc(16),
    parallelism: 1,
    tagLength: 32,
    memory: 19_456,
    passes: 2,
  }
  const startedAt = performance.now()
  const runner = async (): Promise<void> => {
    for (let round = 0; round < LOGINS / 2; round += 1) await hash('argon2id', options)
  }
  await Promise.all([runner(), runner()])
  return LOGINS / ((performance.now() - startedAt) / 1000)
}
