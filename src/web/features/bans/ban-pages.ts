import type { BanKey, BanPage } from '../../../shared/ban.ts'

export type { BanKey }

export function sameBan(a: BanKey, b: BanKey): boolean {
  return a.ip === b.ip && a.jail === b.jail && a.host === b.host
}

export function keyOf(ban: BanKey): string {
  return `${ban.host} ${ban.jail} ${ban.ip}`
}

/** A part of a list without one ban. Where it is not there nothing changes, not even the total: it may be elsewhere. */
export function withoutBan(page: BanPage, key: BanKey): BanPage {
  if (!page.items.some((ban) => sameBan(ban, key))) return page
  return {
    ...page,
    total: Math.max(0, page.total - 1),
    all: Math.max(0, page.all - 1),
    items: page.items.filter((ban) => !sameBan(ban, key)),
  }
}
