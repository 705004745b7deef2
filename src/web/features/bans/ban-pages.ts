import type { Ban, BanPage } from '../../../shared/ban.ts'

/** The pages of one list as far as they are loaded. */
export interface BanPages {
  readonly pages: BanPage[]
  readonly pageParams: Array<string | undefined>
}

export interface BanKey {
  readonly host: string
  readonly jail: string
  readonly ip: string
}

export function sameBan(a: BanKey, b: BanKey): boolean {
  return a.ip === b.ip && a.jail === b.jail && a.host === b.host
}

export function keyOf(ban: BanKey): string {
  return `${ban.host} ${ban.jail} ${ban.ip}`
}

/** The list without one ban. Where it is not loaded nothing changes, not even the total: it may not belong to the list. */
export function removeBan(data: BanPages, key: BanKey): BanPages {
  if (!data.pages.some((page) => page.items.some((ban) => sameBan(ban, key)))) return data
  const pages = data.pages.map((page) => ({
    ...page,
    total: Math.max(0, page.total - 1),
    items: page.items.filter((ban) => !sameBan(ban, key)),
  }))
  return { ...data, pages }
}

/** The list, newest first, with a ban on top; a ban that is already there is replaced. */
export function addNewestBan(data: BanPages, ban: Ban): BanPages {
  const [first, ...others] = removeBan(data, ban).pages
  if (!first) return data
  const total = first.total + 1
  return {
    ...data,
    pages: [{ ...first, total, items: [ban, ...first.items] }, ...others.map((page) => ({ ...page, total }))],
  }
}
