import { beforeEach, describe, expect, it } from '@jest/globals'
import { createSilence, type Silence } from '../../src/server/startup/worker-silence.ts'

const times = { warnAfterMs: 10_000, killAfterMs: 30_000, killStartingAfterMs: 600_000, tickMs: 1_000 }
let now: number
let silence: Silence
beforeEach(() => {
  now = 0
  silence = createSilence(times, () => now)
})

/** What each of the next seconds says. */
function pass(seconds: number, isReady = true): string[] {
  return Array.from({ length: seconds }, () => {
    now += 1_000
    return silence.tick(isReady)
  })
}

describe('the silence of a worker', () => {
  it('is remarked upon once after 10 s and ended after 30 s', () => {
    expect(pass(9)).toEqual(Array(9).fill('fine'))
    expect(pass(1)).toEqual(['warn'])
    expect(pass(19)).toEqual(Array(19).fill('fine'))
    expect(pass(1)).toEqual(['kill'])
  })

  it('is borne for ten minutes while it starts', () => {
    expect(pass(599, false).filter((verdict) => verdict !== 'fine')).toEqual(['warn'])
    expect(pass(1, false)).toEqual(['kill'])
  })

  it('begins anew with every sign of life', () => {
    pass(29)
    silence.heard()
    expect(pass(29).filter((verdict) => verdict !== 'fine')).toEqual(['warn'])
  })

  it('is not the worker’s when the listener itself did not run', () => {
    pass(5)
    now += 3_600_000
    expect(silence.tick(true)).toBe('fine')
    silence.heard()
    expect(pass(9)).toEqual(Array(9).fill('fine'))
  })
})
