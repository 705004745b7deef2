import { lineEnd, Op, opcodeEnd, PickleError, readLength8 } from './opcodes.ts'
import { PickleBuilder, type Item, type PickleLimits } from './pickle-builder.ts'
import type { PickleValue } from './pickle-values.ts'

export type { PickleLimits } from './pickle-builder.ts'

/** A million bans with their times are 63 MB; nothing that fail2ban answers is nested more than a few levels. */
export const DEFAULT_LIMITS: PickleLimits = { maxDepth: 500, maxElements: 8_000_000 }

/** Reads one whole pickle of protocol 2 to 5. No class is looked up and nothing is called. Throws PickleError only. */
export function decodePickle(buffer: Buffer, limits: PickleLimits = DEFAULT_LIMITS): PickleValue {
  const builder = new PickleBuilder(limits)
  let at = 0
  while (at < buffer.length) {
    const opcode = buffer[at] ?? 0
    if (opcode === Op.STOP) {
      if (at + 1 !== buffer.length) throw new PickleError('there is more after the end of the message')
      return builder.result()
    }
    const end = opcodeEnd(buffer, at, buffer.length)
    if (end === 0 || end > buffer.length) break
    if (!readScalar(builder, opcode, buffer, at, end)) arrange(builder, opcode, buffer, at)
    at = end
  }
  throw new PickleError('the message is cut off')
}

/** Opcodes that bring a value of their own. False: it is another kind of opcode. */
function readScalar(
  builder: PickleBuilder,
  opcode: number,
  buffer: Buffer,
  at: number,
  end: number,
): boolean {
  const value = scalar(opcode, buffer, at, end)
  if (value === undefined) return false
  builder.push(value)
  return true
}

function scalar(opcode: number, buffer: Buffer, at: number, end: number): Item | undefined {
  switch (opcode) {
    case Op.SHORT_BINUNICODE:
    case Op.SHORT_BINSTRING:
      return buffer.toString('utf8', at + 2, end)
    case Op.BINUNICODE:
    case Op.BINSTRING:
      return buffer.toString('utf8', at + 5, end)
    case Op.BINUNICODE8:
      return buffer.toString('utf8', at + 9, end)
    case Op.SHORT_BINBYTES:
      return Uint8Array.from(buffer.subarray(at + 2, end))
    case Op.BINBYTES:
      return Uint8Array.from(buffer.subarray(at + 5, end))
    case Op.BININT1:
      return buffer[at + 1] ?? 0
    case Op.BININT2:
      return buffer.readUInt16LE(at + 1)
    case Op.BININT:
      return buffer.readInt32LE(at + 1)
    case Op.LONG1:
      return readLong(buffer, at + 2, end)
    case Op.BINFLOAT:
      return buffer.readDoubleBE(at + 1)
    case Op.NONE:
      return null
    case Op.NEWTRUE:
      return true
    case Op.NEWFALSE:
      return false
    default:
      return undefined
  }
}

/** Opcodes that arrange what is already on the stack, or remember and recall it. */
function arrange(builder: PickleBuilder, opcode: number, buffer: Buffer, at: number): void {
  switch (opcode) {
    case Op.PROTO:
      if ((buffer[at + 1] ?? 0) > 5) throw new PickleError('the message is of a newer pickle protocol than 5')
      return
    case Op.FRAME:
      // A hint for reading ahead; the opcodes inside speak for themselves.
      if (readLength8(buffer, at + 1) > buffer.length)
        throw new PickleError('a frame is longer than the message')
      return
    case Op.MEMOIZE:
      return builder.memoize()
    case Op.BINPUT:
      return builder.memoize(buffer[at + 1])
    case Op.LONG_BINPUT:
      return builder.memoize(buffer.readUInt32LE(at + 1))
    case Op.BINGET:
      return builder.recall(buffer[at + 1] ?? 0)
    case Op.LONG_BINGET:
      return builder.recall(buffer.readUInt32LE(at + 1))
    case Op.GLOBAL: {
      const module = lineEnd(buffer, at + 1, buffer.length)
      const name = lineEnd(buffer, module, buffer.length)
      return builder.global(
        buffer.toString('utf8', at + 1, module - 1),
        buffer.toString('utf8', module, name - 1),
      )
    }
    default:
      return collect(builder, opcode)
  }
}

function collect(builder: PickleBuilder, opcode: number): void {
  switch (opcode) {
    case Op.MARK:
      return builder.mark()
    case Op.EMPTY_LIST:
      return builder.make('list', 0)
    case Op.EMPTY_DICT:
      return builder.make('dict', 0)
    case Op.EMPTY_SET:
      return builder.make('set', 0)
    case Op.EMPTY_TUPLE:
      return builder.make('tuple', 0)
    case Op.TUPLE1:
      return builder.make('tuple', 1)
    case Op.TUPLE2:
      return builder.make('tuple', 2)
    case Op.TUPLE3:
      return builder.make('tuple', 3)
    case Op.TUPLE:
      return builder.make('tuple', 'mark')
    case Op.FROZENSET:
      return builder.make('set', 'mark')
    case Op.APPEND:
      return builder.extend('list', 1)
    case Op.APPENDS:
      return builder.extend('list', 'mark')
    case Op.SETITEM:
      return builder.extend('dict', 2)
    case Op.SETITEMS:
      return builder.extend('dict', 'mark')
    case Op.ADDITEMS:
      return builder.extend('set', 'mark')
    case Op.STACK_GLOBAL:
      return builder.stackGlobal()
    case Op.REDUCE:
    case Op.NEWOBJ:
      return builder.reduce()
    case Op.BUILD:
      return builder.build()
    default:
      throw new PickleError(`opcode 0x${opcode.toString(16)} has no place here`)
  }
}

function readLong(buffer: Buffer, at: number, end: number): number | bigint {
  let value = 0n
  for (let index = end - 1; index >= at; index -= 1) value = (value << 8n) | BigInt(buffer[index] ?? 0)
  if (end > at && (buffer[end - 1] ?? 0) >= 0x80) value -= 1n << BigInt((end - at) * 8)
  const exact = Number(value)
  return Number.isSafeInteger(exact) ? exact : value
}
