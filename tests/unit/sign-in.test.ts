import { describe, expect, it } from '@jest/globals'
import { pino } from 'pino'
import { createDeviceTokens } from '../../src/server/features/auth/device-token.ts'
import { logFailedSignIn } from '../../src/server/features/auth/sign-in-log.ts'
import { usernameKey } from '../../src/server/features/auth/users.repository.ts'

function lineFor(username: string): string {
  let line = ''
  const log = pino({ base: null, timestamp: false }, { write: (text: string) => (line += text) })
  logFailedSignIn(log, username, '203.0.113.7')
  return (JSON.parse(line) as { msg: string }).msg
}

describe('the line about a failed sign-in', () => {
  it('has the form that the fail2ban filter expects', () => {
    expect(lineFor('admin')).toBe('BanGUI sign-in failed for user "admin" from 203.0.113.7')
  })

  it('keeps letters of all languages and replaces what could end the quotes or the line', () => {
    expect(lineFor('Жанна 名前 🙂')).toContain('"Жанна 名前 🙂"')
    expect(lineFor('a"b\\c\nd\u2028e\u202ef<g>&\u0000')).toContain('"a?b?c?d?e?f?g???"')
  })

  it('is cut to 64 characters, none of them in half', () => {
    expect(lineFor('🙂'.repeat(100))).toContain(`"${'🙂'.repeat(64)}"`)
  })
})

describe('a user name', () => {
  it('is the same in capitals, in another spelling of its letters, and with a space that a phone added', () => {
    expect(usernameKey('Admin ')).toBe(usernameKey('admin'))
    expect(usernameKey('Rene\u0301')).toBe(usernameKey('RENÉ'))
    expect(usernameKey('admin')).not.toBe(usernameKey('admln'))
  })
})

describe('a device token', () => {
  const [older, newer] = ['an older secret of 32 bytes length', 'a newer secret of 32 bytes length.']
  const devices = createDeviceTokens([older])

  it('is good for its account alone', () => {
    const token = devices.issue('admin')
    expect(devices.deviceOf(token, 'admin')).toBe(token.split('.')[0])
    expect(devices.deviceOf(token, 'other')).toBeUndefined()
  })

  it('cannot be made up', () => {
    const [id, signature] = devices.issue('admin').split('.')
    for (const token of [undefined, '', '.', 'x', `${id}.`, `x.${signature}`, `${id}`]) {
      expect(devices.deviceOf(token, 'admin')).toBeUndefined()
    }
  })

  it('outlives a change of the secret while the old one is still listed', () => {
    const token = devices.issue('admin')
    expect(createDeviceTokens([newer, older]).deviceOf(token, 'admin')).toBeDefined()
    expect(createDeviceTokens([newer]).deviceOf(token, 'admin')).toBeUndefined()
  })
})
