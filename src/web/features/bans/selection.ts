import { keyOf, type BanKey } from './ban-pages.ts'

/** Some bans one by one, or all that match, most of which no page has shown. */
export type Selection =
  { readonly kind: 'some'; readonly bans: ReadonlyMap<string, BanKey> } | { readonly kind: 'all' }

export const NOTHING: Selection = { kind: 'some', bans: new Map() }

export function isSelected(selection: Selection, ban: BanKey): boolean {
  return selection.kind === 'all' || selection.bans.has(keyOf(ban))
}

export function isEmpty(selection: Selection): boolean {
  return selection.kind === 'some' && selection.bans.size === 0
}

/** With or without these. Who takes something out of "all" goes on with what is `shown`. */
export function withBans(
  selection: Selection,
  bans: readonly BanKey[],
  isIn: boolean,
  shown: readonly BanKey[],
): Selection {
  if (selection.kind === 'all' && isIn) return selection
  const start = selection.kind === 'all' ? shown.map((ban) => [keyOf(ban), ban] as const) : selection.bans
  const next = new Map(start)
  for (const ban of bans) {
    if (isIn) next.set(keyOf(ban), { host: ban.host, jail: ban.jail, ip: ban.ip })
    else next.delete(keyOf(ban))
  }
  return { kind: 'some', bans: next }
}

/** How much of what is shown is selected, for the box in the head of the table. */
export function shareOf(selection: Selection, shown: readonly BanKey[]): 'none' | 'some' | 'all' {
  if (selection.kind === 'all') return 'all'
  const count = shown.filter((ban) => selection.bans.has(keyOf(ban))).length
  if (count === 0) return selection.bans.size === 0 ? 'none' : 'some'
  return count === shown.length ? 'all' : 'some'
}
