/** What a decoded message consists of. Lists and tuples are both arrays; whole numbers beyond 2^53 are bigint. */
export type PickleValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | PickleValue[]
  | Map<PickleValue, PickleValue>
  | Set<PickleValue>
  | PickleObject

/** An instance of a Python class, such as an exception: only its name and what it was made of. Nothing is ever called. */
export interface PickleObject {
  /** With its module: `fail2ban.exceptions.UnknownJailException`. */
  readonly class: string
  readonly args: readonly PickleValue[]
  readonly state?: PickleValue
}

export function isPickleObject(value: PickleValue): value is PickleObject {
  return typeof value === 'object' && value !== null && 'class' in value
}

/** Longest text made of something that is none, and how deep it looks. */
const MAX_TEXT = 200
const MAX_DEPTH = 4

/** A short readable text for a value that should have been a string, such as a jail's tuple of address and user. */
export function textOf(value: PickleValue, depth = 0): string {
  if (typeof value === 'string') return value
  if (value === null || typeof value !== 'object') return String(value)
  if (depth === MAX_DEPTH) return '…'
  if (Array.isArray(value)) {
    const items = value.slice(0, 8).map((item) => textOf(item, depth + 1).slice(0, MAX_TEXT))
    return `(${items.join(', ')})`.slice(0, MAX_TEXT)
  }
  return isPickleObject(value) ? value.class : '…'
}

/** One short line for people. Texts from fail2ban may quote log lines and names that attackers chose. */
export function printable(text: string): string {
  return text.slice(0, 300).replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ')
}
