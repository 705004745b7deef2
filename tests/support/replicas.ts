import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import {
  ADMIN,
  signIn,
  spawnConsole,
  startConsole,
  temporaryFolder,
  type ConsoleProcess,
} from './console-process.ts'
import { startFail2ban, type Fail2banOptions, type Fail2banServer } from './fail2ban-server.ts'
import { startRedis, type RedisServer } from './redis-server.ts'

type Env = Readonly<Record<string, string>>

export interface ReplicasOptions {
  /** Of the consoles started at once; 0 to begin each with `start` or `spawn`. */
  readonly count: number
  /** BANGUI_WORKERS of each. */
  readonly workers?: number | 'auto'
  /** For all of them; the settings of the Redis belong here where it is not a plain one. */
  readonly env?: Env
  /** Beyond that for the one with this index, counted from 0: roles, a proxy in front of Redis. */
  readonly envOf?: (index: number) => Env
  /** Used instead of one of their own, and left running by `stop`. */
  readonly redis?: RedisServer
  /** A real fail2ban beside them; without, no console finds one. */
  readonly fail2ban?: true | Fail2banOptions
}

export interface Replica extends ConsoleProcess {
  /** What it logged, in order; lines that are no JSON are left out. */
  log(): LogEntry[]
  /** Its pid first, then those of its workers. */
  pids(): number[]
}

export interface Replicas {
  readonly redis: RedisServer
  /** Rejects to be used where none was asked for. */
  readonly fail2ban: Fail2banServer
  /** All that were begun and not stopped one by one, in the order of their begin. */
  readonly all: readonly Replica[]
  /** Holds their database. */
  readonly folder: string
  readonly databaseFile: string
  /** `http://127.0.0.1:PORT` of each. */
  urls(): string[]
  /** One more, as soon as it is ready to serve; with `env` beyond that of all. */
  start(env?: Env): Promise<Replica>
  /** One more, without waiting for anything. */
  spawn(env?: Env): Replica
  /** Ends one properly and forgets it. */
  end(replica: Replica): Promise<void>
  /** So many sessions of the administrator, begun in turn on all replicas. */
  signIn(count: number): Promise<string[]>
  /** Ends them all, then what they stood on. Idempotent. */
  stop(): Promise<void>
}

/** The real program, as many times as asked for, on one database and one Redis. */
export async function startReplicas(options: ReplicasOptions): Promise<Replicas> {
  const folder = temporaryFolder()
  const stops: Array<() => unknown> = [folder.dispose]
  const all: Replica[] = []
  const stop = async (): Promise<void> => {
    await Promise.all(all.map((replica) => replica.stop()))
    for (const each of stops.splice(0).toReversed()) await each()
  }
  try {
    const redis = options.redis ?? (await startRedis())
    if (!options.redis) stops.push(() => redis.stop())
    const fail2ban =
      options.fail2ban && (await startFail2ban(options.fail2ban === true ? {} : options.fail2ban))
    if (fail2ban) stops.push(() => fail2ban.stop())
    const shared: Env = {
      DATABASE_URL: folder.database,
      STATE_BACKEND: 'redis',
      REDIS_URL: redis.url,
      ...(options.workers === undefined ? {} : { BANGUI_WORKERS: String(options.workers) }),
      ...(fail2ban ? fail2banSettings(fail2ban) : {}),
      ...options.env,
    }
    const settings = (env: Env): Env => ({ ...shared, ...options.envOf?.(all.length), ...env })
    const added = (console_: ConsoleProcess): Replica => {
      const replica = describe(console_)
      all.push(replica)
      return replica
    }
    const replicas: Replicas = {
      redis,
      get fail2ban() {
        if (!fail2ban) throw new Error('These replicas have no fail2ban: ask for one.')
        return fail2ban
      },
      all,
      folder: folder.path,
      databaseFile: join(folder.path, 'bangui.db'),
      urls: () => all.map((replica) => replica.url()),
      start: async (env = {}) => added(await startConsole(settings(env))),
      spawn: (env = {}) => added(spawnConsole(settings(env))),
      async end(replica) {
        await replica.stop()
        all.splice(all.indexOf(replica), 1)
      },
      async signIn(count) {
        const cookies: string[] = []
        for (let index = 0; index < count; index += 1) {
          cookies.push(await signIn(all[index % all.length]?.url() ?? '', ADMIN))
        }
        return cookies
      },
      stop,
    }
    for (let index = 0; index < options.count; index += 1) await replicas.start()
    return replicas
  } catch (error) {
    await stop()
    throw error
  }
}

/** What a console needs to know of a fail2ban of the tests. */
export function fail2banSettings(fail2ban: Fail2banServer): Env {
  return {
    FAIL2BAN_SOCKET: fail2ban.socket,
    FAIL2BAN_CONFIG_DIR: fail2ban.configDir,
    FAIL2BAN_DB: fail2ban.database,
  }
}

function describe(console_: ConsoleProcess): Replica {
  return {
    ...console_,
    log: () => logEntries(console_.output()),
    pids: () => [console_.pid, ...childrenOf(console_.pid)],
  }
}

/** One line of the JSON log; whatever else it carries is kept. Workers say which one they are. */
export const LogEntry = z.looseObject({
  level: z.number(),
  time: z.number(),
  msg: z.string(),
  worker: z.optional(z.number()),
})
export type LogEntry = z.infer<typeof LogEntry>

export function logEntries(output: string): LogEntry[] {
  return output.split('\n').flatMap((line) => {
    if (!line.startsWith('{')) return []
    try {
      return [LogEntry.parse(JSON.parse(line))]
    } catch {
      return []
    }
  })
}

/** The pids of its child processes, none when it is gone. */
export function childrenOf(pid: number): number[] {
  try {
    return readdirSync(`/proc/${pid}/task`).flatMap((task) =>
      readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').split(' ').filter(Boolean).map(Number),
    )
  } catch {
    return []
  }
}

/** Memory of a process that is really in use, and 0 when it is gone. */
export function rssBytes(pid: number): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8')
    return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) * 1024
  } catch {
    return 0
  }
}

/** Processor time that a process has used so far, in hundredths of a second. */
export function processorTicks(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ')
  return Number(fields[11]) + Number(fields[12])
}
