import { describe, expect, it } from '@jest/globals'
import type { Ban, BanPage } from '../../src/shared/ban.ts'
import { withoutBan } from '../../src/web/features/bans/ban-pages.ts'
import { heightOf, rowAt, scrollTo, topOf, windowOf } from '../../src/web/features/bans/row-window.ts'
import { isSelected, NOTHING, shareOf, withBans } from '../../src/web/features/bans/selection.ts'

function aBan(ip: string, jail = 'sshd'): Ban {
  return { host: 'local', jail, ip, bannedAt: '2026-11-23T12:00:00.000Z', banCount: 1 }
}

const page: BanPage = {
  items: [aBan('192.0.2.1'), aBan('192.0.2.2')],
  total: 3,
  all: 9,
  mark: 9,
  newer: 0,
}

describe('a part of a list without one ban', () => {
  it('has one less, also in its figures', () => {
    const left = withoutBan(page, aBan('192.0.2.1'))
    expect(left).toEqual({ ...page, items: [aBan('192.0.2.2')], total: 2, all: 8 })
  })

  it('stays the same where the ban is not', () => {
    expect(withoutBan(page, aBan('192.0.2.1', 'recidive'))).toBe(page)
  })
})

describe('the rows of a long list that are drawn', () => {
  const list = { total: 100_000, rowHeight: 38, open: undefined }

  it('are few, wherever it is scrolled to, and stand where they would if all were drawn', () => {
    for (const scrollTop of [0, 5, 38, 1_900_019, heightOf(list) - 700]) {
      const { first, end, above, below } = windowOf(list, scrollTop, 700)
      expect(end - first).toBeLessThan(40)
      expect(above).toBe(first * 38)
      expect(above + (end - first) * 38 + below).toBe(3_800_000)
      expect(first * 38).toBeLessThanOrEqual(scrollTop)
      expect(end * 38).toBeGreaterThanOrEqual(Math.min(3_800_000, scrollTop + 700))
    }
  })

  it('make room for what is below an open row', () => {
    const open = { ...list, open: { index: 2, height: 200 } }
    expect([2, 3].map((index) => topOf(open, index))).toEqual([76, 314])
    expect(heightOf(open)).toBe(3_800_200)
    expect([0, 77, 113, 114, 313, 314, 351, 352].map((y) => rowAt(open, y))).toEqual([0, 2, 2, 2, 2, 3, 3, 4])
    const { above, below, first, end } = windowOf(open, 0, 700)
    expect(above + (end - first) * 38 + 200 + below).toBe(3_800_200)
  })

  it('are none where there is nothing', () => {
    expect(windowOf({ ...list, total: 0 }, 0, 700)).toEqual({ first: 0, end: 0, above: 0, below: 0 })
  })

  it('come into sight with as little scrolling as it takes', () => {
    expect(scrollTo(list, 5, 0, 700)).toBe(0)
    expect(scrollTo(list, 5, 1_000, 700)).toBe(190)
    expect(scrollTo(list, 20, 0, 700)).toBe(98)
  })
})

describe('a selection of bans', () => {
  const shown = [aBan('192.0.2.1'), aBan('192.0.2.2'), aBan('192.0.2.2', 'recidive')]
  const [first, second, third] = shown as [Ban, Ban, Ban]

  it('takes in and lets go single bans', () => {
    const two = withBans(NOTHING, [first, second], true, shown)
    expect(shown.map((ban) => isSelected(two, ban))).toEqual([true, true, false])
    const one = withBans(two, [first], false, shown)
    expect(shown.map((ban) => isSelected(one, ban))).toEqual([false, true, false])
    expect([NOTHING, one, withBans(two, [third], true, shown)].map((it) => shareOf(it, shown))).toEqual([
      'none',
      'some',
      'all',
    ])
  })

  it('of all that match holds every ban, until one is taken out: then it is of those that are shown', () => {
    const all = { kind: 'all' } as const
    expect(isSelected(all, aBan('203.0.113.9'))).toBe(true)
    const some = withBans(all, [second], false, shown)
    expect([...shown, aBan('203.0.113.9')].map((ban) => isSelected(some, ban))).toEqual([
      true,
      false,
      true,
      false,
    ])
  })
})
