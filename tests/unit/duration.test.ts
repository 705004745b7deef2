import { describe, expect, it } from '@jest/globals'
import { parseDuration, writeDuration } from '../../src/shared/duration.ts'

describe('a duration as fail2ban’s files spell it', () => {
  it.each([
    ['600', 600],
    ['10m', 600],
    ['10 min', 600],
    ['1h', 3_600],
    ['1.5h', 5_400],
    ['1d12h', 129_600],
    ['1d 12h', 129_600],
    ['1 Week', 604_800],
    ['1mo', 2_629_800],
    ['1y', 31_557_600],
    [' -1 ', -1],
    ['0', 0],
  ])('reads %j', (text, seconds) => {
    expect(parseDuration(text)).toBe(seconds)
  })

  it.each([[''], ['m'], ['10x'], ['-2'], ['2*3600'], ['1h;'], ["__import__('os')"], ['1'.repeat(30)]])(
    'does not read %j, which fail2ban would evaluate',
    (text) => {
      expect(parseDuration(text)).toBeUndefined()
    },
  )

  it.each([
    [-1, '-1'],
    [0, '0s'],
    [90, '1m30s'],
    [600, '10m'],
    [129_600, '1d12h'],
    [604_800, '1w'],
  ])('writes %d so that it reads it again', (seconds, text) => {
    expect(writeDuration(seconds)).toBe(text)
    expect(parseDuration(text)).toBe(seconds)
  })

  it('gives up at once on what is long and hopeless', () => {
    const startedAt = performance.now()
    expect(parseDuration(`${'1'.repeat(50_000)}!`)).toBeUndefined()
    expect(performance.now() - startedAt).toBeLessThan(200)
  })
})
