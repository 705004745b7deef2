import type { Logger } from '../../lib/logger.ts'
import { StateUnavailable, type Bus, type Sessions, type StoredSession } from '../../state/state-provider.ts'

/**
 * Clears away sessions that count no more, and tells every process that something about a user's sessions has changed, so
 * that open live streams are looked at right away.
 */
export interface SessionEnd {
  /** Ends one session for good. Rejects with StateUnavailable. */
  one(userId: string, idHash: string): Promise<void>
  /**
   * For sessions that a raised auth version, or a user who is gone, has ended already: only frees what they take. Never
   * fails, as nothing depends on it.
   */
  clearAway(userId: string, isOver: (session: StoredSession) => boolean): Promise<void>
  /** The user's role has changed, or a session of theirs has ended. Never fails: streams are looked at every few seconds anyway. */
  tell(userId: string): Promise<void>
}

export function createSessionEnd(deps: {
  sessions: Pick<Sessions, 'list' | 'revoke'>
  bus: Pick<Bus, 'publish'>
  log: Logger
}): SessionEnd {
  const { sessions, bus, log } = deps

  async function tell(userId: string): Promise<void> {
    try {
      await bus.publish('sessions', { userId })
    } catch (error) {
      if (!(error instanceof StateUnavailable)) throw error
      log.debug({ err: error }, 'other processes were not told of ended sessions')
    }
  }

  return {
    tell,
    async one(userId, idHash) {
      await sessions.revoke(idHash)
      await tell(userId)
    },
    async clearAway(userId, isOver) {
      try {
        const over = (await sessions.list(userId)).filter(isOver)
        await Promise.all(over.map(({ idHash }) => sessions.revoke(idHash)))
      } catch (error) {
        if (!(error instanceof StateUnavailable)) throw error
        log.debug({ err: error }, 'ended sessions were not cleared away')
      }
      await tell(userId)
    },
  }
}
