import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { median } from './pairs.ts'
import { row, type Row } from './report.ts'
import { startServer } from './server-process.ts'

const REFERENCE = new URL('./reference/bare-express.ts', import.meta.url).pathname
const MAIN = resolve(import.meta.dirname, '../../dist/server/main.js')
const ROUNDS = 7

/** T15: time from spawn to listening, against bare Express; resident memory when idle. */
export async function startAndMemory(): Promise<Row[]> {
  const reference: number[] = []
  const console_: number[] = []
  let rssBytes = 0
  for (let round = 0; round < ROUNDS; round += 1) {
    const bare = await startServer({
      script: REFERENCE,
      env: { BODY: '{}' },
      ready: (line) => line.startsWith('listening'),
    })
    reference.push(bare.readyMs)
    await bare.stop()
    const folder = mkdtempSync(join(tmpdir(), 'bangui-bench-'))
    const started = await startServer({
      script: MAIN,
      env: {
        PORT: '0',
        LOG_FORMAT: 'json',
        DATABASE_URL: `sqlite:${join(folder, 'bangui.db')}`,
        FAIL2BAN_SOCKET: join(folder, 'none.sock'),
      },
      ready: (line) => line.includes('"port":'),
    })
    console_.push(started.readyMs)
    if (round === ROUNDS - 1) {
      await pause(3_000)
      rssBytes = started.rssBytes()
    }
    await started.stop()
    rmSync(folder, { recursive: true, force: true })
  }
  const ratio = median(console_) / median(reference)
  const megabytes = rssBytes / 1_000_000
  return [
    row('T15', 'start until listening ÷ bare Express (TypeScript)', {
      target: '≤ 3',
      value: ratio.toFixed(2),
      met: ratio <= 3,
      detail: `${median(reference).toFixed(0)} and ${median(console_).toFixed(0)} ms, new database each time`,
    }),
    row('T15', 'resident memory, idle', {
      target: '≤ 110 MB',
      value: `${megabytes.toFixed(0)} MB`,
      met: megabytes <= 110,
      detail: '3 s after start',
    }),
  ]
}
