import { parseIgnoreip } from '../../../shared/ip.ts'

/** Where people's own machines are: the networks that routers hand out. */
const HOME_V4 = /^(?:10|192\.168|172\.(?:1[6-9]|2\d|3[01]))\./
const HOME_V6 = /^f[cd]/

/** The network around a private address, as routers cut them: `192.168.1.0/24`. Undefined for any other address. */
export function networkAround(address: string): string | undefined {
  const prefix = HOME_V4.test(address) ? 24 : HOME_V6.test(address) ? 64 : undefined
  if (prefix === undefined) return undefined
  const parsed = parseIgnoreip(`${address}/${prefix}`)
  return parsed.ok ? parsed.entry.text : undefined
}

/** What is typed, one entry a piece; the sentence is about the first that is none. */
export function readEntries(text: string): { entries: string[]; problem?: string } {
  const entries: string[] = []
  for (const word of text.split(/[\s,;]+/).filter((piece) => piece !== '')) {
    const parsed = parseIgnoreip(word)
    if (!parsed.ok) return { entries, problem: `${word}: ${parsed.problem}` }
    if (!entries.includes(parsed.entry.text)) entries.push(parsed.entry.text)
  }
  return { entries }
}
