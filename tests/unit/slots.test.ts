import { describe, expect, it } from '@jest/globals'
import * as fc from 'fast-check'
import { slotsOf } from '../../src/server/jobs/slots.ts'

const at = (iso: string): number => Date.parse(iso)
const iso = (ms: number | undefined): string | undefined =>
  ms === undefined ? undefined : new Date(ms).toISOString()

describe('slots of a period', () => {
  it('lie on whole multiples, the same in every process', () => {
    const slots = slotsOf({ everyMs: 60_000 })
    expect(iso(slots.latest(at('2026-03-01T12:34:56Z')))).toBe('2026-03-01T12:34:00.000Z')
    expect(iso(slots.next(at('2026-03-01T12:34:56Z')))).toBe('2026-03-01T12:35:00.000Z')
    expect(iso(slots.latest(at('2026-03-01T12:34:00Z')))).toBe('2026-03-01T12:34:00.000Z')
    expect(iso(slots.next(at('2026-03-01T12:34:00Z')))).toBe('2026-03-01T12:35:00.000Z')
  })

  it.each([0, -1, 1.5, Number.NaN, Infinity])('refuses %p', (everyMs) => {
    expect(() => slotsOf({ everyMs })).toThrow(RangeError)
  })
})

describe('slots of a cron expression', () => {
  const nightly = (): ReturnType<typeof slotsOf> => slotsOf({ cron: '30 2 * * *', timeZone: 'Europe/Berlin' })

  it('are its times in its zone, to the millisecond', () => {
    const slots = nightly()
    expect(iso(slots.latest(at('2026-02-10T01:29:59.999Z')))).toBe('2026-02-09T01:30:00.000Z')
    expect(iso(slots.latest(at('2026-02-10T01:30:00.000Z')))).toBe('2026-02-10T01:30:00.000Z')
    expect(iso(slots.next(at('2026-02-10T01:30:00.000Z')))).toBe('2026-02-11T01:30:00.000Z')
    expect(iso(slots.latest(at('2026-07-10T12:00:00.000Z')))).toBe('2026-07-10T00:30:00.000Z')
  })

  it.each([
    ['skips the hour', '2026-03-28T12:00:00Z', '2026-03-30T12:00:00Z', ['2026-03-29', '2026-03-30']],
    ['repeats the hour', '2026-10-24T12:00:00Z', '2026-10-26T12:00:00Z', ['2026-10-25', '2026-10-26']],
  ])('are one a day also where the change of clocks %s', (_, from, to, days) => {
    const slots = nightly()
    const seen = new Set<number>()
    for (let now = at(from); now <= at(to); now += 300_000) {
      const latest = slots.latest(now)
      if (latest !== undefined && latest > at(from)) seen.add(latest)
    }
    expect([...seen].map((slot) => iso(slot)?.slice(0, 10))).toEqual(days)
  })

  it('◇ are the same whoever asks, and wherever the asking began', () => {
    const walked = nightly()
    const [from, to] = [at('2026-03-20T00:00:00Z'), at('2026-11-05T00:00:00Z')]
    fc.assert(
      fc.property(fc.integer({ min: from, max: to }), (now) => {
        expect(iso(nightly().latest(now))).toBe(iso(walked.latest(now)))
        expect(iso(nightly().next(now))).toBe(iso(walked.next(now)))
      }),
      { numRuns: 30 },
    )
  })

  it('◇ have the present between the latest and the next one', () => {
    const crons = [
      '* * * * *',
      '*/15 * * * *',
      '0 3 * * *',
      '0 0 1 * *',
      '0 12 * * 1',
      '30 1 29 2 *',
      '*/10 * * * * *',
    ]
    const zones = ['UTC', 'Europe/Berlin', 'America/New_York', 'Asia/Kolkata', 'Australia/Lord_Howe']
    fc.assert(
      fc.property(
        fc.constantFrom(...crons),
        fc.constantFrom(...zones),
        fc.integer({ min: at('2024-01-01'), max: at('2030-01-01') }),
        (cron, timeZone, now) => {
          const slots = slotsOf({ cron, timeZone })
          const [latest = Number.NaN, next = Number.NaN] = [slots.latest(now), slots.next(now)]
          expect(latest).toBeLessThanOrEqual(now)
          expect(next).toBeGreaterThan(now)
        },
      ),
      { numRuns: 80 },
    )
  })

  it('are asked for again from the start when the clock was set back', () => {
    const slots = nightly()
    slots.latest(at('2026-07-10T12:00:00Z'))
    expect(iso(slots.latest(at('2026-02-10T12:00:00Z')))).toBe('2026-02-10T01:30:00.000Z')
    expect(iso(slots.next(at('2026-02-10T12:00:00Z')))).toBe('2026-02-11T01:30:00.000Z')
  })

  it.each([
    ['', 'UTC'],
    ['every day', 'UTC'],
    ['61 * * * *', 'UTC'],
    ['0 0 30 2 *', 'UTC'],
    ['* * * * *', 'Atlantis/Poseidonis'],
  ])('are refused for %j in %s', (cron, timeZone) => {
    expect(() => slotsOf({ cron, timeZone })).toThrow()
  })
})

describe('slots of a job that is only triggered', () => {
  it('are none', () => {
    const slots = slotsOf({ on: 'trigger' })
    expect([slots.latest(1), slots.next(1)]).toEqual([undefined, undefined])
  })
})
