import { load } from './load.ts'
import type { ServerProcess } from './server-process.ts'

export interface Side {
  readonly server: ServerProcess
  readonly port: number
  readonly path: string
  readonly cookies?: readonly string[]
}

export interface PairedResult {
  /** CPU per request of the candidate over that of the reference: median and range over the pairs. */
  readonly ratio: number
  readonly range: readonly [low: number, high: number]
  readonly referenceMicros: number
  readonly candidateMicros: number
  readonly requests: number
  readonly failures: number
}

const PAIRS = 7

/** Reference and candidate in turn, A B A B, so that a noisy minute hits both; compares CPU per request. */
export async function comparePairs(
  reference: Side,
  candidate: Side,
  options: { connections: number; seconds: number },
): Promise<PairedResult> {
  const ratios: number[] = []
  const micros = { reference: [] as number[], candidate: [] as number[] }
  let requests = 0
  let failures = 0
  const measure = async (side: Side): Promise<number> => {
    const before = side.server.cpuMicros()
    const result = await load({ ...side, ...options })
    requests += result.requests
    failures += result.failures
    return (side.server.cpuMicros() - before) / result.requests
  }
  for (const side of [reference, candidate]) await load({ ...side, ...options, seconds: 2 })
  for (let pair = 0; pair < PAIRS; pair += 1) {
    const a = await measure(reference)
    const b = await measure(candidate)
    micros.reference.push(a)
    micros.candidate.push(b)
    ratios.push(b / a)
  }
  return {
    ratio: median(ratios),
    range: [Math.min(...ratios), Math.max(...ratios)],
    referenceMicros: median(micros.reference),
    candidateMicros: median(micros.candidate),
    requests,
    failures,
  }
}

export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN
}
