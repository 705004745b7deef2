import { describe, expect, it } from '@jest/globals'
import type { Ban } from '../../src/shared/ban.ts'
import { addNewestBan, removeBan, type BanPages } from '../../src/web/features/bans/ban-pages.ts'
import { countLeadingNew } from '../../src/web/features/bans/held-rows.ts'

function aBan(ip: string, jail = 'sshd'): Ban {
  return { host: 'local', jail, ip, bannedAt: '2026-11-23T12:00:00.000Z', banCount: 1 }
}

function twoPages(): BanPages {
  return {
    pages: [
      { items: [aBan('192.0.2.1'), aBan('192.0.2.2')], total: 3, nextCursor: 'next' },
      { items: [aBan('192.0.2.3')], total: 3 },
    ],
    pageParams: [undefined, 'next'],
  }
}

const ipsOf = (data: BanPages) => data.pages.map((page) => page.items.map((ban) => ban.ip))
const totalsOf = (data: BanPages) => data.pages.map((page) => page.total)

describe('removeBan', () => {
  it('takes one ban out of its page and corrects the total everywhere', () => {
    const data = removeBan(twoPages(), aBan('192.0.2.3'))
    expect(ipsOf(data)).toEqual([['192.0.2.1', '192.0.2.2'], []])
    expect(totalsOf(data)).toEqual([2, 2])
  })

  it('leaves a list alone that does not show the ban', () => {
    const data = twoPages()
    expect(removeBan(data, aBan('192.0.2.1', 'recidive'))).toBe(data)
  })
})

describe('addNewestBan', () => {
  it('puts a ban on top and keeps the cursor of the page', () => {
    const data = addNewestBan(twoPages(), aBan('192.0.2.9'))
    expect(ipsOf(data)).toEqual([['192.0.2.9', '192.0.2.1', '192.0.2.2'], ['192.0.2.3']])
    expect(totalsOf(data)).toEqual([4, 4])
    expect(data.pages[0]?.nextCursor).toBe('next')
  })

  it('moves a ban that is there already', () => {
    const data = addNewestBan(twoPages(), aBan('192.0.2.3'))
    expect(ipsOf(data)).toEqual([['192.0.2.3', '192.0.2.1', '192.0.2.2'], []])
    expect(totalsOf(data)).toEqual([3, 3])
  })
})

describe('countLeadingNew', () => {
  const rows = [aBan('192.0.2.9'), aBan('192.0.2.1'), aBan('192.0.2.2')]

  it('counts what came above the first known row', () => {
    expect(countLeadingNew(rows, new Set(['local sshd 192.0.2.1']))).toBe(1)
    expect(countLeadingNew(rows, new Set(['local sshd 192.0.2.9']))).toBe(0)
  })

  it('holds nothing back once no known row is left', () => {
    expect(countLeadingNew(rows, new Set(['local sshd 192.0.2.77']))).toBe(0)
    expect(countLeadingNew([], new Set())).toBe(0)
  })
})
