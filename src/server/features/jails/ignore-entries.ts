import type { IgnoreResult } from '../../../shared/allow.ts'
import { parseIgnoreip, type IpEntry } from '../../../shared/ip.ts'
import { AppError } from '../../lib/errors.ts'

export interface IgnoreEntries {
  /** Canonical, each once. */
  readonly ips: string[]
  readonly entries: readonly IpEntry[]
  /** One result a row of the request, in its order: `found` for what was an address, `invalid` for the others. */
  inOrder<T>(found: (ip: string) => T, invalid: (text: string, problem: string) => T): T[]
}

/**
 * Addresses and networks for an ignore list as people type them. Host names are refused, because fail2ban would ask DNS about
 * them at every failure, and networks so wide that hardly anybody could be banned. Throws `validation-failed` when none is left.
 */
export function readIgnoreEntries(texts: readonly string[]): IgnoreEntries {
  const rows = texts.map((text) => ({ text, parsed: parseIgnoreip(text) }))
  const entries = new Map<string, IpEntry>()
  for (const { parsed } of rows) if (parsed.ok) entries.set(parsed.entry.text, parsed.entry)
  const errors = rows.flatMap(({ parsed }, index) =>
    parsed.ok ? [] : { in: 'body' as const, pointer: `/ips/${index}`, detail: parsed.problem },
  )
  const [first] = errors
  if (entries.size === 0 && first) throw new AppError('validation-failed', first.detail, { errors })
  return {
    ips: [...entries.keys()],
    entries: [...entries.values()],
    inOrder: (found, invalid) =>
      rows.map(({ text, parsed }) => (parsed.ok ? found(parsed.entry.text) : invalid(text, parsed.problem))),
  }
}

/** What the agent said of each address, with those that were never sent. */
export function ignoreResults(entries: IgnoreEntries, results: readonly IgnoreResult[]): IgnoreResult[] {
  const byIp = new Map(results.map((result) => [result.ip, result]))
  return entries.inOrder(
    (ip) => byIp.get(ip) ?? { ip, outcome: 'failed', detail: 'The agent did not say what became of it.' },
    (ip, detail) => ({ ip, outcome: 'invalid', detail }),
  )
}
