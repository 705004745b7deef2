import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { waitFor } from './wait-for.ts'

const MAIN = resolve(import.meta.dirname, '../../src/server/main.ts')

export const ADMIN = { username: 'admin', password: 'correct horse battery staple' } as const

export interface ConsoleProcess {
  readonly pid: number
  /** `http://127.0.0.1:PORT`, or whatever HOST says; empty while it does not listen. */
  url(): string
  /** Everything it wrote so far, standard output and error together. */
  output(): string
  signal(signal: NodeJS.Signals): void
  /** Its exit status; null when a signal ended it. */
  readonly exited: Promise<number | null>
  /** Ends it properly. Idempotent. */
  stop(): Promise<void>
}

/** A folder for a database, removed by `dispose`. */
export function temporaryFolder(): { path: string; database: string; dispose: () => void } {
  const path = mkdtempSync(join(tmpdir(), 'bangui-console-'))
  return {
    path,
    database: `sqlite:${join(path, 'bangui.db')}`,
    dispose: () => rmSync(path, { recursive: true, force: true }),
  }
}

/** For whom a file's mode holds: root may do everything, unless this takes the privilege away. */
export const AS_ANYBODY: readonly string[] =
  process.getuid?.() === 0 ? ['setpriv', '--inh-caps=-dac_override', '--bounding-set=-dac_override'] : []

/**
 * The real program in a process of its own, on a free port and with nothing of this machine's fail2ban unless told. `through`
 * is a program that starts it, with its arguments.
 */
export function spawnConsole(
  env: Readonly<Record<string, string>>,
  script = MAIN,
  through: readonly string[] = [],
): ConsoleProcess {
  const line = [...through, process.execPath, '--disable-warning=ExperimentalWarning', script]
  const child = spawn(line[0] ?? process.execPath, line.slice(1), {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env['PATH'] ?? '',
      LOG_FORMAT: 'json',
      PORT: '0',
      FAIL2BAN_SOCKET: '/nonexistent/fail2ban.sock',
      ...env,
    },
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8')
    stream.on('data', (text: string) => (output += text))
  }
  // `close` comes when the output is complete, too.
  const exited = once(child, 'close').then(([status]) => status as number | null)
  return {
    pid: child.pid ?? 0,
    url: () => {
      const [, host, port] = /"host":"([\d.]+)","port":(\d+)/.exec(output) ?? []
      return port === undefined ? '' : `http://${host}:${port}`
    },
    output: () => output,
    signal: (signal) => void child.kill(signal),
    exited,
    stop: async () => {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM')
      await exited
    },
  }
}

/** The same, once it is ready to serve; ends it and throws with its output when it does not get there. */
export async function startConsole(
  env: Readonly<Record<string, string>>,
  script = MAIN,
): Promise<ConsoleProcess> {
  const admin = { BANGUI_ADMIN_USER: ADMIN.username, BANGUI_ADMIN_PASSWORD: ADMIN.password }
  const console_ = spawnConsole({ ...admin, ...env }, script)
  let ended = false
  void console_.exited.then(() => (ended = true))
  const ready = async (): Promise<boolean> => {
    if (ended) return true
    return console_.url() !== '' && (await fetch(`${console_.url()}/readyz`)).ok
  }
  try {
    await waitFor(ready, { what: 'the console to be ready', timeoutMs: 60_000, everyMs: 50 })
    if (ended) throw new Error('It ended.')
  } catch (error) {
    await console_.stop()
    throw new Error(`The console did not start:\n${console_.output()}`, { cause: error })
  }
  return console_
}

/** Signs in and gives the `Cookie` header of the new session. */
export async function signIn(url: string, credentials: object = ADMIN): Promise<string> {
  const answer = await fetch(`${url}/api/v1/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(credentials),
  })
  if (!answer.ok) throw new Error(`Signing in failed: ${answer.status} ${await answer.text()}`)
  return answer.headers
    .getSetCookie()
    .map((cookie) => cookie.split(';')[0])
    .join('; ')
}
