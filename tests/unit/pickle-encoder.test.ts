import { describe, expect, it } from '@jest/globals'
import * as fc from 'fast-check'
import { PickleError } from '../../src/server/fail2ban/protocol/opcodes.ts'
import { decodePickle } from '../../src/server/fail2ban/protocol/pickle-decoder.ts'
import { encodePickle, type Sendable } from '../../src/server/fail2ban/protocol/pickle-encoder.ts'
import { runPython } from '../support/python.ts'

const { value } = fc.letrec<{ value: Sendable }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.constant(null),
    fc.boolean(),
    fc.maxSafeInteger(),
    fc.integer(),
    fc.double({ noNaN: true, noDefaultInfinity: true }).filter((number) => !Object.is(number, -0)),
    fc.string({ unit: 'grapheme' }),
    fc.array(tie('value'), { maxLength: 6 }),
  ),
}))

describe('a request', () => {
  it.each([
    [['ping'], '80025d28580400000070696e67652e'],
    [['status', 'sshd'], '80025d285806000000737461747573580400000073736864652e'],
    [
      ['set', 'sshd', 'maxretry', 5],
      '80025d28580300000073657458040000007373686458080000006d617872657472794a05000000652e',
    ],
    [['reload', 'nojail', [], []], '80025d28580600000072656c6f616458060000006e6f6a61696c5d5d652e'],
    [
      ['reload', 'sshd', ['--restart', '--unban', '--if-exists'], []],
      '80025d28580600000072656c6f61645804000000737368645d2858090000002d2d7265737461727458070000002d2d756e62616e580b0000002d2d69662d657869737473655d652e',
    ],
    [
      ['set', 'sshd', 'banip', '198.18.0.1'],
      '80025d285803000000736574580400000073736864580500000062616e6970580a0000003139382e31382e302e31652e',
    ],
  ])('%j is written as fail2ban reads it', (request, hex) => {
    expect(encodePickle(request).toString('hex')).toBe(hex)
  })

  it('is understood by Python as it was meant', () => {
    const values = fc.sample(value, { numRuns: 1_000, seed: 3 })
    const read = runPython(
      'import json, pickle, sys\nprint(json.dumps([pickle.loads(bytes.fromhex(h)) for h in json.load(sys.stdin)]))',
      values.map((one) => encodePickle(one).toString('hex')),
    )
    expect(read).toEqual(values)
  })

  it('comes back the same through our own decoder', () => {
    fc.assert(
      fc.property(value, (one) => {
        expect(decodePickle(encodePickle(one))).toEqual(one)
      }),
    )
  })

  it('replaces halves of characters, which no message can hold', () => {
    expect(decodePickle(encodePickle('a\uD800b'))).toBe('a\uFFFDb')
  })

  it('is not written when it is nested beyond reason', () => {
    let deep: Sendable = []
    for (let depth = 0; depth < 100; depth += 1) deep = [deep]
    expect(() => encodePickle(deep)).toThrow(PickleError)
  })
})
