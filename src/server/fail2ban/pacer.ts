import { setTimeout as pause } from 'node:timers/promises'
import { createLimit } from '../lib/limit.ts'

export interface PacerOptions {
  /** How long one command may keep fail2ban busy. */
  readonly aimMs: number
  readonly firstChunk: number
  readonly maxChunk: number
  /** How long fail2ban is left to its other clients after each command. */
  readonly pauseMs: number
}

/**
 * Cuts long commands into short ones. fail2ban serves one command at a time, actions included, so a long one keeps
 * everybody waiting. How much fits is learned from what the addresses before took, for each `key` (jail and verb).
 */
export interface Pacer {
  run<T, R>(key: string, items: readonly T[], send: (chunk: readonly T[]) => Promise<R>): Promise<R[]>
}

export function createPacer(options: PacerOptions): Pacer {
  const { aimMs, firstChunk, maxChunk, pauseMs } = options
  const costs = new Map<string, { msPerItem: number; chunk: number }>()
  const limit = createLimit({ width: 1, queue: Infinity, busy: () => new Error('never') })

  const nextSize = (key: string): number => {
    const known = costs.get(key)
    if (!known) return firstChunk
    const fitting = Math.floor(aimMs / known.msPerItem)
    return Math.max(1, Math.min(maxChunk, Math.max(firstChunk, known.chunk * 2), fitting))
  }
  const learn = (key: string, chunk: number, tookMs: number): void => {
    const msPerItem = Math.max(tookMs / chunk, 0.01)
    const known = costs.get(key)
    costs.set(key, { chunk, msPerItem: known ? (known.msPerItem + msPerItem) / 2 : msPerItem })
  }

  return {
    async run<T, R>(key: string, items: readonly T[], send: (chunk: readonly T[]) => Promise<R>) {
      const results: R[] = []
      for (let from = 0; from < items.length;) {
        const at = from
        from = await limit.run(async () => {
          const chunk = items.slice(at, at + nextSize(key))
          const startedAt = performance.now()
          results.push(await send(chunk))
          learn(key, chunk.length, performance.now() - startedAt)
          await pause(pauseMs)
          return at + chunk.length
        })
      }
      return results
    },
  }
}
