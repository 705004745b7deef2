/** An address or network in the one spelling that fail2ban uses, so that equal things are equal texts. */
export interface IpEntry {
  readonly text: string
  readonly family: 4 | 6
  /** 32 or 128 for a single address. */
  readonly prefix: number
  readonly kind: 'address' | 'network'
  /** 32 hexadecimal digits of the first address, IPv4 as ::ffff:a.b.c.d; sorts in address order. */
  readonly first: string
  /** The same of the last address. */
  readonly last: string
}

export type IpParseResult =
  { readonly ok: true; readonly entry: IpEntry } | { readonly ok: false; readonly problem: string }

export type AddressScope =
  'public' | 'private' | 'loopback' | 'link-local' | 'documentation' | 'multicast' | 'reserved'

/** Widest networks that may be banned: a slip of the keyboard must not lock out half the internet. */
const WIDEST = { 4: 16, 6: 32 } as const

const WIDEST_IGNORED = 8

const NOT_AN_ADDRESS = 'Not an IPv4 or IPv6 address, nor a network such as 203.0.113.0/24.'
const TOO_WIDE = 'The network is too wide: use /16 or narrower for IPv4, /32 or narrower for IPv6.'

/**
 * Reads one address or network as people write it: blanks around it, upper case, `[2001:db8::1]`, and a port behind an
 * address are accepted and dropped; host bits of a network are cleared. `problem` is a sentence for people. Whatever
 * fail2ban would take for a host name, or read differently from another program, is refused.
 */
export function parseIp(text: string): IpParseResult {
  const bare = withoutPort(text.trim())
  const read = readEntry(bare)
  if (typeof read === 'string') return { ok: false, problem: read }
  if (read.prefix < WIDEST[read.family]) return { ok: false, problem: TOO_WIDE }
  return { ok: true, entry: read }
}

/** The same for an allow list, where whole private networks such as 10.0.0.0/8 belong; half the internet does not. */
export function parseIgnoreip(text: string): IpParseResult {
  const entry = listedIp(withoutPort(text.trim()))
  const fits = entry !== undefined && entry.prefix >= WIDEST_IGNORED
  return fits ? { ok: true, entry } : parseIp(text)
}

/** Reads what fail2ban itself lists, networks of any width too. Undefined: not an address but a name. */
export function listedIp(text: string): IpEntry | undefined {
  const read = readEntry(text)
  return typeof read === 'string' ? undefined : read
}

/** Sort key in address order: a network stands right before what it contains. Unique per entry. */
export function ipKey(entry: IpEntry): string {
  return `${entry.first}/${String(entry.prefix).padStart(3, '0')}`
}

/** Whether every address of `entry` is in `network`; an entry contains itself. */
export function containsKey(network: IpEntry, entry: IpEntry): boolean {
  return network.family === entry.family && network.first <= entry.first && entry.last <= network.last
}

/** What kind of address it is; a network has a scope other than `public` only where it lies wholly inside that scope. */
export function addressScope(entry: IpEntry): AddressScope {
  for (const [network, scope] of SCOPES) if (containsKey(network, entry)) return scope
  return entry.family === 4 || containsKey(GLOBAL_UNICAST, entry) ? 'public' : 'reserved'
}

/**
 * What a rate limit counts as one client: an IPv4 address, or the IPv6 network of this prefix, since one subscriber owns
 * many IPv6 addresses. Anything unreadable shares one bucket.
 */
export function bucketOf(address: string, v6Prefix = 56): string {
  const entry = readEntry(address.split('%')[0] ?? '')
  if (typeof entry === 'string') return 'unknown'
  return entry.family === 4
    ? entry.text
    : entryOf(wordsOf(entry.first), 6, Math.min(v6Prefix, entry.prefix)).text
}

function withoutPort(text: string): string {
  const parts = /^\[([^[\]/]*:[^[\]/]*)\](?::(\d{1,5}))?$/.exec(text) ?? /^([\d.]+):(\d{1,5})$/.exec(text)
  const [, address = text, port = '0'] = parts ?? []
  return Number(port) <= 65_535 ? address : text
}

/** The entry, or the sentence that says why it is none. */
function readEntry(text: string): IpEntry | string {
  const [address = '', suffix, ...more] = text.split('/')
  if (more.length > 0 || text.length > 64) return NOT_AN_ADDRESS
  const family = address.includes(':') ? 6 : 4
  const words = family === 6 ? wordsOfIpv6(address) : wordsOfIpv4(address)
  if (typeof words === 'string') return words
  const bits = family === 6 ? 128 : 32
  const prefix = suffix === undefined ? bits : readPrefix(suffix, bits)
  if (prefix === undefined) return `The number behind the slash must be between 0 and ${bits}.`
  // An IPv4 address in IPv6 clothes is IPv4, as it is to fail2ban and to the firewall.
  const mapped = family === 6 && prefix >= 96 && isMapped(words)
  return mapped ? entryOf(words, 4, prefix - 96) : entryOf(words, family, prefix)
}

function readPrefix(suffix: string, bits: number): number | undefined {
  if (!/^(?:0|[1-9]\d{0,2})$/.test(suffix)) return undefined
  return Number(suffix) <= bits ? Number(suffix) : undefined
}

/** An address is eight 16-bit words; IPv4 is ::ffff:a.b.c.d. */
type Words = readonly number[]

