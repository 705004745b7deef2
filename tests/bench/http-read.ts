import { startConsole } from './console-under-test.ts'
import { jailReads, JAILS } from './jail-list.ts'
import { comparePairs } from './pairs.ts'
import { ratioRow, type Row } from './report.ts'
import { startServer } from './server-process.ts'

const REFERENCE = new URL('./reference/bare-express.ts', import.meta.url).pathname

/** T2: an authenticated read of about 2 kB through the whole chain, against bare Express sending the same bytes. */
export async function httpRead(): Promise<Row[]> {
  const console_ = await startConsole({ moreJails: true })
  const body = await console_.settled(JAILS)
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
      const candidate = await jailReads(console_)
      const { cpu, requests, failures } = await comparePairs(
        { server: reference, port, path: '/', bytes: candidate.bytes },
        candidate,
        { connections, seconds: 2 },
      )
      rows.push(
        ratioRow('T2', `authenticated read ÷ bare Express, CPU per request, ${connections} connections`, {
          atMost: 1.6,
          compared: cpu,
          detail: `${candidate.bytes} bytes; ${requests} requests, ${failures} failed, same bytes: ${same}`,
        }),
      )
    }
  } finally {
    await reference.stop()
    await console_.stop()
  }
  return rows
}
