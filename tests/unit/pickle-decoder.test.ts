import { describe, expect, it } from '@jest/globals'
import * as fc from 'fast-check'
import { decodePickle } from '../../src/server/fail2ban/protocol/pickle-decoder.ts'
import { PickleError } from '../../src/server/fail2ban/protocol/opcodes.ts'
import { runPython } from '../support/python.ts'

const decode = (hex: string): unknown => decodePickle(Buffer.from(hex.replaceAll(' ', ''), 'hex'))

describe('answers as fail2ban sends them', () => {
  it.each([
    ['ping', '8005950c000000000000004b008c04706f6e679486942e', [0, 'pong']],
    ['version', '8005950d000000000000004b008c05312e302e329486942e', [0, '1.0.2']],
    [
      'status',
      '8005954e000000000000004b005d94288c0e4e756d626572206f66206a61696c944b0386948c094a61696c206c697374948c1f6e67696e782d687474702d617574682c2072656369646976652c20737368649486946586942e',
      [
        0,
        [
          ['Number of jail', 3],
          ['Jail list', 'nginx-http-auth, recidive, sshd'],
        ],
      ],
    ],
    [
      'status sshd',
      '800595fb000000000000004b005d94288c0646696c746572945d94288c1043757272656e746c79206661696c6564944b0086948c0c546f74616c206661696c6564944b0686948c0946696c65206c697374945d948c192f746d702f6632622f72756e2f6c6f672f617574682e6c6f67946186946586948c07416374696f6e73945d94288c1043757272656e746c792062616e6e6564944b0286948c0c546f74616c2062616e6e6564944b0286948c0e42616e6e6564204950206c697374945d94288c086275696c74696e73948c037374729493948c0b3230332e302e3131332e37948594529468168c0d323030313a6462383a323a3a3594859452946586946586946586942e',
      [
        0,
        [
          [
            'Filter',
            [
              ['Currently failed', 0],
              ['Total failed', 6],
              ['File list', ['/tmp/f2b/run/log/auth.log']],
            ],
          ],
          [
            'Actions',
            [
              ['Currently banned', 2],
              ['Total banned', 2],
              ['Banned IP list', ['203.0.113.7', '2001:db8:2::5']],
            ],
          ],
        ],
      ],
    ],
    [
      'status nojail',
      '80059541000000000000004b018c136661696c3262616e2e657863657074696f6e73948c14556e6b6e6f776e4a61696c457863657074696f6e9493948c066e6f6a61696c948594529486942e',
      [1, { class: 'fail2ban.exceptions.UnknownJailException', args: ['nojail'] }],
    ],
    [
      'banned',
      '80059589000000000000004b005d94287d948c0473736864945d94288c086275696c74696e73948c037374729493948c0a3139382e31382e302e31948594529468068c0b323030313a6462383a3a31948594529468068c0a31302e302e302e302f38948594529465737d948c0f6e67696e782d687474702d61757468945d94737d948c087265636964697665945d94736586942e',
      [
        0,
        [
          new Map([['sshd', ['198.18.0.1', '2001:db8::1', '10.0.0.0/8']]]),
          new Map([['nginx-http-auth', []]]),
          new Map([['recidive', []]]),
        ],
      ],
    ],
    ['get sshd bantime', '80059508000000000000004b004d580286942e', [0, 600]],
    ['get recidive bantime', '8005950a000000000000004b004affffffff86942e', [0, -1]],
    ['get dbpurgeage', '8005950a000000000000004b004a803a090086942e', [0, 604_800]],
    ['start', '80059506000000000000004b004e86942e', [0, null]],
    [
      'a value that cannot be pickled',
      '8005952f000000000000008c2b4552524f523a2063616e6e6f74207069636b6c6520275f7468726561642e524c6f636b27206f626a656374942e',
      "ERROR: cannot pickle '_thread.RLock' object",
    ],
  ])('%s', (_command, hex, value) => {
    expect(decode(hex)).toEqual(value)
  })
})

/** A Python value spelled out, so that both sides can make it. Shared values become references in the pickle. */
type Model =
  | { t: 'none' }
  | { t: 'bool'; v: boolean }
  | { t: 'int'; v: string }
  | { t: 'float'; v: number }
  | { t: 'str' | 'ip'; v: string }
  | { t: 'bytes'; v: string }
  | { t: 'list' | 'tuple' | 'twice'; v: Model[] }
  | { t: 'dict'; v: Array<[string, Model]> }
  | { t: 'set' | 'frozenset'; v: number[] }
  | { t: 'error'; v: Model[] }

