import { startRedis } from '../support/redis-server.ts'
import { OTHER_CORE, pin } from './server-process.ts'

export interface RedisCounters {
  /** CPU spent so far, user and system, in microseconds. */
  readonly cpuMicros: number
  /** How often it has read from a connection: at most one round trip of somebody each. */
  readonly reads: number
  /** Commands by name, those that scripts call included. */
  readonly commands: ReadonlyMap<string, number>
}

export interface RedisUnderTest {
  readonly url: string
  counters(): Promise<RedisCounters>
  /** Forgets everything, so that another console may have it. */
  clear(): Promise<void>
  stop(): Promise<void>
}

/** A Redis of our own that keeps nothing, on the core of the load. */
export async function startMeasuredRedis(): Promise<RedisUnderTest> {
  const redis = await startRedis()
  pin(redis.pid() ?? 0, OTHER_CORE)
  return {
    url: redis.url,
    async counters() {
      const info = await redis.cli('info', 'cpu', 'stats', 'commandstats')
      const figure = (name: string): number => Number(new RegExp(`^${name}:([\\d.]+)`, 'm').exec(info)?.[1])
      const commands = [...info.matchAll(/^cmdstat_(\S+):calls=(\d+)/gm)]
      return {
        cpuMicros: (figure('used_cpu_sys') + figure('used_cpu_user')) * 1_000_000,
        reads: figure('total_reads_processed'),
        commands: new Map(commands.map(([, name = '', calls]) => [name, Number(calls)])),
      }
    },
    async clear() {
      await redis.cli('flushall')
    },
    stop: () => redis.stop(),
  }
}

/** What came between; commands that did not are left out. */
export function difference(from: RedisCounters, to: RedisCounters): RedisCounters {
  const commands = [...to.commands].flatMap(([name, calls]) => {
    const more = calls - (from.commands.get(name) ?? 0)
    return more > 0 ? [[name, more] as const] : []
  })
  return {
    cpuMicros: to.cpuMicros - from.cpuMicros,
    reads: to.reads - from.reads,
    commands: new Map(commands),
  }
}
