import { describe, expect, it } from '@jest/globals'
import * as fc from 'fast-check'
import { createFrameSplitter, TERMINATOR } from '../../src/server/fail2ban/protocol/frame-splitter.ts'
import { PickleError } from '../../src/server/fail2ban/protocol/opcodes.ts'
import { decodePickle } from '../../src/server/fail2ban/protocol/pickle-decoder.ts'
import { encodePickle, type Sendable } from '../../src/server/fail2ban/protocol/pickle-encoder.ts'

const splitter = () => createFrameSplitter({ maxMessageBytes: 8 << 20 })
const frame = (value: Sendable): Buffer => Buffer.concat([encodePickle(value), TERMINATOR])

/** Cuts a stream at random places and pushes the pieces. */
function pushed(stream: Buffer, cuts: readonly number[]): unknown[] {
  const frames = splitter()
  const places = [...cuts.map((cut) => cut % (stream.length + 1)), stream.length].toSorted((a, b) => a - b)
  let from = 0
  const values: unknown[] = []
  for (const to of places) {
    values.push(...frames.push(stream.subarray(from, to)).map((message) => decodePickle(message)))
    from = to
  }
  return values
}

describe('a stream of messages', () => {
  const text = fc.oneof(
    fc.string({ maxLength: 40 }),
    fc.constant(`a${TERMINATOR.toString()}b`),
    fc.constant('.<F2B_'),
  )
  const messages = fc.array(fc.array(text, { maxLength: 4 }), { maxLength: 6 })

  it('is cut into the messages that were sent, however it is cut into chunks', () => {
    fc.assert(
      fc.property(messages, fc.array(fc.nat()), (values, cuts) => {
        expect(pushed(Buffer.concat(values.map(frame)), cuts)).toEqual(values)
      }),
      { numRuns: 500 },
    )
  })

  it('arrives whole byte by byte', () => {
    const stream = Buffer.concat([frame(['one', TERMINATOR.toString()]), frame([0, 'pong'])])
    expect(pushed(stream, [...stream.keys()])).toEqual([
      ['one', TERMINATOR.toString()],
      [0, 'pong'],
    ])
  })

  it('keeps an unfinished message until the rest comes', () => {
    const frames = splitter()
    const whole = frame(['text'])
    expect(frames.push(whole.subarray(0, whole.length - 1))).toEqual([])
    expect(frames.push(whole.subarray(whole.length - 1))).toHaveLength(1)
    expect(frames.push(Buffer.alloc(0))).toEqual([])
  })

  it('is walked once: a message of many megabytes full of terminators costs what its length costs', () => {
    const value = Array.from({ length: 60_000 }, (_, index) => `${TERMINATOR.toString()}${index}`)
    const stream = frame(value)
    expect(stream.length).toBeGreaterThan(1_500_000)
    const frames = splitter()
    const startedAt = performance.now()
    const found: Buffer[] = []
    for (let from = 0; from < stream.length; from += 1_000)
      found.push(...frames.push(stream.subarray(from, from + 1_000)))
    // Walking it again for every chunk or every terminator would take minutes.
    expect(performance.now() - startedAt).toBeLessThan(3_000)
    expect(found.map((message) => decodePickle(message))).toEqual([value])
  })
})

describe('a stream that is not fail2ban’s', () => {
  it.each([
    ['text', Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n')],
    [
      'a message without its terminator',
      Buffer.concat([encodePickle(['a']), encodePickle(['b']), Buffer.alloc(20)]),
    ],
    [
      'a class name without end',
      Buffer.concat([Buffer.from('8002 63'.replace(' ', ''), 'hex'), Buffer.alloc(2_000, 'x')]),
    ],
  ])('is refused: %s', (_what, bytes) => {
    expect(() => splitter().push(bytes)).toThrow(PickleError)
  })

  it('is refused as soon as a message announces more than the limit', () => {
    const head = Buffer.from('800258ffffffff', 'hex')
    expect(() => splitter().push(head)).toThrow(/too long/)
    const small = createFrameSplitter({ maxMessageBytes: 100 })
    expect(() => small.push(frame(Array.from({ length: 60 }, () => 1)))).toThrow(/too long/)
  })
})
