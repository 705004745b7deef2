import { randomUUID } from 'node:crypto'
import { Queue, QueueEvents, Worker } from 'bullmq'
import { Redis } from 'ioredis'
import { pino } from 'pino'
import type { Json } from '../../../src/server/lib/json.ts'
import { createRedisState } from '../../../src/server/state/redis/redis-state.ts'
import { redisTargetOf } from '../../../src/server/state/redis/redis-target.ts'
import type { RuntimeShape } from '../../../src/server/state/state-provider.ts'

/** A way to have a command carried out by another process and to hear what it did. */
export interface CommandWay {
  /** Resolves once it serves. */
  serve(url: string, handler: (command: Json) => Promise<Json>): Promise<void>
  connect(url: string): Promise<(command: Json) => Promise<Json>>
}

const TIMEOUT_MS = 10_000

/** The console's own: `Requests` of the Redis provider. */
const requests: CommandWay = {
  async serve(url, handler) {
    const state = await openState(url)
    await state.requests.serve('agent/local', handler)
  },
  async connect(url) {
    const state = await openState(url)
    return (command) =>
      state.requests.send('agent/local', command, { id: randomUUID(), timeoutMs: TIMEOUT_MS })
  },
}

async function openState(url: string) {
  const none = undefined
  const settings = { sentinels: none, masterName: none, sentinelPassword: none, clusterNodes: none, ca: none }
  const parsed = redisTargetOf({ url, ...settings })
  if ('mistakes' in parsed) throw new Error(parsed.mistakes.join(' '))
  const log = pino({ level: 'silent' })
  const { target } = parsed
  const state = createRedisState<RuntimeShape>({ target, clusterId: 'bench', allowEviction: false, log })
  await state.start(new AbortController().signal)
  return state
}

/** A job for each command. Without the count that is kept, a job may be gone before whoever waits for it has looked. */
const bullmq: CommandWay = {
  async serve(url, handler) {
    const connection = new Redis(url, { maxRetriesPerRequest: null })
    const worker = new Worker('commands', (job) => handler(job.data as Json), { connection, concurrency: 16 })
    await worker.waitUntilReady()
  },
  async connect(url) {
    const open = (): Redis => new Redis(url, { maxRetriesPerRequest: null })
    const queue = new Queue('commands', {
      connection: open(),
      defaultJobOptions: { removeOnComplete: { count: 1_000 }, removeOnFail: { count: 1_000 } },
    })
    const events = new QueueEvents('commands', { connection: open() })
    // Each wait listens to the queue's end.
    queue.setMaxListeners(100)
    await Promise.all([queue.waitUntilReady(), events.waitUntilReady()])
    return async (command) => {
      const job = await queue.add('command', command)
      return (await job.waitUntilFinished(events, TIMEOUT_MS)) as Json
    }
  },
}

/**
 * The least that a stream with a consumer group can do, answers by pub/sub: commands may be lost or carried out twice, and
 * nobody notices that nobody serves.
 */
const stream: CommandWay = {
  async serve(url, handler) {
    const reading = new Redis(url)
    const writing = new Redis(url, { enableAutoPipelining: true })
    await writing.xgroup('CREATE', 'commands', 'agents', '$', 'MKSTREAM').catch(() => undefined)
    const answer = async (
      entry: string,
      [, from = '', , id = '', , command = '']: string[],
    ): Promise<void> => {
      const reply = await handler(JSON.parse(command) as Json)
      await Promise.all([
        writing.xack('commands', 'agents', entry),
        writing.publish(from, JSON.stringify([id, reply])),
      ])
    }
    const take = async (): Promise<void> => {
      const group = ['GROUP', 'agents', 'one'] as const
      const taken = await reading.xreadgroup(
        ...group,
        'COUNT',
        64,
        'BLOCK',
        5_000,
        'STREAMS',
        'commands',
        '>',
      )
      for (const [, entries] of (taken ?? []) as Array<[string, Array<[string, string[]]>]>) {
        for (const [entry, fields] of entries) void answer(entry, fields)
      }
    }
    void (async () => {
      for (;;) await take()
    })()
  },
  async connect(url) {
    const me = randomUUID()
    const writing = new Redis(url, { enableAutoPipelining: true })
    const hearing = new Redis(url)
    const waiting = new Map<string, (answer: Json) => void>()
    await hearing.subscribe(me)
    hearing.on('message', (_channel, text) => {
      const [id, answer] = JSON.parse(text) as [string, Json]
      waiting.get(id)?.(answer)
      waiting.delete(id)
    })
    return async (command) => {
      const id = randomUUID()
      const { promise, resolve } = Promise.withResolvers<Json>()
      waiting.set(id, resolve)
      const fields = ['from', me, 'id', id, 'command', JSON.stringify(command)]
      await writing.xadd('commands', 'MAXLEN', '~', 1_000, '*', ...fields)
      return promise
    }
  },
}

export const COMMAND_WAYS = { requests, bullmq, stream } as const
export type CommandWayName = keyof typeof COMMAND_WAYS
