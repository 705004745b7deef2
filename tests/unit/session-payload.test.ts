import { describe, expect, it } from '@jest/globals'
import {
  isTouchDue,
  parseSessionPayload,
  SESSION_IDLE_MS,
  SESSION_LIFETIME_MS,
  sessionExpiry,
  sessionIdHash,
  toSessionPayload,
  type SessionPayload,
} from '../../src/server/state/session-payload.ts'

const NOW = Date.parse('2026-03-01T12:00:00Z')

const payload = (cookie: SessionPayload['cookie'], createdAt = NOW): SessionPayload => ({
  cookie,
  userId: 'user-1',
  authVersion: 1,
  createdAt,
  address: '2001:db8::7',
  userAgent: '',
})

describe('a session’s payload', () => {
  it('ends when its cookie does, after seven idle days where the cookie says nothing, and after thirty days anyway', () => {
    const expires = '2026-03-01T13:00:00.000Z'
    expect(sessionExpiry(payload({ expires }), NOW)).toBe(Date.parse(expires))
    expect(sessionExpiry(payload({ expires: null }), NOW)).toBe(NOW + SESSION_IDLE_MS)
    expect(sessionExpiry(payload({}), NOW)).toBe(NOW + SESSION_IDLE_MS)
    const createdAt = NOW - SESSION_LIFETIME_MS + 1_000
    expect(sessionExpiry(payload({}, createdAt), NOW)).toBe(NOW + 1_000)
  })

  it('is worth a later end from a tenth of its idle time on, and a sooner one always', () => {
    const hour = payload({ originalMaxAge: 3_600_000 })
    expect(isTouchDue(hour, NOW, NOW + 359_999)).toBe(false)
    expect(isTouchDue(hour, NOW, NOW + 360_000)).toBe(true)
    expect(isTouchDue(hour, NOW, NOW)).toBe(false)
    expect(isTouchDue(hour, NOW, NOW - 1)).toBe(true)
    expect(isTouchDue(payload({ originalMaxAge: null }), NOW, NOW + SESSION_IDLE_MS / 20)).toBe(false)
  })

  it('is copied from what express-session holds, dates as text', () => {
    const session = { ...payload({}), cookie: { originalMaxAge: 5, expires: new Date(NOW), path: '/' } }
    const copy = toSessionPayload(session)
    expect(copy.cookie).toEqual({ originalMaxAge: 5, expires: '2026-03-01T12:00:00.000Z', path: '/' })
    expect(parseSessionPayload(JSON.stringify(copy))).toEqual(copy)
  })

  it.each(['', '{', '[]', '7', '{"cookie":{}}', JSON.stringify({ ...payload({}), userId: '' })])(
    'is nothing where %j is stored',
    (text) => expect(parseSessionPayload(text)).toBeUndefined(),
  )

  it('is found by the SHA-256 of its id', () => {
    expect(sessionIdHash('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad')
  })
})
