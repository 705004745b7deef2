import { messageOf } from '../lib/errors.ts'

/**
 * What an error of BullMQ or ioredis means here.
 * away: the connection is broken; ioredis comes back by itself.
 * lost: a delivery belongs to somebody else by now, or Redis lost it. The ledger decides what counts.
 * refused: Redis answers and says no (full, read-only, not permitted …). BullMQ would ask again without a pause.
 */
export interface RedisFault {
  readonly kind: 'away' | 'lost' | 'refused'
  /** For the log: one of few words. */
  readonly cause: string
}

/** Answers of Redis begin with such a word, alone or inside BullMQ's own words. */
const REFUSAL =
  /\b(OOM|READONLY|MISCONF|NOREPLICAS|CLUSTERDOWN|LOADING|BUSY|NOAUTH|NOPERM|WRONGPASS|NOSCRIPT)\b/
const AWAY =
  /connection is closed|isn't writeable|ECONN|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|max retries|timed out|timeout/i

export function redisFaultOf(error: unknown): RedisFault {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  // BullMQ numbers what its scripts found out about a delivery.
  if (typeof code === 'number') return { kind: 'lost', cause: 'lost' }
  const message = messageOf(error)
  const refusal = REFUSAL.exec(message)?.[1]
  if (refusal !== undefined) return { kind: 'refused', cause: refusal }
  if (AWAY.test(`${String(code)} ${message}`)) return { kind: 'away', cause: 'away' }
  return { kind: 'refused', cause: 'other' }
}
