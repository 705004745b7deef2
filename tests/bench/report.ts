import type { Compared } from './pairs.ts'

/**
 * inconclusive: the pairs differ by more than half of their median, and the target lies between them: the machine was too
 * busy to tell.
 * information: no target.
 */
export type Verdict = 'met' | 'missed' | 'inconclusive' | 'information'

export interface Row {
  /** Number of the target, as in the table of `npm run bench`. */
  readonly target: string
  readonly what: string
  readonly wanted: string
  readonly value: string
  readonly verdict: Verdict
  readonly detail: string
}

export function row(
  target: string,
  what: string,
  figures: { target: string; value: string; met: boolean; detail: string },
): Row {
  const { target: wanted, met, ...rest } = figures
  return { target, what, wanted, verdict: met ? 'met' : 'missed', ...rest }
}

/** A ratio of pairs against its upper limit. */
export function ratioRow(
  target: string,
  what: string,
  figures: { atMost: number; compared: Compared; detail: string },
): Row {
  const { atMost, compared, detail } = figures
  const { ratio, reference, candidate } = compared
  const [low, high] = compared.range
  const isUnsure = (high - low) / ratio > 0.5 && low <= atMost && high > atMost
  return {
    target,
    what,
    wanted: `≤ ${atMost}`,
    value: ratio.toFixed(2),
    verdict: isUnsure ? 'inconclusive' : ratio <= atMost ? 'met' : 'missed',
    detail: `[${low.toFixed(2)}-${high.toFixed(2)}], ${reference.toFixed(1)} and ${candidate.toFixed(1)} µs; ${detail}`,
  }
}

export function information(target: string, what: string, value: string, detail: string): Row {
  return { target, what, wanted: 'none', value, verdict: 'information', detail }
}

const MARKS: Record<Verdict, string> = {
  met: '  ok ',
  missed: 'MISS ',
  inconclusive: '  ?  ',
  information: '  -  ',
}

export function print(rows: readonly Row[]): void {
  for (const { target, what, wanted, value, verdict, detail } of rows) {
    const unsure = verdict === 'inconclusive' ? ', inconclusive: the pairs differ too much' : ''
    console.log(
      `${MARKS[verdict]} ${target.padEnd(4)} ${what}\n           ${value} (target ${wanted}${unsure})  ${detail}`,
    )
  }
}
