import { describe, expect, it } from '@jest/globals'
import { addressBucket } from '../../src/server/http/client-address.ts'

describe('the budget of an address', () => {
  it('is its own for IPv4, also in IPv6 clothes', () => {
    expect(addressBucket('203.0.113.7', 64)).toBe('203.0.113.7')
    expect(addressBucket('::ffff:203.0.113.7', 64)).toBe('203.0.113.7')
    expect(addressBucket('203.0.113.7', 64)).not.toBe(addressBucket('203.0.113.8', 64))
  })

  it('is its network’s for IPv6', () => {
    expect(addressBucket('2001:db8:0:ab01::1', 64)).toBe(addressBucket('2001:db8:0:ab01:ffff::2', 64))
    expect(addressBucket('2001:db8:0:ab01::1', 64)).not.toBe(addressBucket('2001:db8:0:ab02::1', 64))
    expect(addressBucket('2001:db8:0:ab01::1', 56)).toBe(addressBucket('2001:db8:0:abff::1', 56))
    expect(addressBucket('2001:db8:0:ab01::1', 56)).not.toBe(addressBucket('2001:db8:0:ac01::1', 56))
  })

  it('is one for all that is no address', () => {
    expect(addressBucket('', 64)).toBe('unknown')
    expect(addressBucket('nonsense', 64)).toBe('unknown')
  })
})
