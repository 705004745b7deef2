import { z } from 'zod'
import type { Schedule } from './job.ts'
import { slotsOf } from './slots.ts'

const EVERY = /^every (\d+) ms$/

/**
 * A schedule as BullMQ keeps it in Redis, where other versions of the program read it, and as each delivery brings it along:
 * `every N ms`, or a cron expression and its time zone.
 */
export const StoredSchedule = z.object({ pattern: z.string(), tz: z.exactOptional(z.string()) })
export type StoredSchedule = z.infer<typeof StoredSchedule>

/** Undefined for a job that only runs when triggered. */
export function toStored(schedule: Schedule): StoredSchedule | undefined {
  if ('everyMs' in schedule) return { pattern: `every ${schedule.everyMs} ms` }
  if ('cron' in schedule) return { pattern: schedule.cron, tz: schedule.timeZone }
  return undefined
}

export function fromStored({ pattern, tz }: { pattern?: string; tz?: string }): Schedule {
  if (pattern === undefined) return { on: 'trigger' }
  const every = EVERY.exec(pattern)
  return every ? { everyMs: Number(every[1]) } : { cron: pattern, timeZone: tz ?? 'UTC' }
}

/**
 * BullMQ's repeat strategy: when the next delivery is due. It must be the same in every process whatever that process has
 * declared, so it is made from what is stored. With `immediately`, for a schedule that is new, it is now: the slot that we
 * are in may not be done yet, which the ledger knows.
 */
export function nextDelivery(
  millis: number,
  stored: { pattern?: string; tz?: string; immediately?: boolean },
): number | undefined {
  return stored.immediately ? millis : slotsOf(fromStored(stored)).next(millis)
}
