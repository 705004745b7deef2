import { parseArgs } from 'node:util'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { createFrameSplitter, TERMINATOR } from '../../src/server/fail2ban/protocol/frame-splitter.ts'
import { PickleError } from '../../src/server/fail2ban/protocol/opcodes.ts'
import { decodePickle } from '../../src/server/fail2ban/protocol/pickle-decoder.ts'
import { encodePickle } from '../../src/server/fail2ban/protocol/pickle-encoder.ts'
import { runPython } from './python.ts'

/**
 * Throws damaged messages at the codec: whatever comes, only a PickleError may come out, each message is dealt with at once,
 * and memory stays flat. The same seed makes the same messages.
 */
const { values: options } = parseArgs({
  options: {
    count: { type: 'string', default: '1000000' },
    seed: { type: 'string', default: '1' },
    'max-seconds': { type: 'string', default: '900' },
  },
})
const count = Number(options.count)
const maxSeconds = Number(options['max-seconds'])
/** Growth after warm-up: of live objects, and of the process, whose buffers are freed a little later. */
const MAX_HEAP_GROWTH_MIB = 4
const MAX_RSS_GROWTH_MIB = 128
/** Wall time, generous for a busy machine: a message that unfolds without bound would take minutes. */
const MAX_MESSAGE_MS = 5_000
const LIMITS = { maxDepth: 500, maxElements: 100_000 }

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

/** xorshift32: small, fast, repeatable. */
function createRandom(seed: number): (below: number) => number {
  let state = (seed * 2_654_435_761) >>> 0 || 1
  return (below) => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    state >>>= 0
    return state % below
  }
}

/** Real answers of every shape, by Python in several protocols, and requests of our own. */
function samples(): Buffer[] {
  const hexes = runPython(
    `
import json, pickle, sqlite3
from fail2ban.exceptions import UnknownJailException
from fail2ban.server.ipdns import IPAddr
ips = [IPAddr("203.0.113.%d" % i) for i in range(40)] + [IPAddr("2001:db8::%x" % i) for i in range(40)]
lock = sqlite3.OperationalError("database is locked"); lock.code = 5
values = [
  (0, "pong"), (0, None), (0, [("Number of jail", 3), ("Jail list", "a, b, c")]),
  (0, [("Filter", [("Currently failed", 0), ("File list", ["/var/log/auth.log"])]), ("Actions", [("Banned IP list", ips)])]),
  (0, [{"sshd": ips}, {"recidive": []}]), (0, [1, 0, 1]), (0, -1), (0, 2 ** 70), (0, 1.5), (0, {1, 2}), (0, b"bytes"),
  (1, UnknownJailException("x")), (1, lock), (1, ValueError("a" * 300, {"k": (1, 2, 3, 4)})), ["SHUTDOWN"], "ERROR: x" * 50,
]
print(json.dumps([pickle.dumps(v, p).hex() for v in values for p in (2, 3, 4, 5)]))`,
    null,
  )
  const requests = [
    ['ping'],
    ['set', 'sshd', 'banip', '203.0.113.1', TERMINATOR.toString()],
    ['reload', 'a', [], [['add', 'a', 'auto']]],
  ]
  return [
    ...(hexes as string[]).map((hex) => Buffer.from(hex, 'hex')),
    ...requests.map((request) => encodePickle(request)),
  ]
}

const INTERESTING = [
  0x00, 0x01, 0x28, 0x2e, 0x52, 0x58, 0x5d, 0x62, 0x63, 0x65, 0x68, 0x6a, 0x72, 0x7f, 0x80, 0x85, 0x8a, 0x8d,
  0x90, 0x93, 0x94, 0x95, 0xff,
]

