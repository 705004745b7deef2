import { describe, expect, it } from '@jest/globals'
import { endOfBan } from '../../src/server/fail2ban/ban-end.ts'

describe('the end of a ban', () => {
  it('is its beginning and its bantime', () => {
    expect(endOfBan(1_000, 600)).toBe(601_000)
  })

  it('is never for a permanent one, and for one that outlasts every calendar', () => {
    for (const seconds of [-1, 999_999_999_999, 10_000_000_000_000, Number.MAX_VALUE]) {
      expect(endOfBan(Date.UTC(2026, 0), seconds)).toBeNull()
    }
  })
})
