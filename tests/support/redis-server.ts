import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
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
}

export interface RedisServer {
  readonly port: number
  /** `redis://127.0.0.1:PORT/0`. */
  readonly url: string
  /** Folder of its configuration, log and data; gone after `stop`. */
  readonly folder: string
  /** The real redis-cli; rejects when it cannot connect. Redis's own errors come as text. */
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
  const folder = mkdtempSync(join(tmpdir(), 'bangui-redis-'))
  const port = options.port ?? (await freePort())
  const file = join(folder, 'redis.conf')
  const defaults = ['bind 127.0.0.1', `port ${port}`, `dir ${folder}`, 'save ""', 'appendonly no']
  writeFileSync(
    file,
    `${[...defaults, `logfile ${folder}/redis.log`, ...(options.config ?? [])].join('\n')}\n`,
  )
  let server: ChildProcess | undefined

  const end = async (signal: 'SIGTERM' | 'SIGKILL'): Promise<void> => {
    const ending = server
    server = undefined
    if (!ending || ending.exitCode !== null || ending.signalCode !== null) return
    const gone = once(ending, 'exit')
    ending.kill(signal)
    ending.kill('SIGCONT')
    await gone
  }
  const cli = async (...args: readonly string[]): Promise<string> =>
    (await run('redis-cli', ['-h', '127.0.0.1', '-p', String(port), ...args], { maxBuffer: 64 << 20 })).stdout
  const launch = (): void => {
    // setpriv has the kernel end the server when this process ends, even when it is killed.
    server = spawn('setpriv', ['--pdeathsig', 'KILL', 'redis-server', file], { stdio: 'ignore' })
  }
  return {
    port,
    url: `redis://127.0.0.1:${port}/0`,
    folder,
    cli,
    log: () => readFileSync(join(folder, 'redis.log'), 'utf8'),
    configure: (...lines) => appendFileSync(file, `${lines.join('\n')}\n`),
    launch,
    kill: () => end('SIGKILL'),
    async restart() {
      await end('SIGKILL')
      launch()
      await waitFor(async () => /PONG|NOAUTH/.test(await cli('ping')), {
        what: 'redis-server to answer',
        timeoutMs: 20_000,
      })
    },
    freeze: () => void server?.kill('SIGSTOP'),
    thaw: () => void server?.kill('SIGCONT'),
    async stop() {
      await end('SIGKILL')
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** A real redis-server that answers. */
export async function startRedis(options: RedisOptions = {}): Promise<RedisServer> {
  const redis = await prepareRedis(options)
  await redis.restart()
  return redis
}
