import { containsKey, listedIp, parseIgnoreip } from '../../../shared/ip.ts'
import type { JailDetail } from '../../../shared/jail.ts'

/** Entries that are on the list now and not in the files: the next reload takes them off. Empty where these are not known. */
export function addedEntries({ ignoreip = [], configured }: JailDetail): string[] {
  const written = configured?.ignoreip
  return written ? ignoreip.filter((entry) => !written.includes(entry)) : []
}

/** What is typed into the field: one entry a line, or with blanks and commas between them. */
export function typedEntries(text: string): string[] {
  return [...new Set(text.split(/[\s,;]+/).filter((entry) => entry !== ''))]
}

/** The first that is no address, with why. */
export function firstFault(entries: readonly string[]): { entry: string; problem: string } | undefined {
  for (const entry of entries) {
    const parsed = parseIgnoreip(entry)
    if (!parsed.ok) return { entry, problem: parsed.problem }
  }
  return undefined
}

/** Whether the list has the address, itself or within a network. */
export function isIgnored(ignoreip: readonly string[], address: string): boolean {
  const own = listedIp(address)
  return (
    own !== undefined &&
    ignoreip.some((entry) => {
      const listed = listedIp(entry)
      return listed !== undefined && containsKey(listed, own)
    })
  )
}
