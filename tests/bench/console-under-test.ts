import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { startFail2ban } from '../support/fail2ban-server.ts'
import { waitFor } from '../support/wait-for.ts'
import type { RedisUnderTest } from './redis-under-test.ts'
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
  /** The body at a path of the API, once the console has come to rest and says the same again and again. */
  settled(path: string): Promise<string>
  /** A JSON answer of the API. */
  get(path: string): Promise<unknown>
  post(path: string, body: unknown): Promise<Response>
  stop(): Promise<void>
}

export const CREDENTIALS = { username: 'bench', password: 'correct horse battery staple' }
/** A jail whose bans run no shell command: filling it costs what fail2ban itself costs. */
const MANY = jailOf('many')
/** With these the list of all jails is about 2 kB. */
const MORE_JAILS = ['postfix', 'dovecot', 'proftpd', 'asterisk', 'vsftpd']

function jailOf(name: string): string {
  return `[${name}]
enabled = true
filter = sshd
logpath = %(root)s/log/extra.log
bantime = -1
action =
`
}

const MAIN = resolve(import.meta.dirname, '../../dist/server/main.js')

export interface ConsoleOptions {
  /** Where it keeps its state; in its own memory without. */
  readonly redis?: Pick<RedisUnderTest, 'url'>
  /** Processes that serve; one unless told. */
  readonly workers?: number
  /** In the words of `taskset`. */
  readonly cores?: string
  /** So that the list of jails is about 2 kB. */
  readonly moreJails?: boolean
}

/** The real console, compiled, on a real private fail2ban, with an administrator signed in. */
export async function startConsole(options: ConsoleOptions = {}): Promise<ConsoleUnderTest> {
  const { redis, workers = 1, cores, moreJails = false } = options
  const further = moreJails ? MORE_JAILS : []
  const folder = mkdtempSync(join(tmpdir(), 'bangui-bench-'))
  const fail2ban = await startFail2ban({
    extraJails: [MANY, ...further.map(jailOf)].join('\n'),
    expectedJails: ['sshd', 'nginx-http-auth', 'recidive', 'many', ...further],
  })
  let port = 0
  let listening = 0
  const server = await startServer({
    script: MAIN,
    ...(cores !== undefined && { cores }),
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
      BANGUI_WORKERS: String(workers),
      ...(redis && { STATE_BACKEND: 'redis', REDIS_URL: redis.url }),
    },
    ready: (line) => {
      const found = Number(/"port":(\d+)/.exec(line)?.[1] ?? 0)
      if (found > 0) listening += 1
      port ||= found
      return listening === workers
    },
  })
  const isReady = async (): Promise<boolean> => (await fetch(`http://127.0.0.1:${port}/readyz`)).ok
  await waitFor(isReady, { what: 'the console to be ready', timeoutMs: 30_000 })
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
    async settled(path) {
      const body = async (): Promise<string> => (await fetch(url + path, { headers: { cookie } })).text()
      let last = await body()
      for (let same = 0; same < 3;) {
        await pause(500)
        const next = await body()
        same = next === last ? same + 1 : 0
        last = next
      }
      return last
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
