import { Op, PickleError } from './opcodes.ts'

/** What can be sent: lists of plain values, nested. */
export type Sendable = null | boolean | number | string | readonly Sendable[]

const MAX_DEPTH = 50

/** Writes a value in protocol 2, which every Python that runs a fail2ban can read. Throws PickleError. */
export function encodePickle(value: Sendable): Buffer {
  const parts: Uint8Array[] = [Uint8Array.of(Op.PROTO, 2)]
  write(parts, value, 0)
  parts.push(Uint8Array.of(Op.STOP))
  return Buffer.concat(parts)
}

function write(parts: Uint8Array[], value: Sendable, depth: number): void {
  if (depth > MAX_DEPTH) throw new PickleError('the value is nested too deeply')
  if (value === null) parts.push(Uint8Array.of(Op.NONE))
  else if (typeof value === 'boolean') parts.push(Uint8Array.of(value ? Op.NEWTRUE : Op.NEWFALSE))
  else if (typeof value === 'number') parts.push(numberBytes(value))
  else if (typeof value === 'string') parts.push(...textBytes(value))
  else {
    parts.push(Uint8Array.of(Op.EMPTY_LIST))
    if (value.length === 0) return
    parts.push(Uint8Array.of(Op.MARK))
    for (const item of value) write(parts, item, depth + 1)
    parts.push(Uint8Array.of(Op.APPENDS))
  }
}

function numberBytes(value: number): Uint8Array {
  const bytes = Buffer.alloc(10)
  if (Number.isInteger(value) && Math.abs(value) <= 0x7fffffff) {
    bytes[0] = Op.BININT
    bytes.writeInt32LE(value, 1)
    return bytes.subarray(0, 5)
  }
  if (Number.isSafeInteger(value)) {
    bytes[0] = Op.LONG1
    bytes[1] = 8
    bytes.writeBigInt64LE(BigInt(value), 2)
    return bytes
  }
  bytes[0] = Op.BINFLOAT
  bytes.writeDoubleBE(value, 1)
  return bytes.subarray(0, 9)
}

function textBytes(value: string): [Uint8Array, Uint8Array] {
  const text = Buffer.from(value, 'utf8')
  const head = Buffer.alloc(5)
  head[0] = Op.BINUNICODE
  head.writeUInt32LE(text.length, 1)
  return [head, text]
}
