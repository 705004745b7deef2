import { describe, expect, it } from '@jest/globals'
import * as fc from 'fast-check'
import {
  addressScope,
  bucketOf,
  containsKey,
  ipKey,
  listedIp,
  parseIp,
  type IpEntry,
} from '../../src/shared/ip.ts'
import { runPython } from '../support/python.ts'

function entry(text: string): IpEntry {
  const parsed = parseIp(text)
  if (!parsed.ok) throw new Error(`${text}: ${parsed.problem}`)
  return parsed.entry
}

function problem(text: string): string | undefined {
  const parsed = parseIp(text)
  return parsed.ok ? undefined : parsed.problem
}

/** What fail2ban's own class makes of each text. */
function spelledByFail2ban(texts: readonly string[]): unknown {
  return runPython(
    `import json, sys
from fail2ban.server.ipdns import IPAddr
print(json.dumps([str(IPAddr(text)) for text in json.load(sys.stdin)]))`,
    texts,
  )
}

const octets = fc.tuple(fc.nat(255), fc.nat(255), fc.nat(255), fc.nat(255)).map((parts) => parts.join('.'))
const words = fc.array(
  fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, fc.nat(0xffff), fc.constant(0xffff)),
  {
    minLength: 8,
    maxLength: 8,
  },
)

/** An IPv6 address in one of its many spellings: padded or not, either case, some run of zeros left out, dotted tail. */
const ipv6 = fc
  .record({ words, padded: fc.boolean(), upper: fc.boolean(), shorten: fc.nat(8), dotted: fc.boolean() })
  .map(({ words, padded, upper, shorten, dotted }) => {
    const groups = words.map((word) => word.toString(16).padStart(padded ? 4 : 1, '0'))
    const [high = 0, low = 0] = words.slice(6)
    if (dotted) groups.splice(6, 2, [high >> 8, high & 255, low >> 8, low & 255].join('.'))
    const zero = /^0+$/
    let end = shorten
    while (end < groups.length && zero.test(groups[end] ?? '')) end += 1
    const text =
      end > shorten
        ? `${groups.slice(0, shorten).join(':')}::${groups.slice(end).join(':')}`
        : groups.join(':')
    return upper ? text.toUpperCase() : text
  })

const spellings = fc.oneof(
  octets,
  ipv6,
  ipv6.map((address) => `[${address}]`),
  fc.tuple(octets, fc.integer({ min: 16, max: 32 })).map(([address, prefix]) => `${address}/${prefix}`),
  fc.tuple(ipv6, fc.integer({ min: 32, max: 128 })).map(([address, prefix]) => `${address}/${prefix}`),
)

