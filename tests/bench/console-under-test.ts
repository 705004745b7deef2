import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { startFail2ban } from '../support/fail2ban-server.ts'
import { startServer, type ServerProcess } from './server-process.ts'

export type Fail2ban = Awaited<ReturnType<typeof startFail2ban>>

export interface ConsoleUnderTest {
  readonly server: ServerProcess
  readonly fail2ban: Fail2ban
  readonly port: number
  readonly url: string
  /** `Cookie` header of a signed-in administrator. */
  readonly cookie: string
  /** So many further sessions of the same administrator. */
  signInOften(count: number): Promise<string[]>
  /** A JSON answer of the API. */
  get(path: string): Promise<unknown>
  post(path: string, body: unknown): Promise<Response>
  stop(): Promise<void>
}

export const CREDENTIALS = { username: 'bench', password: 'correct horse battery staple' }
/** A jail whose bans run no shell command: filling it costs what fail2ban itself costs. */
const MANY = `[many]
enabled = true
filter = sshd
logpath = %(root)s/log/extra.log
bantime = -1
action =
`

const MAIN = resolve(import.meta.dirname, '../../dist/server/main.js')

/** The real console, compiled, on a real private fail2ban, with an administrator signed in. */
export async function startConsole(): Promise<ConsoleUnderTest> {
  const folder = mkdtempSync(join(tmpdir(), 'bangui-bench-'))
  const fail2ban = await startFail2ban({
    extraJails: MANY,
    expectedJails: ['sshd', 'nginx-http-auth', 'recidive', 'many'],
  })
  let port = 0
  const server = await startServer({
    script: MAIN,
    env: {
      PORT: '0',
      // Lets a measurement come from many addresses.
      TRUST_PROXY: '1',
      LOG_FORMAT: 'json',
      DATABASE_URL: `sqlite:${join(folder, 'bangui.db')}`,
      FAIL2BAN_SOCKET: fail2ban.socket,
      FAIL2BAN_CONFIG_DIR: fail2ban.configDir,
      BANGUI_ADMIN_USER: CREDENTIALS.username,
      BANGUI_ADMIN_PASSWORD: CREDENTIALS.password,
    },
    ready: (line) => {
      port ||= Number(/"port":(\d+)/.exec(line)?.[1] ?? 0)
      return port > 0
    },
  })
  const url = `http://127.0.0.1:${port}/api/v1`
  const cookie = await signIn(url, '192.0.2.1')
  return {
    server,
    fail2ban,
    port,
    url,
    cookie,
    signInOften: async (count) => {
      const cookies: string[] = []
      while (cookies.length < count) {
        cookies.push(
          ...(await Promise.all(
            Array.from({ length: 4 }, (_, index) =>
              signIn(url, `198.51.100.${((cookies.length + index) % 254) + 1}`),
            ),
          )),
        )
      }
      return cookies
    },
    get: async (path) => (await fetch(url + path, { headers: { cookie } })).json(),
    post: (path, body) => send(url + path, body, { cookie }),
    stop: async () => {
      await server.stop()
      await fail2ban.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

export function send(url: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  })
}

/** From `address`: so many sign-ins from one would meet its limit. */
async function signIn(url: string, address: string): Promise<string> {
  const answer = await send(`${url}/session`, CREDENTIALS, { 'x-forwarded-for': address })
  if (!answer.ok) throw new Error(`Signing in failed: ${answer.status} ${await answer.text()}`)
  return answer.headers
    .getSetCookie()
    .map((cookie) => cookie.split(';')[0])
    .join('; ')
}

/** `count` different documentation-range entries: IPv6, since the IPv4 ranges hold too few. */
export function addresses(count: number): string[] {
  return Array.from({ length: count }, (_, index) => {
    const high = Math.floor(index / 0xffff) + 1
    return `2001:db8:${high.toString(16)}::${((index % 0xffff) + 1).toString(16)}`
  })
}
