import { describe, expect, it } from '@jest/globals'
import {
  addedEntries,
  firstFault,
  isIgnored,
  typedEntries,
} from '../../src/web/features/jails/ignore-entries.ts'
import { jail } from '../support/console-app.ts'

describe('what is typed for an ignore list', () => {
  it('is one entry a line, or between blanks and commas, each once', () => {
    expect(typedEntries(' 192.0.2.1,\n2001:db8::/32  192.0.2.1;198.51.100.7\n')).toEqual([
      '192.0.2.1',
      '2001:db8::/32',
      '198.51.100.7',
    ])
    expect(typedEntries(' \n ')).toEqual([])
  })

  it('is refused at its first entry that is no address, or nearly everybody', () => {
    expect(firstFault(['192.0.2.1', 'vpn.example.org'])).toMatchObject({ entry: 'vpn.example.org' })
    expect(firstFault(['0.0.0.0/0'])).toMatchObject({ entry: '0.0.0.0/0' })
    expect(firstFault(['192.0.2.1', '10.0.0.0/8'])).toBeUndefined()
  })
})

describe('an ignore list', () => {
  it('has an address that lies in one of its networks', () => {
    expect(isIgnored(['192.0.2.0/24', 'vpn.example.org'], '192.0.2.9')).toBe(true)
    expect(isIgnored(['192.0.2.0/24', 'vpn.example.org'], '198.51.100.9')).toBe(false)
  })

  it('loses at a reload what the files do not have', () => {
    const known = { ...jail('sshd'), ignoreip: ['192.0.2.1', '192.0.2.2'] }
    expect(addedEntries({ ...known, configured: { ignoreip: ['192.0.2.1'] } })).toEqual(['192.0.2.2'])
    expect(addedEntries(known)).toEqual([])
  })
})
