import { Op, opcodeEnd, PickleError } from './opcodes.ts'

/** Ends every message, in both directions. */
export const TERMINATOR = Buffer.from('<F2B_END_COMMAND>')

export interface FrameSplitter {
  /** Takes the next bytes of the stream; returns the pickles they complete, in order. Throws PickleError for good. */
  push(chunk: Uint8Array): Buffer[]
}

const INITIAL_BYTES = 64 << 10

/**
 * Cuts a stream into messages. Nothing escapes the terminator, and text in a message may contain it (a user name that a jail
 * bans, say), so this walks from opcode to opcode instead of searching: a message ends with the opcode STOP, and the
 * terminator must follow. Every byte is walked once, however the stream is cut into chunks.
 */
export function createFrameSplitter(options: { maxMessageBytes: number }): FrameSplitter {
  let buffer = Buffer.allocUnsafe(INITIAL_BYTES)
  let filled = 0
  // The opcode to look at next, always at an opcode's first byte.
  let at = 0

  const append = (chunk: Uint8Array): void => {
    if (filled + chunk.length > buffer.length) {
      const grown = Buffer.allocUnsafe(Math.max(buffer.length * 2, filled + chunk.length))
      buffer.copy(grown, 0, 0, filled)
      buffer = grown
    }
    buffer.set(chunk, filled)
    filled += chunk.length
  }

  /** Walks on; the end of the pickle that begins at `start`, or 0 when it is not complete. */
  const walk = (start: number): number => {
    while (at < filled) {
      if (buffer[at] === Op.STOP) return at + 1
      const next = opcodeEnd(buffer, at, filled)
      if (next - start > options.maxMessageBytes) throw new PickleError('the message is too long')
      if (next === 0 || next > filled) return 0
      at = next
    }
    return 0
  }

  /** Forgets what was handed out; a buffer that one huge message needed is not kept. */
  const drop = (bytes: number): void => {
    const rest = buffer.subarray(bytes, filled)
    if (buffer.length > INITIAL_BYTES && rest.length <= INITIAL_BYTES) {
      const small = Buffer.allocUnsafe(INITIAL_BYTES)
      rest.copy(small)
      buffer = small
    } else {
      buffer.copyWithin(0, bytes, filled)
    }
    filled -= bytes
    at -= bytes
  }

  return {
    push(chunk) {
      append(chunk)
      const messages: Buffer[] = []
      let start = 0
      for (let end = walk(start); end > 0 && filled >= end + TERMINATOR.length; end = walk(start)) {
        const next = end + TERMINATOR.length
        if (!buffer.subarray(end, next).equals(TERMINATOR)) {
          throw new PickleError('the message does not end with the terminator')
        }
        messages.push(Buffer.from(buffer.subarray(start, end)))
        start = next
        at = next
      }
      if (start > 0) drop(start)
      return messages
    },
  }
}
