import { keyOf, type BanKey } from './ban-pages.ts'

/** How many rows stand before the first known one. None if no row is known any more: then there is nothing to keep in place. */
export function countLeadingNew(bans: readonly BanKey[], known: ReadonlySet<string>): number {
  return Math.max(
    0,
    bans.findIndex((ban) => known.has(keyOf(ban))),
  )
}
