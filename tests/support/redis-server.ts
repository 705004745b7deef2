import { execFile, execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { waitFor } from './wait-for.ts'

const run = promisify(execFile)

export interface RedisOptions {
  /** Lines of redis.conf beyond the defaults, which keep nothing and listen on 127.0.0.1 alone. */
  readonly config?: readonly string[]
  /** A free one unless named. */
  readonly port?: number
  /** Asked of the default user. */
  readonly password?: string
  /** A second user with the rights of `CONSOLE_RIGHTS`; `url` is then for this one. */
  readonly user?: { readonly name: string; readonly password: string }
  /** Answers TLS alone, with a certificate of its own for 127.0.0.1 and localhost: `caFile`. */
  readonly tls?: boolean
}

/** All that a console needs of an access control list. */
export const CONSOLE_RIGHTS = '~{bangui}:* ~bangui:* &bangui:* +@all -@dangerous +info'

export interface RedisServer {
  readonly port: number
  /** `redis://USER:PASSWORD@127.0.0.1:PORT/0`, `rediss` with TLS, without what was not asked for. */
  readonly url: string
  /** Folder of its configuration, log and data; gone after `stop`. */
  readonly folder: string
  /** Whom its certificate is to be checked against; exists with `tls` alone. */
  readonly caFile: string
  /** Undefined while it does not run. */
  pid(): number | undefined
  /** The real redis-cli, as the default user; rejects when it cannot connect. Redis's own errors come as text. */
  cli(...args: readonly string[]): Promise<string>
  log(): string
  /** Adds lines to redis.conf, for the next start. */
  configure(...lines: readonly string[]): void
  /** Begins the process on the same folder and port, without waiting for it. */
  launch(): void
  /** Ends it without cleaning up, as a crash. */
  kill(): Promise<void>
  /** Launches it again and waits until it answers. */
  restart(): Promise<void>
  /** Stops the process where it stands, as a hung server; `thaw` lets it go on. */
  freeze(): void
  thaw(): void
  /** Ends it and removes the folder. Idempotent. */
  stop(): Promise<void>
}

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

/** Describes a redis-server of our own in a temporary folder; `launch` or `restart` begins it. It dies with this process. */
export async function prepareRedis(options: RedisOptions = {}): Promise<RedisServer> {
  const { password, user, tls = false } = options
  const port = options.port ?? (await freePort())
  const folder = mkdtempSync(join(tmpdir(), 'bangui-redis-'))
  const caFile = join(folder, 'tls.crt')
  if (tls) makeCertificate(folder)
  const file = join(folder, 'redis.conf')
  const lines = [
    ...(tls
      ? ['port 0', `tls-port ${port}`, `tls-cert-file ${caFile}`, `tls-key-file ${join(folder, 'tls.key')}`]
      : [`port ${port}`]),
    ...(tls ? [`tls-ca-cert-file ${caFile}`, 'tls-auth-clients no'] : []),
    ...(password === undefined ? [] : [`requirepass ${password}`]),
    ...(user === undefined ? [] : [`user ${user.name} on >${user.password} ${CONSOLE_RIGHTS}`]),
    'save ""',
    'appendonly no',
    ...(options.config ?? []),
  ]
  const server = serverProcess({ folder, file, lines })
  const connection = ['-h', '127.0.0.1', '-p', String(port), ...(tls ? ['--tls', '--cacert', caFile] : [])]
  const env = { ...process.env, ...(password === undefined ? {} : { REDISCLI_AUTH: password }) }
  const cli = async (...args: readonly string[]): Promise<string> =>
    (await run('redis-cli', [...connection, ...args], { maxBuffer: 64 << 20, env })).stdout
  return {
    ...server,
    port,
    url: `${tls ? 'rediss' : 'redis'}://${credentials(options)}127.0.0.1:${port}/0`,
    caFile,
    cli,
    async restart() {
      await server.kill()
      server.launch()
      await waitFor(async () => /PONG|NOAUTH/.test(await cli('ping')), {
        what: 'redis-server to answer',
        timeoutMs: 20_000,
      })
    },
  }
}

/** A real redis-server that answers. */
export async function startRedis(options: RedisOptions = {}): Promise<RedisServer> {
  const redis = await prepareRedis(options)
  await redis.restart()
  return redis
}

function credentials({ user, password }: RedisOptions): string {
  if (user) return `${user.name}:${encodeURIComponent(user.password)}@`
  return password === undefined ? '' : `:${encodeURIComponent(password)}@`
}

/** `tls.crt` and `tls.key` in the folder, which vouch for themselves as 127.0.0.1 and localhost. */
export function makeCertificate(folder: string): void {
  const names = 'subjectAltName=DNS:localhost,IP:127.0.0.1'
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', 'tls.key']
  execFileSync(
    'openssl',
    ['req', '-x509', '-days', '2', '-subj', '/CN=localhost', '-addext', names, ...key, '-out', 'tls.crt'],
    { cwd: folder, stdio: 'ignore' },
  )
}

type Process = Pick<
  RedisServer,
  'folder' | 'pid' | 'log' | 'configure' | 'launch' | 'kill' | 'freeze' | 'thaw' | 'stop'
>

/** A redis-server, or with `--sentinel` a Sentinel, on a configuration of its own. */
export function serverProcess(options: {
  folder: string
  file: string
  lines: readonly string[]
  args?: readonly string[]
}): Process {
  const { folder, file } = options
  const logFile = join(folder, 'redis.log')
  const own = ['bind 127.0.0.1', `dir ${folder}`, `logfile ${logFile}`]
  writeFileSync(file, `${[...own, ...options.lines].join('\n')}\n`)
  let server: ChildProcess | undefined

  const kill = async (): Promise<void> => {
    const ending = server
    server = undefined
    if (!ending || ending.exitCode !== null || ending.signalCode !== null) return
    const gone = once(ending, 'exit')
    ending.kill('SIGKILL')
    await gone
  }
  return {
    folder,
    pid: () => server?.pid,
    log: () => (existsSync(logFile) ? readFileSync(logFile, 'utf8') : ''),
    configure: (...lines) => appendFileSync(file, `${lines.join('\n')}\n`),
    launch() {
      // setpriv has the kernel end the server when this process ends, even when it is killed.
      const command = ['--pdeathsig', 'KILL', 'redis-server', file, ...(options.args ?? [])]
      // Detached, as Ctrl C in a terminal is not for it: what uses it ends first.
      server = spawn('setpriv', command, { stdio: 'ignore', detached: true })
    },
    kill,
    freeze: () => void server?.kill('SIGSTOP'),
    thaw: () => void server?.kill('SIGCONT'),
    async stop() {
      await kill()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
