import { describe, expect, it } from '@jest/globals'
import type { Schedule } from '../../src/server/jobs/job.ts'
import { slotsOf } from '../../src/server/jobs/slots.ts'
import { fromStored, nextDelivery, toStored } from '../../src/server/jobs/stored-schedule.ts'

const SCHEDULES: Array<[string, Schedule]> = [
  ['a period', { everyMs: 45_000 }],
  ['a cron expression', { cron: '30 2 * * *', timeZone: 'Europe/Berlin' }],
]
/** Within the hour that a change of clocks skips. */
const NOW = Date.parse('2026-03-29T01:10:00Z')

describe('a schedule in Redis', () => {
  it.each(SCHEDULES)('comes back as it was: %s', (_, schedule) => {
    const stored = toStored(schedule)
    expect(fromStored(stored ?? {})).toEqual(schedule)
  })

  it('is none for a job that only runs when triggered', () => {
    expect(toStored({ on: 'trigger' })).toBeUndefined()
    expect(fromStored({})).toEqual({ on: 'trigger' })
  })

  it.each(SCHEDULES)('is delivered when the next slot begins, as in process: %s', (_, schedule) => {
    const stored = toStored(schedule)
    expect(nextDelivery(NOW, stored ?? {})).toBe(slotsOf(schedule).next(NOW))
  })

  it('is delivered at once when it is new', () => {
    expect(nextDelivery(NOW, { pattern: 'every 60000 ms', immediately: true })).toBe(NOW)
  })
})