const { model } = fc.letrec<{ model: Model }>((tie) => {
  const many = fc.array(tie('model'), { maxLength: 5 })
  const address = fc.oneof(fc.ipV4(), fc.constant('2001:db8::1'))
  return {
    model: fc.oneof(
      { depthSize: 'small' },
      fc.constant<Model>({ t: 'none' }),
      fc.boolean().map((v): Model => ({ t: 'bool', v })),
      fc.bigInt({ min: -(2n ** 80n), max: 2n ** 80n }).map((v): Model => ({ t: 'int', v: String(v) })),
      fc.integer().map((v): Model => ({ t: 'int', v: String(v) })),
      fc.double({ noNaN: true, noDefaultInfinity: true }).map((v): Model => ({ t: 'float', v })),
      fc.string({ unit: 'grapheme', maxLength: 300 }).map((v): Model => ({ t: 'str', v })),
      address.map((v): Model => ({ t: 'ip', v })),
      fc
        .uint8Array({ maxLength: 300 })
        .map((v): Model => ({ t: 'bytes', v: Buffer.from(v).toString('hex') })),
      many.map((v): Model => ({ t: 'list', v })),
      many.map((v): Model => ({ t: 'tuple', v })),
      tie('model').map((v): Model => ({ t: 'twice', v: [v] })),
      fc.array(fc.tuple(fc.string(), tie('model')), { maxLength: 4 }).map((v): Model => ({ t: 'dict', v })),
      fc.uniqueArray(fc.integer(), { maxLength: 4 }).map((v): Model => ({ t: 'set', v })),
      fc.uniqueArray(fc.integer(), { maxLength: 4 }).map((v): Model => ({ t: 'frozenset', v })),
      many.map((v): Model => ({ t: 'error', v })),
    ),
  }
})

const PICKLE = `
import json, pickle, sys
from fail2ban.server.ipdns import IPAddr
def make(m):
    t, v = m['t'], m.get('v')
    if t == 'none': return None
    if t == 'int': return int(v)
    if t == 'float': return float(v)
    if t == 'ip': return IPAddr(v)
    if t == 'bytes': return bytes.fromhex(v)
    if t == 'list': return [make(i) for i in v]
    if t == 'tuple': return tuple(make(i) for i in v)
    if t == 'twice': return (lambda x: [x, (x,), x])(make(v[0]))
    if t == 'dict': return {k: make(i) for k, i in v}
    if t == 'set': return set(v)
    if t == 'frozenset': return frozenset(v)
    if t == 'error': return ValueError(*(make(i) for i in v))
    return v
task = json.load(sys.stdin)
dumps = pickle.dumps if task['protocol'] > 0 else pickle._dumps
print(json.dumps([dumps(make(m), abs(task['protocol'])).hex() for m in task['models']]))
`

function expected(m: Model): unknown {
  if (m.t === 'none') return null
  if (m.t === 'int') return Number.isSafeInteger(Number(m.v)) ? Number(m.v) : BigInt(m.v)
  if (m.t === 'float') return m.v + 0
  if (m.t === 'bytes') return Uint8Array.from(Buffer.from(m.v, 'hex'))
  if (m.t === 'list' || m.t === 'tuple') return m.v.map(expected)
  if (m.t === 'dict') return new Map(m.v.map(([key, value]) => [key, expected(value)]))
  if (m.t === 'set' || m.t === 'frozenset') return new Set(m.v)
  if (m.t === 'error') return { class: 'builtins.ValueError', args: m.v.map(expected) }
  if (m.t !== 'twice') return m.v
  const [one] = m.v.map(expected)
  return [one, [one], one]
}

/** Protocols 2 and 3 have no opcode for frozen sets, and 2 names Python 2's modules. */
function modern(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(modern)
  if (value instanceof Map) return new Map([...value].map(([key, item]) => [key, modern(item)]))
  if (typeof value !== 'object' || value === null || !('class' in value) || !('args' in value)) return value
  const args = modern(value.args)
  if (String(value.class).endsWith('.frozenset') && Array.isArray(args)) return new Set(args[0] as number[])
  return { class: String(value.class).replace('exceptions.', 'builtins.'), args }
}

describe('the decoder and Python', () => {
  it.each([2, 3, 4, 5, -4])(
    'agree on any value in protocol %i (negative: by the pickler in Python)',
    (protocol) => {
      // Python 2 has no bytes, so protocol 2 writes them as a call.
      const models = fc
        .sample(model, { numRuns: 700, seed: 11 + protocol })
        .filter((m) => protocol !== 2 || !JSON.stringify(m).includes('"bytes"'))
      const pickles = runPython(PICKLE, { protocol, models }) as string[]
      expect(pickles.map((hex) => modern(decode(hex)))).toEqual(models.map(expected))
    },
  )

  it('agree on long texts, deep nesting and big lists', () => {
    const script = `
import json, pickle, sys
deep = []
for _ in range(400): deep = [deep]
print(json.dumps([pickle.dumps(v, 5).hex() for v in ("é" * 70000, deep, ["10.0.%d.%d" % (i // 256, i % 256) for i in range(5000)] * 2)]))`
    const [long = '', deep = '', list = ''] = runPython(script, null) as string[]
    expect(decode(long)).toBe('é'.repeat(70_000))
    let value = decode(deep)
    let depth = 0
    for (; Array.isArray(value) && value.length === 1; value = value[0] as unknown) depth += 1
    expect([depth, value]).toEqual([400, []])
    const items = decode(list) as string[]
    expect([items.length, items[4_999], items[9_999]]).toEqual([10_000, '10.0.19.135', '10.0.19.135'])
  })
})

