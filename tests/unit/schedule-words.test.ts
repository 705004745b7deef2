import { describe, expect, it } from '@jest/globals'
import { scheduleInWords } from '../../src/server/features/cluster/schedule-words.ts'

describe('a schedule in words', () => {
  it.each([
    [15_000, 'every 15 seconds'],
    [1_000, 'every second'],
    [60_000, 'every minute'],
    [90_000, 'every 90 seconds'],
    [3_600_000, 'every hour'],
    [7_200_000, 'every 2 hours'],
    [86_400_000, 'every day'],
    [250, 'every 250 milliseconds'],
  ])('calls %i milliseconds %s', (everyMs, words) => {
    expect(scheduleInWords({ everyMs })).toBe(words)
  })

  it('shows a cron expression with its time zone', () => {
    expect(scheduleInWords({ cron: '0 3 * * *', timeZone: 'Europe/Vienna' })).toBe(
      'cron 0 3 * * * (Europe/Vienna)',
    )
  })

  it('says so where a job waits to be asked', () => {
    expect(scheduleInWords({ on: 'trigger' })).toBe('only when it is asked for')
  })
})
