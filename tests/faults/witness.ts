import { expect } from '@jest/globals'
import type { LogEntry } from '../support/replicas.ts'
import type { Answer } from './http.ts'
import { floods, observe, type ObserveOptions, type Seen } from './observe.ts'

/** `observe`, with every complaint a failure. */
export async function witness(
  options: ObserveOptions,
  fault: (seen: Seen) => Promise<void>,
): Promise<readonly Answer[]> {
  const { answers, complaints } = await observe(options, fault)
  expect([...new Set(complaints)]).toEqual([])
  return answers
}

/** One cause may be told once in ten seconds by each process. */
export function judgeLog(entries: readonly LogEntry[]): void {
  expect(floods(entries)).toEqual([])
}