describe('the spelling of an address', () => {
  it('is the one fail2ban itself uses, for any spelling people may choose', () => {
    // fail2ban leaves a *network* of IPv4-mapped addresses in IPv6 clothes; that deliberate difference has its own test.
    const texts = fc
      .sample(spellings, { numRuns: 1_500, seed: 42 })
      .filter((text) => !(text.includes('/') && text.includes(':') && listedIp(text)?.family === 4))
    expect(texts.length).toBeGreaterThan(1_000)
    expect(texts.map((text) => entry(text).text)).toEqual(spelledByFail2ban(texts))
  })

  it('stays the same when read again, by us and by fail2ban', () => {
    const canonical = fc
      .sample(spellings, { numRuns: 500, seed: 7 })
      .map((text) => parseIp(text))
      .flatMap((parsed) => (parsed.ok ? [parsed.entry.text] : []))
    expect(canonical.length).toBeGreaterThan(450)
    expect(canonical.map((text) => entry(text).text)).toEqual(canonical)
    expect(spelledByFail2ban(canonical)).toEqual(canonical)
  })

  it.each([
    ['203.0.113.7', '203.0.113.7'],
    ['  203.0.113.7\t', '203.0.113.7'],
    ['203.0.113.7/32', '203.0.113.7'],
    ['203.0.113.7/24', '203.0.113.0/24'],
    ['203.0.113.7:51022', '203.0.113.7'],
    ['2001:DB8:0:0:0:0:0:1', '2001:db8::1'],
    ['2001:0db8::0001/128', '2001:db8::1'],
    ['2001:db8:1:2:3:4:5:6/48', '2001:db8:1::/48'],
    ['2001:db8:0:1:0:0:0:1', '2001:db8:0:1::1'],
    ['2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
    ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
    ['[2001:db8::1]', '2001:db8::1'],
    ['[2001:db8::1]:443', '2001:db8::1'],
    ['::ffff:203.0.113.7', '203.0.113.7'],
    ['::FFFF:cb00:7107', '203.0.113.7'],
    ['::ffff:203.0.113.0/120', '203.0.113.0/24'],
    ['::203.0.113.7', '::203.0.113.7'],
    ['::1:0', '::0.1.0.0'],
    ['::', '::'],
    ['::1', '::1'],
    ['1:2:3:4:5:6:7::', '1:2:3:4:5:6:7:0'],
  ])('of %j is %j', (text, canonical) => {
    expect(entry(text).text).toBe(canonical)
  })
})

describe('what is no address', () => {
  it.each([
    '',
    ' ',
    'localhost',
    'host.example',
    '203.0.113',
    '203.0.113.7.1',
    '203.0.113.256',
    '203.0.113.-7',
    '203.0.113.7 -j ACCEPT',
    '203.0.113. 7',
    '203.0.113.7/33',
    '203.0.113.7/',
    '203.0.113.7/024',
    '203.0.113.7/24/24',
    '203.0.113.7/255.255.255.0',
    '203.0.113.7:',
    '203.0.113.7:65536',
    '203.0.113.0/24:80',
    '[203.0.113.7]',
    '[2001:db8::1',
    '2001:db8::1]',
    '[2001:db8::/32]',
    '2001:db8::/129',
    '2001:db8::1::2',
    '2001:db8:::1',
    '2001:db8:1:2:3:4:5',
    '2001:db8:1:2:3:4:5:6:7',
    '2001:db8:1:2:3:4:5:6::',
    '2001:db8::12345',
    '2001:db8::g',
    '::203.0.113.7:1',
    '203.0.113.7::',
    '0x7f000001',
    '3405803783',
    '--all',
    '--report-absent',
    '２０３.0.113.7',
    '203.0.113.7\u0000',
    '9'.repeat(10_000),
  ])('is refused: %j', (text) => {
    expect(problem(text)).toMatch(/\.$/)
  })

  it('says what is wrong where a small mistake was made', () => {
    expect(problem('198.018.0.10')).toContain('leading zeros')
    expect(problem('203.0.113.300')).toContain('between 0 and 255')
    expect(problem('203.0.113.0/40')).toContain('between 0 and 32')
    expect(problem('2001:db8::/200')).toContain('between 0 and 128')
    expect(problem('fe80::1%eth0')).toContain('zone')
  })

  it.each(['0.0.0.0/0', '10.0.0.0/8', '10.1.0.0/15', '::/0', '2001:db8::/31', '::ffff:0.0.0.0/96'])(
    'is a network too wide to ban: %s',
    (text) => {
      expect(problem(text)).toContain('too wide')
    },
  )

  it.each(['203.0.0.0/16', '2001:db8::/32'])('is not the widest network allowed: %s', (text) => {
    expect(entry(text).text).toBe(text)
  })
})

describe('what fail2ban lists', () => {
  it('may be wider than what people may ban', () => {
    expect(listedIp('10.0.0.0/8')).toMatchObject({ text: '10.0.0.0/8', kind: 'network', prefix: 8 })
  })

  it('may be a name, which is no address', () => {
    expect(listedIp('alice')).toBeUndefined()
    expect(listedIp('203.0.113.7 ')).toBeUndefined()
  })
})

describe('the range of an entry', () => {
  it('is written so that text order is address order', () => {
    expect(entry('203.0.113.0/24')).toMatchObject({
      family: 4,
      prefix: 24,
      kind: 'network',
      first: '00000000000000000000ffffcb007100',
      last: '00000000000000000000ffffcb0071ff',
    })
    expect(entry('2001:db8::/33')).toMatchObject({
      family: 6,
      first: '20010db8000000000000000000000000',
      last: '20010db87fffffffffffffffffffffff',
    })
  })

  it('gives keys that sort a network before its addresses, and IPv4 and IPv6 apart', () => {
    const sorted = [
      '203.0.113.0/24',
      '203.0.113.0',
      '203.0.113.9',
      '203.0.113.10',
      '2001:db8::/32',
      '2001:db8::',
    ]
    const byKey = sorted.toReversed().toSorted((a, b) => (ipKey(entry(a)) < ipKey(entry(b)) ? -1 : 1))
    expect(byKey).toEqual(sorted)
    expect(ipKey(entry('203.0.113.0/24'))).toBe('00000000000000000000ffffcb007100/024')
  })

  it('tells what contains what, never across the families', () => {
    expect(containsKey(entry('203.0.113.0/24'), entry('203.0.113.77'))).toBe(true)
    expect(containsKey(entry('203.0.113.0/24'), entry('203.0.113.0/24'))).toBe(true)
    expect(containsKey(entry('203.0.113.0/24'), entry('203.0.112.0/23'))).toBe(false)
    expect(containsKey(entry('203.0.113.0/24'), entry('198.51.100.1'))).toBe(false)
    expect(containsKey(entry('::/32'), entry('203.0.113.77'))).toBe(false)
    expect(containsKey(entry('::/32'), entry('::1'))).toBe(true)
  })
})

describe('the scope of an address', () => {
  it.each([
    ['8.8.8.8', 'public'],
    ['192.0.0.0/16', 'public'],
    ['127.0.0.1', 'loopback'],
    ['10.1.2.3', 'private'],
    ['172.31.0.0/16', 'private'],
    ['100.64.0.1', 'private'],
    ['169.254.1.1', 'link-local'],
    ['203.0.113.7', 'documentation'],
    ['224.0.0.1', 'multicast'],
    ['255.255.255.255', 'reserved'],
    ['0.0.0.0', 'reserved'],
    ['2a00:1450::1', 'public'],
    ['::1', 'loopback'],
    ['::', 'reserved'],
    ['fd00::1', 'private'],
    ['fe80::1', 'link-local'],
    ['2001:db8::1', 'documentation'],
    ['ff02::1', 'multicast'],
    ['64:ff9b::808:808', 'public'],
    ['2001::/32', 'reserved'],
    ['::ffff:127.0.0.1', 'loopback'],
  ])('%s is %s', (text, scope) => {
    expect(addressScope(entry(text))).toBe(scope)
  })
})

describe('the bucket of a rate limit', () => {
  it.each([
    ['203.0.113.7', '203.0.113.7'],
    ['::ffff:203.0.113.7', '203.0.113.7'],
    ['2001:db8:0:12ff::1', '2001:db8:0:1200::/56'],
    ['fe80::1%eth0', 'fe80::/56'],
    ['not an address', 'unknown'],
    ['', 'unknown'],
  ])('of %j is %j', (address, bucket) => {
    expect(bucketOf(address)).toBe(bucket)
  })

  it('can be wider or narrower', () => {
    expect(bucketOf('2001:db8:0:12ff::1', 64)).toBe('2001:db8:0:12ff::/64')
  })
})
