import { load } from './load.ts'
import type { RedisUnderTest } from './redis-under-test.ts'
import type { ServerProcess } from './server-process.ts'

export interface Side {
  readonly server: ServerProcess
  readonly port: number
  readonly path: string
  readonly cookies?: readonly string[]
  /** Length of every answer's body. */
  readonly bytes: number
  /** The one behind it. */
  readonly redis?: RedisUnderTest
}

/** A figure of the candidate over that of the reference: medians over the pairs, and the range of the ratios. */
export interface Compared {
  readonly ratio: number
  readonly range: readonly [low: number, high: number]
  readonly reference: number
  readonly candidate: number
}

export interface PairedResult {
  /** Microseconds a request. */
  readonly cpu: Compared
  /** The same of the Redis behind each; NaN without. */
  readonly redisCpu: Compared
  readonly requests: number
  readonly failures: number
}

interface Figures {
  readonly cpu: number
  readonly redisCpu: number
}

const PAIRS = 7

/** Reference and candidate in turn, A B A B, so that a noisy minute hits both; compares CPU per request. */
export async function comparePairs(
  reference: Side,
  candidate: Side,
  options: { connections: number; seconds: number },
): Promise<PairedResult> {
  const pairs: Array<readonly [reference: Figures, candidate: Figures]> = []
  let requests = 0
  let failures = 0
  const measure = async (side: Side): Promise<Figures> => {
    const redisBefore = await side.redis?.counters()
    const before = side.server.cpuMicros()
    const result = await load({ ...side, ...options })
    const cpu = side.server.cpuMicros() - before
    const redisCpu = ((await side.redis?.counters())?.cpuMicros ?? Number.NaN) - (redisBefore?.cpuMicros ?? 0)
    requests += result.requests
    failures += result.failures
    return { cpu: cpu / result.requests, redisCpu: redisCpu / result.requests }
  }
  for (const side of [reference, candidate]) await load({ ...side, ...options, seconds: 2 })
  for (let pair = 0; pair < PAIRS; pair += 1) {
    const a = await measure(reference)
    pairs.push([a, await measure(candidate)])
  }
  return {
    cpu: compare(pairs.map(([a, b]) => [a.cpu, b.cpu])),
    redisCpu: compare(pairs.map(([a, b]) => [a.redisCpu, b.redisCpu])),
    requests,
    failures,
  }
}

export function compare(pairs: ReadonlyArray<readonly [reference: number, candidate: number]>): Compared {
  const ratios = pairs.map(([reference, candidate]) => candidate / reference)
  return {
    ratio: median(ratios),
    range: [Math.min(...ratios), Math.max(...ratios)],
    reference: median(pairs.map(([reference]) => reference)),
    candidate: median(pairs.map(([, candidate]) => candidate)),
  }
}

export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN
}
