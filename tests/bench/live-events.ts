import { get, type IncomingMessage } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import { addresses, startConsole, type ConsoleUnderTest } from './console-under-test.ts'
import { row, type Row } from './report.ts'

const CLIENTS = 200
const EVENTS_PER_SECOND = 50
const SECONDS = 20

/** T12: many open streams while bans come in quick succession: no event lost, little CPU. */
export async function liveEvents(): Promise<Row[]> {
  const console_ = await startConsole()
  try {
    const received = Array.from({ length: CLIENTS }, () => 0)
    // One session may have twenty streams.
    const cookies = await console_.signInOften(CLIENTS / 20)
    const streams = await Promise.all(
      received.map((_, index) =>
        open(console_, cookies[index % cookies.length] ?? '', (count) => {
          received[index] = (received[index] ?? 0) + count
        }),
      ),
    )
    await pause(1_000)
    const idle = await cpuShare(console_, pause(5_000))
    const all = addresses(EVENTS_PER_SECOND * SECONDS)
    const busy = await cpuShare(console_, banSteadily(console_, all))
    const expected = all.length * CLIENTS
    const startedAt = performance.now()
    while (
      received.reduce((sum, count) => sum + count, 0) < expected &&
      performance.now() - startedAt < 10_000
    ) {
      await pause(50)
    }
    const delivered = received.reduce((sum, count) => sum + count, 0)
    for (const stream of streams) stream.destroy()
    return [
      row('T12', `deliveries to ${CLIENTS} streams at ${EVENTS_PER_SECOND} bans a second`, {
        target: 'none lost',
        value: `${delivered} of ${expected}`,
        met: delivered === expected,
        detail: `${(((busy - idle) * 1e6 * SECONDS) / delivered).toFixed(1)} µs CPU each, following fail2ban included`,
      }),
      row('T12', 'CPU of one core meanwhile', {
        target: '≤ 8 % at 500 streams',
        value: `${(busy * 100).toFixed(1)} %`,
        met: busy * (500 / CLIENTS) <= 0.08,
        detail: `${(idle * 100).toFixed(1)} % before the bans; ${CLIENTS} streams; the ingest of the bans is in it`,
      }),
    ]
  } finally {
    await console_.stop()
  }
}

function open(
  console_: ConsoleUnderTest,
  cookie: string,
  onEvents: (count: number) => void,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const request = get(`${console_.url}/events`, { headers: { cookie } }, (answer) => {
      let rest = ''
      answer.setEncoding('utf8')
      answer.on('data', (chunk: string) => {
        const lines = (rest + chunk).split('\n')
        rest = lines.pop() ?? ''
        onEvents(lines.filter((line) => line === 'event: ban').length)
      })
      answer.once('error', () => undefined)
      resolve(answer)
    })
    request.once('error', reject)
  })
}

async function banSteadily(console_: ConsoleUnderTest, all: readonly string[]): Promise<void> {
  const half = EVENTS_PER_SECOND / 2
  for (let from = 0; from < all.length; from += half) {
    const next = pause(500)
    await console_.fail2ban.client('set', 'many', 'banip', ...all.slice(from, from + half))
    await next
  }
}

/** Share of one core that the console used while `work` lasted. */
async function cpuShare(console_: ConsoleUnderTest, work: Promise<unknown>): Promise<number> {
  const [cpu, startedAt] = [console_.server.cpuMicros(), performance.now()]
  await work
  return (console_.server.cpuMicros() - cpu) / ((performance.now() - startedAt) * 1000)
}
