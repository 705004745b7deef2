/** Judges a worker by how long nothing has been heard from its event loop. */
export interface Silence {
  heard(): void
  /** To be called regularly. `warn` is said once per silence. */
  tick(isReady: boolean): 'fine' | 'warn' | 'kill'
}

export interface SilenceTimes {
  readonly warnAfterMs: number
  readonly killAfterMs: number
  /** The same before the worker is ready: a change of a large database is one long step, and killed would begin anew for ever. */
  readonly killStartingAfterMs: number
  /** Between two ticks. */
  readonly tickMs: number
}

/**
 * `now` in milliseconds of a clock that nobody sets. A pause of the listener itself, as when a container or the whole machine
 * is frozen for a while, is nobody's silence: each tick counts for two of its length at most.
 */
export function createSilence(times: SilenceTimes, now: () => number): Silence {
  let silentMs = 0
  let lastTick = now()
  let hasWarned = false
  return {
    heard() {
      silentMs = 0
      hasWarned = false
    },
    tick(isReady) {
      const at = now()
      silentMs += Math.min(at - lastTick, 2 * times.tickMs)
      lastTick = at
      if (silentMs >= (isReady ? times.killAfterMs : times.killStartingAfterMs)) return 'kill'
      if (silentMs < times.warnAfterMs || hasWarned) return 'fine'
      hasWarned = true
      return 'warn'
    },
  }
}
