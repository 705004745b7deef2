import { CronExpressionParser } from 'cron-parser'
import type { Schedule } from './job.ts'

const HOUR_MS = 3_600_000

/** The due times of a schedule, the same in every process. Undefined where there are none. */
export interface Slots {
  /** The last one at or before `now`. */
  latest(now: number): number | undefined
  /** The first one after `now`. */
  next(now: number): number | undefined
}

/** Throws where the schedule cannot be understood. */
export function slotsOf(schedule: Schedule): Slots {
  if ('everyMs' in schedule) return everySlots(schedule.everyMs)
  if ('cron' in schedule) return cronSlots(schedule.cron, schedule.timeZone)
  return { latest: () => undefined, next: () => undefined }
}

function everySlots(everyMs: number): Slots {
  if (!Number.isSafeInteger(everyMs) || everyMs < 1) {
    throw new RangeError(`everyMs must be a whole number of milliseconds, at least 1; it is ${everyMs}.`)
  }
  const latest = (now: number): number => Math.floor(now / everyMs) * everyMs
  return { latest, next: (now) => latest(now) + everyMs }
}

/**
 * Walks forwards only. Backwards the parser counts the hour that a change of clocks repeats twice and misses a run in the
 * hour that it skips; forwards both days have exactly one.
 */
function cronSlots(cron: string, timeZone: string): Slots {
  if (cron.trim() === '') throw new RangeError('The cron expression is empty.')
  const expression = CronExpressionParser.parse(cron, { tz: timeZone })
  let latest: number | undefined
  let next: number | undefined

  const step = (walk: 'next' | 'prev'): number | undefined => {
    try {
      return expression[walk]().getTime()
    } catch {
      // The expression has no further time.
      return undefined
    }
  }

  function startBefore(now: number): number {
    expression.reset(new Date(now + 1))
    step('prev')
    const secondLast = step('prev') ?? now
    const dense = now - secondLast < 2 * HOUR_MS
    // Runs that are rare begin their walk before any change of clocks that the last day may have had.
    return dense ? secondLast : Math.min(secondLast, now - 26 * HOUR_MS)
  }

  function moveTo(now: number): void {
    if (next === undefined || latest === undefined || now < latest) {
      expression.reset(new Date(startBefore(now)))
      latest = undefined
      next = step('next')
    }
    while (next !== undefined && next <= now) {
      latest = next
      next = step('next')
    }
  }

  // Where the expression or the zone is wrong it must be known when the job is declared.
  expression.next()
  return {
    latest(now) {
      moveTo(now)
      return latest
    },
    next(now) {
      moveTo(now)
      return next
    },
  }
}
