import { setTimeout as pause } from 'node:timers/promises'
import { connect } from 'node:net'
import { addresses, startConsole, type ConsoleUnderTest } from './console-under-test.ts'
import { load, percentile } from './load.ts'
import { row, type Row } from './report.ts'

const BANS = 100_000
const PING = Buffer.concat([
  Buffer.from('80025d28580400000070696e67652e', 'hex'),
  Buffer.from('<F2B_END_COMMAND>'),
])

/** T7 and T15 at 100,000 active bans in a real fail2ban, and what bulk commands cost its other clients. */
export async function manyBans(): Promise<Row[]> {
  const console_ = await startConsole()
  try {
    const rows = [await bulkBan(console_)]
    await fillWith(console_)
    rows.push(...(await pages(console_)))
    const megabytes = console_.server.rssBytes() / 1_000_000
    rows.push(
      row('T15', `resident memory with ${BANS} active bans, after load`, {
        target: '≤ 250 MB',
        value: `${megabytes.toFixed(0)} MB`,
        met: megabytes <= 250,
        detail: 'one process, all roles',
      }),
    )
    return rows
  } finally {
    await console_.stop()
  }
}

/** Two thousand bans through the API while another client of fail2ban pings without pause. */
async function bulkBan(console_: ConsoleUnderTest): Promise<Row> {
  const waits: number[] = []
  const done = new AbortController()
  const pings = (async () => {
    while (!done.signal.aborted) waits.push(await ping(console_.fail2ban.socket))
  })()
  const all = addresses(2_000)
  const startedAt = performance.now()
  for (let from = 0; from < all.length; from += 500) {
    const answer = await console_.post('/hosts/local/jails/sshd/bans', { ips: all.slice(from, from + 500) })
    if (!answer.ok) throw new Error(`Banning failed: ${answer.status} ${await answer.text()}`)
  }
  const seconds = (performance.now() - startedAt) / 1000
  done.abort()
  await pings
  const sorted = waits.toSorted((a, b) => a - b)
  const worst = sorted.at(-1) ?? Number.NaN
  return row(
    'bulk',
    'worst wait of another fail2ban client while 2,000 addresses are banned (one shell action each)',
    {
      target: '< 50 ms',
      value: `${worst.toFixed(1)} ms`,
      met: worst < 50,
      detail: `p99 ${percentile(sorted, 0.99).toFixed(1)} ms over ${sorted.length} pings; ${(all.length / seconds).toFixed(0)} bans a second`,
    },
  )
}

/** Milliseconds of one ping on a new connection; a full backlog refuses at once, which is waiting, too. */
async function ping(socketPath: string): Promise<number> {
  const startedAt = performance.now()
  while (!(await pingOnce(socketPath))) await pause(2)
  return performance.now() - startedAt
}

async function pingOnce(socketPath: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const socket = connect(socketPath)
    socket.once('connect', () => socket.write(PING))
    socket.once('data', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', (error) => {
      if ('code' in error && error.code === 'EAGAIN') resolve(false)
      else reject(error)
    })
  })
}

async function fillWith(console_: ConsoleUnderTest): Promise<void> {
  const all = addresses(BANS)
  for (let from = 0; from < all.length; from += 500) {
    await console_.fail2ban.client('set', 'many', 'banip', ...all.slice(from, from + 500))
  }
  const reached = async (): Promise<boolean> => {
    const page = await console_.get('/bans?jail=many&limit=1')
    return typeof page === 'object' && page !== null && 'total' in page && page.total === BANS
  }
  const startedAt = performance.now()
  while (!(await reached())) {
    if (performance.now() - startedAt > 120_000)
      throw new Error('The console did not follow 100,000 bans within two minutes.')
    await pause(200)
  }
}

async function pages(console_: ConsoleUnderTest): Promise<Row[]> {
  const cookies = await console_.signInOften(100)
  const one = async (path: string, connections: number): Promise<number> => {
    const result = await load({ port: console_.port, path, cookies, connections, seconds: 4 })
    if (result.failures > 0)
      throw new Error(`${result.failures} of ${result.requests} requests for ${path} failed`)
    return percentile(result.latencies, 0.95)
  }
  const figure = async (what: string, path: string, connections: number, limitMs: number): Promise<Row> => {
    const p95 = await one(path, connections)
    return row('T7', `${what}, 95th percentile at ${BANS} bans`, {
      target: `≤ ${limitMs} ms`,
      value: `${p95.toFixed(1)} ms`,
      met: p95 <= limitMs,
      detail: `${connections} client${connections > 1 ? 's' : ''}, over HTTP`,
    })
  }
  return [
    await figure('page of 50', '/api/v1/bans?limit=50', 1, 5),
    await figure('page of 50 of one jail', '/api/v1/bans?limit=50&jail=many', 1, 5),
    await figure('page of 100 in the middle', '/api/v1/bans?limit=100&offset=50000', 1, 5),
    await figure('page of 100 at the end', '/api/v1/bans?limit=100&offset=99900', 1, 5),
    await figure('search for a part that few have', '/api/v1/bans?limit=100&q=1::a7', 1, 10),
    await figure('search for a part that many have', '/api/v1/bans?limit=100&q=b8:1::', 1, 10),
    await figure('search for two letters', '/api/v1/bans?limit=100&q=a7', 1, 10),
    await figure('page of 50', '/api/v1/bans?limit=50', 16, 60),
    await figure('search for a part that few have', '/api/v1/bans?limit=100&q=1::a7', 16, 60),
  ]
}
