import { describe, expect, it } from '@jest/globals'
import { PROBLEMS } from '../../src/server/http/problem.ts'
import { ErrorCode } from '../../src/shared/problem.ts'

describe('the catalogue of problems', () => {
  for (const code of ErrorCode.options) {
    const problem: { status: number; title: string; nextStep?: string } = PROBLEMS[code]
    it(`${code} is a ${problem.status} with a title, and what to do in a sentence`, () => {
      expect(problem.status).toBeGreaterThanOrEqual(400)
      expect(problem.title).toMatch(/^\S.*[^.]$/)
      if (problem.nextStep !== undefined) expect(problem.nextStep).toMatch(/^[A-Z].*\.$/)
    })
  }

  it('answers what heals by itself with 503 and the time to wait', () => {
    const waiting = Object.values(PROBLEMS).filter(({ status }) => status === 503)
    expect(waiting).toHaveLength(3)
    for (const problem of waiting) expect(problem).toHaveProperty('retryAfterSeconds')
  })

  it('says "sign in" with 401 only, never for an outage', () => {
    const entries = Object.entries(PROBLEMS).filter(([, { status }]) => status === 401)
    expect(entries.map(([code]) => code)).toEqual(['unauthenticated', 'sign-in-failed'])
  })
})