describe('what Python 2 would send', () => {
  it('names classes in lines, and texts in bytes', () => {
    expect(
      decode(
        '8002 4b00 635f5f6275696c74696e5f5f0a7374720a 7100 550b 3230332e302e3131332e37 7101 85 52 86 2e',
      ),
    ).toEqual([0, '203.0.113.7'])
    expect(
      decode('8002 635f5f6275696c74696e5f5f0a7365740a 7101 5d 7102 28 4b01 4b02 65 85 52 7103 2e'),
    ).toEqual(new Set([1, 2]))
  })
})

describe('objects', () => {
  it('keep the state they were given, and are never built', () => {
    const script = `
import json, pickle, sqlite3
error = sqlite3.OperationalError("database is locked"); error.detail = 5
print(json.dumps([pickle.dumps(error, 5).hex(), pickle.dumps(OSError(2, "No such file", "/var/log/x"), 5).hex()]))`
    const [locked = '', missing = ''] = runPython(script, null) as string[]
    expect(decode(locked)).toMatchObject({
      class: 'sqlite3.OperationalError',
      args: ['database is locked'],
      state: new Map<string, unknown>([['detail', 5]]),
    })
    expect(decode(missing)).toMatchObject({
      class: 'builtins.FileNotFoundError',
      args: [2, 'No such file', '/var/log/x'],
    })
  })

  it('that name something dangerous are as harmless as any other', () => {
    expect(decode('8002 636f730a73797374656d0a 5802000000 6964 85 52 2e')).toEqual({
      class: 'os.system',
      args: ['id'],
    })
  })

  it('made a text of something else are shown as short text', () => {
    const strOf = (value: string): string => `8004 8c086275696c74696e73 8c03737472 93 ${value} 85 52 2e`
    expect(decode(strOf('4b07'))).toBe('7')
    expect(decode(strOf('8c03 3a3a31 8c04 726f6f74 86'))).toBe('(::1, root)')
    expect(decode(strOf('4e'))).toBe('null')
  })
})

describe('a message that fail2ban would not send', () => {
  it.each([
    ['nothing', ''],
    ['no end', '80025d'],
    ['no value', '80022e'],
    ['two values', '80024b014b022e'],
    ['something behind the end', '80024b012e2e'],
    ['an unknown opcode', '8002f02e'],
    ['a persistent id', '80024b01512e'],
    ['a newer protocol', '80064b012e'],
    ['a text longer than the message', '8002 58ffffffff 61 2e'],
    ['a text of 2^60 bytes', '8004 8d0000000000000010 61 2e'],
    ['a frame longer than the message', '8004 95ffffff0000000000 4b01 2e'],
    ['a reference to nothing', '800268052e'],
    ['a memo of nothing', '800471002e'],
    ['an append to no list', '80024b014b02612e'],
    ['an append of nothing', '80025d612e'],
    ['a dict with a key alone', '80027d284b01752e'],
    ['a mark left over', '8002284b012e'],
    ['values from below the mark', '80024b0128852e'],
    ['a tuple of too few', '80024b01872e'],
    ['a call of no class', '80024b0129522e'],
    ['a class not named by text', '80044b014b02932e'],
    ['a list that contains itself', '80025d7100680061 2e'],
    ['a list that contains itself through a tuple', '80025d71006800 85 61 2e'],
    ['a state given twice', '8002 63610a620a 29 52 4e 62 4e 62 2e'],
  ])('is refused: %s', (_what, hex) => {
    expect(() => decode(hex)).toThrow(PickleError)
  })

  it('is refused where it would nest too deeply, or unfold into too much', () => {
    const deep = Buffer.from(`8002${'28'.repeat(600)}${'74'.repeat(600)}2e`, 'hex')
    expect(() => decodePickle(deep)).toThrow(/nested/)
    const nested = Buffer.from(`80025d${'85'.repeat(600)}2e`, 'hex')
    expect(() => decodePickle(nested)).toThrow(/nested/)
    // Each step doubles: 2^40 elements out of 90 bytes.
    const doubling = Buffer.from(
      `80044e${Array.from({ length: 40 }, (_, i) => `9468${i.toString(16).padStart(2, '0')}86`).join('')}2e`,
      'hex',
    )
    expect(() => decodePickle(doubling)).toThrow(/too many elements/)
    const limits = { maxDepth: 10, maxElements: 3 }
    expect(() => decodePickle(Buffer.from('80025d284b014b024b034b04652e', 'hex'), limits)).toThrow(/too many/)
    expect(() => decodePickle(Buffer.from('80024b0172ffffffff2e', 'hex'))).toThrow(/memo/)
  })
})