/** One or a few injuries: a byte changed, put in or taken out, a part doubled, cut off, or taken from another message. */
function injure(original: Buffer, other: Buffer, random: (below: number) => number): Buffer {
  let bytes = Buffer.from(original)
  for (let injuries = 1 + random(random(4) === 0 ? 8 : 2); injuries > 0; injuries -= 1) {
    const at = random(bytes.length + 1)
    const value = random(2) === 0 ? random(256) : (INTERESTING[random(INTERESTING.length)] ?? 0)
    const length = 1 + random(16)
    switch (random(6)) {
      case 0:
        bytes = Buffer.concat([bytes.subarray(0, at), Buffer.from([value]), bytes.subarray(at)])
        break
      case 1:
        bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + length)])
        break
      case 2:
        bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(Math.max(0, at - length))])
        break
      case 3: {
        const from = random(other.length)
        bytes = Buffer.concat([
          bytes.subarray(0, at),
          other.subarray(from, from + length),
          bytes.subarray(at),
        ])
        break
      }
      case 4:
        bytes = bytes.subarray(0, random(20) === 0 ? at : bytes.length)
        break
      default:
        if (at < bytes.length) bytes[at] = value
    }
  }
  return bytes
}

/** What became of one attempt; anything but a PickleError ends the run. */
function attempt(work: () => unknown): boolean {
  try {
    work()
    return true
  } catch (error) {
    if (error instanceof PickleError) return false
    throw error
  }
}

function split(bytes: Buffer, random: (below: number) => number): void {
  const splitter = createFrameSplitter({ maxMessageBytes: 1 << 20 })
  const stream = Buffer.concat([bytes, TERMINATOR])
  const cut = random(stream.length)
  splitter.push(stream.subarray(0, cut))
  splitter.push(stream.subarray(cut))
}

/** MiB of live objects and of the whole process. */
function memory(): { heap: number; rss: number } {
  collectGarbage()
  const { heapUsed, rss } = process.memoryUsage()
  return { heap: heapUsed / 2 ** 20, rss: rss / 2 ** 20 }
}

function main(): void {
  const random = createRandom(Number(options.seed))
  const originals = samples()
  const startedAt = performance.now()
  const totals = { decoded: 0, refused: 0, framed: 0, unframed: 0, slowestMs: 0 }
  let warm = memory()
  const growth = { heap: 0, rss: 0 }
  let done = 0
  for (; done < count && performance.now() - startedAt < maxSeconds * 1_000; done += 1) {
    const original = originals[done % originals.length] ?? Buffer.alloc(0)
    const bytes = injure(original, originals[random(originals.length)] ?? original, random)
    const before = performance.now()
    try {
      totals[attempt(() => decodePickle(bytes, LIMITS)) ? 'decoded' : 'refused'] += 1
      totals[attempt(() => split(bytes, random)) ? 'framed' : 'unframed'] += 1
    } catch (error) {
      console.error(`Message ${done} of seed ${options.seed}: ${bytes.toString('hex')}`)
      throw error
    }
    totals.slowestMs = Math.max(totals.slowestMs, performance.now() - before)
    // Warm-up over, then twenty looks at the memory.
    if (done === Math.floor(count / 10)) warm = memory()
    else if (done > count / 10 && done % Math.ceil(count / 20) === 0) {
      const now = memory()
      growth.heap = Math.max(growth.heap, now.heap - warm.heap)
      growth.rss = Math.max(growth.rss, now.rss - warm.rss)
    }
  }
  const seconds = (performance.now() - startedAt) / 1_000
  console.log(
    `${done} messages in ${seconds.toFixed(1)} s (seed ${options.seed}): ${totals.decoded} decoded, ${totals.refused} refused; ` +
      `as frames ${totals.framed} taken, ${totals.unframed} refused; slowest ${totals.slowestMs.toFixed(1)} ms; ` +
      `after warm-up live memory grew ${growth.heap.toFixed(1)} MiB, the process ${growth.rss.toFixed(0)} MiB`,
  )
  if (done < count) throw new Error(`Only ${done} of ${count} messages within ${maxSeconds} s.`)
  if (growth.heap > MAX_HEAP_GROWTH_MIB || growth.rss > MAX_RSS_GROWTH_MIB) {
    throw new Error('Memory grows with the number of messages.')
  }
  if (totals.slowestMs > MAX_MESSAGE_MS) throw new Error('A single message took too long.')
}

main()
