import { describe, expect, it } from '@jest/globals'
import { bucketStarts } from '../../src/server/features/stats/buckets.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const at = (text: string): number => Date.parse(text)
const texts = (starts: readonly number[]): string[] => starts.map((start) => new Date(start).toISOString())
const lengths = (starts: readonly number[]): number[] =>
  starts.slice(1).map((start, i) => start - (starts[i] ?? 0))

describe('the buckets of a range', () => {
  const now = at('2026-11-23T12:34:56Z')

  it('are 30 of two minutes for an hour, the last one holding now', () => {
    const starts = bucketStarts('1h', now, 'UTC')
    expect(starts).toHaveLength(30)
    expect(texts(starts).at(-1)).toBe('2026-11-23T12:34:00.000Z')
    expect(new Set(lengths(starts))).toEqual(new Set([2 * MINUTE]))
  })

  it('are 48 of half an hour for a day', () => {
    const starts = bucketStarts('24h', now, 'UTC')
    expect(starts).toHaveLength(48)
    expect(texts(starts).at(-1)).toBe('2026-11-23T12:30:00.000Z')
  })

  it('are 42 of four hours for a week, by the clocks of the zone', () => {
    const starts = bucketStarts('7d', now, 'Europe/Vienna')
    expect(starts).toHaveLength(42)
    expect(texts(starts).slice(-3)).toEqual([
      '2026-11-23T03:00:00.000Z',
      '2026-11-23T07:00:00.000Z',
      '2026-11-23T11:00:00.000Z',
    ])
  })

  it('are 30 days for a month, from midnight to midnight in the zone', () => {
    const starts = bucketStarts('30d', now, 'Asia/Kathmandu')
    expect(starts).toHaveLength(30)
    expect(texts(starts).at(-1)).toBe('2026-11-22T18:15:00.000Z')
    expect(texts(bucketStarts('30d', now, 'America/New_York')).at(-1)).toBe('2026-11-23T05:00:00.000Z')
  })

  it('have a day of 25 hours when the clocks go back, and of 23 when they go forward', () => {
    const autumn = bucketStarts('30d', at('2026-10-27T12:00:00Z'), 'Europe/Vienna')
    expect(lengths(autumn).slice(-3)).toEqual([24 * HOUR, 25 * HOUR, 24 * HOUR])
    const spring = bucketStarts('7d', at('2026-03-29T12:00:00Z'), 'Europe/Vienna')
    expect(texts(spring).slice(-4)).toEqual([
      '2026-03-28T23:00:00.000Z',
      '2026-03-29T02:00:00.000Z',
      '2026-03-29T06:00:00.000Z',
      '2026-03-29T10:00:00.000Z',
    ])
  })
})
