import { describe, expect, it } from '@jest/globals'
import './english.ts'
import { splitAddresses } from '../../src/web/features/bans/addresses.ts'
import { messageOf } from '../../src/web/features/bans/log-line.ts'
import { formatRelative } from '../../src/web/ui/time.ts'
import { listOf, ordinal } from '../../src/web/ui/words.ts'

describe('formatRelative', () => {
  const now = Date.parse('2026-11-23T12:00:00Z')
  it.each([
    ['2026-11-23T12:00:00.400Z', 'now'],
    ['2026-11-23T11:59:48Z', '12 s ago'],
    ['2026-11-23T11:58:59Z', '1 min ago'],
    ['2026-11-23T16:30:00Z', 'in 4 h'],
    ['2026-11-22T11:00:00Z', '25 h ago'],
    ['2026-11-19T12:00:00Z', '4 d ago'],
    ['2026-11-30T11:59:00Z', 'in 6 d'],
  ])('says of %s: %s', (at, text) => {
    expect(formatRelative(at, now)).toBe(text)
  })

  it('gives the date beyond a week', () => {
    expect(formatRelative('2025-11-01T12:00:00Z', now)).toContain('2025')
  })
})

describe('messageOf', () => {
  it.each([
    [
      'Nov 23 22:01:11 host sshd[3121]: Failed password for root from 203.0.113.7 port 1 ssh2',
      'Failed password for root from 203.0.113.7 port 1 ssh2',
    ],
    ['2026-11-23T22:01:11.123+01:00 host postfix/smtpd[9]: warning: SASL LOGIN', 'warning: SASL LOGIN'],
    ['2026/11/23 22:01:11 [error] 12#12: *1 user "bob"', '[error] 12#12: *1 user "bob"'],
    [
      '203.0.113.7 - - [23/Nov/2026:22:01:11 +0100] "GET / HTTP/1.1"',
      '203.0.113.7 - - [23/Nov/2026:22:01:11 +0100] "GET / HTTP/1.1"',
    ],
    ['no date at all: nothing to cut', 'no date at all: nothing to cut'],
    ['Nov 23 22:01:11 host sshd[3121]: ', 'Nov 23 22:01:11 host sshd[3121]: '],
  ])('cuts when and where from %j', (line, message) => {
    expect(messageOf(line)).toBe(message)
  })
})

describe('splitAddresses', () => {
  it('takes what people paste, each address once', () => {
    expect(splitAddresses(' 192.0.2.1, 192.0.2.2;\n2001:db8::1\t192.0.2.1 ')).toEqual([
      '192.0.2.1',
      '192.0.2.2',
      '2001:db8::1',
    ])
    expect(splitAddresses('  \n')).toEqual([])
  })
})

describe('words', () => {
  it('join and count', () => {
    expect(listOf([])).toBe('')
    expect(listOf(['sshd'])).toBe('sshd')
    expect(listOf(['sshd', 'dovecot', 'recidive'])).toBe('sshd, dovecot and recidive')
    expect([1, 2, 3, 4, 11, 12, 13, 21, 102, 111].map(ordinal)).toEqual([
      '1st',
      '2nd',
      '3rd',
      '4th',
      '11th',
      '12th',
      '13th',
      '21st',
      '102nd',
      '111th',
    ])
  })
})
