import { startConsole } from './console-under-test.ts'
import { comparePairs } from './pairs.ts'
import { row, type Row } from './report.ts'
import { startServer } from './server-process.ts'

const REFERENCE = new URL('./reference/bare-express.ts', import.meta.url).pathname

/** Each may make 1,200 requests a minute. */
const SESSIONS = 250

/** T2: an authenticated read of about 2 kB through the whole chain, against bare Express sending the same bytes. */
export async function httpRead(): Promise<Row[]> {
  const console_ = await startConsole()
  const path = '/api/v1/hosts/local/jails'
  const body = await (
    await fetch(`http://127.0.0.1:${console_.port}${path}`, { headers: { cookie: console_.cookie } })
  ).text()
  let port = 0
  const reference = await startServer({
    script: REFERENCE,
    env: { BODY: body },
    ready: (line) => {
      port = Number(/^listening (\d+)/.exec(line)?.[1] ?? 0)
      return port > 0
    },
  })
  const rows: Row[] = []
  try {
    const same = (await (await fetch(`http://127.0.0.1:${port}/`)).text()) === body
    for (const connections of [16, 64]) {
      const cookies = await console_.signInOften(SESSIONS)
      const result = await comparePairs(
        { server: reference, port, path: '/' },
        { server: console_.server, port: console_.port, path, cookies },
        { connections, seconds: 2 },
      )
      const low = result.range[0].toFixed(2)
      const high = result.range[1].toFixed(2)
      rows.push(
        row(
          'T2',
          `authenticated read of ${body.length} bytes ÷ bare Express, CPU per request, ${connections} connections`,
          {
            target: '≤ 1.6',
            value: result.ratio.toFixed(2),
            met: result.ratio <= 1.6,
            detail: `[${low}-${high}], ${result.referenceMicros.toFixed(0)} and ${result.candidateMicros.toFixed(0)} µs, ${result.requests} requests, ${result.failures} failed, same bytes: ${same}`,
          },
        ),
      )
    }
  } finally {
    await reference.stop()
    await console_.stop()
  }
  return rows
}
