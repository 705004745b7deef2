/** A message is not a pickle that fail2ban would send. The only error of this folder. */
export class PickleError extends Error {
  override readonly name = 'PickleError'
}

/** The opcodes of Python's pickle format that fail2ban's messages consist of, up to protocol 5. */
export const Op = {
  MARK: 0x28,
  EMPTY_TUPLE: 0x29,
  STOP: 0x2e,
  BINBYTES: 0x42,
  SHORT_BINBYTES: 0x43,
  BINFLOAT: 0x47,
  BININT: 0x4a,
  BININT1: 0x4b,
  BININT2: 0x4d,
  NONE: 0x4e,
  REDUCE: 0x52,
  BINSTRING: 0x54,
  SHORT_BINSTRING: 0x55,
  BINUNICODE: 0x58,
  EMPTY_LIST: 0x5d,
  APPEND: 0x61,
  BUILD: 0x62,
  GLOBAL: 0x63,
  APPENDS: 0x65,
  BINGET: 0x68,
  LONG_BINGET: 0x6a,
  BINPUT: 0x71,
  LONG_BINPUT: 0x72,
  SETITEM: 0x73,
  TUPLE: 0x74,
  SETITEMS: 0x75,
  EMPTY_DICT: 0x7d,
  PROTO: 0x80,
  NEWOBJ: 0x81,
  TUPLE1: 0x85,
  TUPLE2: 0x86,
  TUPLE3: 0x87,
  NEWTRUE: 0x88,
  NEWFALSE: 0x89,
  LONG1: 0x8a,
  SHORT_BINUNICODE: 0x8c,
  BINUNICODE8: 0x8d,
  EMPTY_SET: 0x8f,
  ADDITEMS: 0x90,
  FROZENSET: 0x91,
  STACK_GLOBAL: 0x93,
  MEMOIZE: 0x94,
  FRAME: 0x95,
} as const

const UNKNOWN = -1
/** What follows an opcode: a fixed number of bytes, or a length of 1, 4 or 8 bytes and that many bytes, or two lines. */
const COUNTED_1 = -2
const COUNTED_4 = -3
const COUNTED_8 = -4
const TWO_LINES = -5

const ARGUMENT = new Int8Array(256).fill(UNKNOWN)
for (const opcode of Object.values(Op)) ARGUMENT[opcode] = 0
for (const opcode of [Op.BININT1, Op.BINGET, Op.BINPUT, Op.PROTO]) ARGUMENT[opcode] = 1
for (const opcode of [Op.BININT, Op.LONG_BINGET, Op.LONG_BINPUT]) ARGUMENT[opcode] = 4
for (const opcode of [Op.BINFLOAT, Op.FRAME]) ARGUMENT[opcode] = 8
for (const opcode of [Op.SHORT_BINBYTES, Op.SHORT_BINSTRING, Op.LONG1, Op.SHORT_BINUNICODE]) {
  ARGUMENT[opcode] = COUNTED_1
}
for (const opcode of [Op.BINBYTES, Op.BINSTRING, Op.BINUNICODE]) ARGUMENT[opcode] = COUNTED_4
ARGUMENT[Op.BININT2] = 2
ARGUMENT[Op.BINUNICODE8] = COUNTED_8
ARGUMENT[Op.GLOBAL] = TWO_LINES

/** Longest name of a module or class that is believed. */
const MAX_LINE = 512

/**
 * Where the opcode at `at` ends, counted from the beginning of the buffer; may lie beyond `end`. 0 when even that cannot be
 * told before more bytes are there.
 */
export function opcodeEnd(buffer: Buffer, at: number, end: number): number {
  const opcode = buffer[at] ?? 0
  const argument = ARGUMENT[opcode] ?? UNKNOWN
  if (argument >= 0) return at + 1 + argument
  switch (argument) {
    case COUNTED_1:
      return at + 2 > end ? 0 : at + 2 + (buffer[at + 1] ?? 0)
    case COUNTED_4:
      return at + 5 > end ? 0 : at + 5 + buffer.readUInt32LE(at + 1)
    case COUNTED_8:
      return at + 9 > end ? 0 : at + 9 + readLength8(buffer, at + 1)
    case TWO_LINES: {
      const module = lineEnd(buffer, at + 1, end)
      return module === 0 ? 0 : lineEnd(buffer, module, end)
    }
    default:
      throw new PickleError(`0x${opcode.toString(16)} is not an opcode that fail2ban uses`)
  }
}

/** A length of eight bytes; what does not fit a number exactly is beyond every limit anyway. */
export function readLength8(buffer: Buffer, at: number): number {
  return buffer.readUInt32LE(at) + buffer.readUInt32LE(at + 4) * 2 ** 32
}

/** Where the line that begins at `at` ends, its line feed included; 0 when that is not there yet. */
export function lineEnd(buffer: Buffer, at: number, end: number): number {
  for (let index = at; index < end && index - at < MAX_LINE; index += 1) {
    if (buffer[index] === 0x0a) return index + 1
  }
  if (end - at >= MAX_LINE) throw new PickleError('the name of a class is too long')
  return 0
}
