import type { Queue } from 'bullmq'
import { pause } from '../lib/pause.ts'
import type { RedisClient } from './redis-connections.ts'
import { redisFaultOf } from './redis-fault.ts'

const CALL_AGAIN_MS = 25
const LONGEST_CALL = 8

/**
 * Where deliveries wait their turn while their job is running, in whatever process. Whoever ends a run calls the first one.
 * Each also looks by itself now and then, in case nobody is left to call it: so nothing here matters when it fails, and
 * nothing rejects.
 */
export interface WaitingRoom {
  /** Takes a number, the same one whenever it is asked; resolves with whether a lower one is still waiting. */
  enter(job: string, id: string, order: number): Promise<{ mustWait: boolean }>
  leave(job: string, id: string): Promise<void>
  callNext(job: string): Promise<void>
}

export function createWaitingRoom(deps: { queue: Queue; client: RedisClient; prefix: string }): WaitingRoom {
  const { queue, client, prefix } = deps
  const keyOf = (job: string): string => `${prefix}:jobs-waiting:${job}`

  /** active: it is being handled, and may be just about to wait. gone: there is no such delivery any more. */
  async function wake(id: string): Promise<'awake' | 'active' | 'gone'> {
    try {
      await queue.getBackend().promote(id)
      return 'awake'
    } catch (error) {
      if (redisFaultOf(error).kind !== 'lost') throw error
    }
    const state = await queue.getJobState(id)
    if (state === 'active') return 'active'
    return state === 'waiting' ? 'awake' : 'gone'
  }

  async function leave(job: string, id: string): Promise<void> {
    await client.zrem(keyOf(job), id)
  }

  async function first(job: string): Promise<string | undefined> {
    const [id] = await client.zrange(keyOf(job), '0', '0')
    return id
  }

  /** True when one with a lower number than `id` waits; that one is woken, in case nobody has called it. */
  async function isBehind(job: string, id: string): Promise<boolean> {
    for (;;) {
      const other = await first(job)
      if (other === undefined || other === id) return false
      if ((await wake(other)) !== 'gone') return true
      await leave(job, other)
    }
  }

  async function wakeFirst(job: string): Promise<void> {
    for (let calls = 0; calls < LONGEST_CALL; calls += 1) {
      const id = await first(job)
      if (id === undefined) return
      const state = await wake(id)
      if (state === 'awake') return
      if (state === 'gone') await leave(job, id)
      else await pause(CALL_AGAIN_MS)
    }
  }

  return {
    async enter(job, id, order) {
      const isBehindOther = await unlessItFails(async () => {
        await client.zadd(keyOf(job), order, id)
        return isBehind(job, id)
      })
      return { mustWait: isBehindOther === true }
    },
    leave: (job, id) => unlessItFails(() => leave(job, id)),
    callNext: (job) => unlessItFails(() => wakeFirst(job)),
  }
}

async function unlessItFails<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work()
  } catch {
    return undefined
  }
}