const MAPPED: Words = [0, 0, 0, 0, 0, 0xffff]

function isMapped(words: Words): boolean {
  return MAPPED.every((word, index) => words[index] === word)
}

function wordsOfIpv4(text: string): Words | string {
  const octets = text.split('.')
  if (octets.length !== 4 || !octets.every((octet) => /^\d{1,3}$/.test(octet))) return NOT_AN_ADDRESS
  if (octets.some((octet) => /^0\d/.test(octet))) {
    return 'Write the numbers of an IPv4 address without leading zeros: some programs read them as octal.'
  }
  const [a = 0, b = 0, c = 0, d = 0] = octets.map(Number)
  if (Math.max(a, b, c, d) > 255) return 'Each number of an IPv4 address must be between 0 and 255.'
  return [...MAPPED, a * 256 + b, c * 256 + d]
}

function wordsOfIpv6(text: string): Words | string {
  if (text.includes('%')) return 'An address with a zone, such as fe80::1%eth0, cannot be banned.'
  const tail = /^(.*:)([\d.]+)$/.exec(text)
  if (text.includes('.')) {
    const ipv4 = wordsOfIpv4(tail?.[2] ?? '')
    if (typeof ipv4 === 'string') return ipv4
    const hex = ipv4.slice(6).map((word) => word.toString(16))
    return wordsOfIpv6(`${tail?.[1] ?? ''}${hex.join(':')}`)
  }
  const sides = text.split('::')
  const [left = [], right = []] = sides.map((side) => (side === '' ? [] : side.split(':')))
  const groups = [...left, ...right]
  const fits = sides.length === 2 ? groups.length <= 7 : sides.length === 1 && groups.length === 8
  if (!fits || !groups.every((group) => /^[0-9a-f]{1,4}$/i.test(group))) return NOT_AN_ADDRESS
  const zeros = Array<string>(8 - groups.length).fill('0')
  return [...left, ...zeros, ...right].map((group) => Number.parseInt(group, 16))
}

function wordsOf(hex: string): Words {
  return Array.from({ length: 8 }, (_, index) => Number.parseInt(hex.slice(index * 4, index * 4 + 4), 16))
}

function hexOf(words: Words): string {
  return words.map((word) => word.toString(16).padStart(4, '0')).join('')
}

function entryOf(words: Words, family: 4 | 6, prefix: number): IpEntry {
  const kept = family === 4 ? prefix + 96 : prefix
  const hostMasks = words.map((_, index) => 0xffff >>> Math.min(16, Math.max(0, kept - index * 16)))
  const first = words.map((word, index) => word & ~(hostMasks[index] ?? 0))
  const last = words.map((word, index) => word | (hostMasks[index] ?? 0))
  const single = kept === 128
  const address = family === 4 ? dotted(first) : spellIpv6(first)
  return {
    text: single ? address : `${address}/${prefix}`,
    family,
    prefix,
    kind: single ? 'address' : 'network',
    first: hexOf(first),
    last: hexOf(last),
  }
}

function dotted(words: Words): string {
  const [high = 0, low = 0] = words.slice(6)
  return [high >> 8, high & 255, low >> 8, low & 255].join('.')
}

/** The spelling of glibc's inet_ntop, which fail2ban uses: the first longest run of two or more zero words becomes `::`. */
function spellIpv6(words: Words): string {
  let start = -1
  let length = 1
  for (let from = 0; from < 8; from += 1) {
    let to = from
    while (to < 8 && words[to] === 0) to += 1
    if (to - from > length) [start, length] = [from, to - from]
  }
  // glibc alone still writes the long deprecated "IPv4-compatible" addresses with dots.
  if (start === 0 && length === 6) return `::${dotted(words)}`
  const spell = (part: Words): string => part.map((word) => word.toString(16)).join(':')
  if (start === -1) return spell(words)
  return `${spell(words.slice(0, start))}::${spell(words.slice(start + length))}`
}

function wellKnown(text: string): IpEntry {
  const read = readEntry(text)
  if (typeof read === 'string') throw new Error(`${text}: ${read}`)
  return read
}

const GLOBAL_UNICAST = wellKnown('2000::/3')

/** IANA's special-purpose registries, as far as they change what banning such an address means. First match wins. */
const SCOPES: ReadonlyArray<readonly [IpEntry, AddressScope]> = (
  [
    ['loopback', '127.0.0.0/8', '::1'],
    [
      'private',
      '10.0.0.0/8',
      '172.16.0.0/12',
      '192.168.0.0/16',
      '100.64.0.0/10',
      'fc00::/7',
      '64:ff9b:1::/48',
    ],
    ['link-local', '169.254.0.0/16', 'fe80::/10'],
    ['documentation', '192.0.2.0/24', '198.51.100.0/24', '203.0.113.0/24', '2001:db8::/32', '3fff::/20'],
    ['multicast', '224.0.0.0/4', 'ff00::/8'],
    ['public', '64:ff9b::/96'],
    ['reserved', '0.0.0.0/8', '192.0.0.0/24', '192.88.99.0/24', '198.18.0.0/15', '240.0.0.0/4', '2001::/23'],
  ] as const
).flatMap(([scope, ...networks]) => networks.map((text) => [wellKnown(text), scope] as const))
