import { describe, expect, it } from '@jest/globals'
import * as fc from 'fast-check'
import { followRows } from '../../src/server/agent/row-follower.ts'
import type { BanRow } from '../../src/server/fail2ban/database-reader.ts'

/** fail2ban's table of bans, whose row numbers SQLite gives: one more than the highest there is. */
class Table {
  rows: BanRow[] = []
  #version = 1
  #clock = 1_000_000

  insert(ip: string): BanRow {
    this.#version += 1
    this.#clock += 1_000
    const row = {
      rowid: (this.rows.at(-1)?.rowid ?? 0) + 1,
      jail: 'sshd',
      ip,
      bannedAt: this.#clock,
      expiresAt: null,
      banCount: 1,
      failures: 0,
      matches: [],
    }
    this.rows.push(row)
    return row
  }

  delete(ip: string): void {
    this.#version += 1
    this.rows = this.rows.filter((row) => row.ip !== ip)
  }

  readonly reader = {
    dataVersion: () => this.#version,
    bansAfter: (rowid: number, limit: number) => this.rows.filter((row) => row.rowid > rowid).slice(0, limit),
    banAt: (rowid: number) => this.rows.find((row) => row.rowid === rowid),
    newestRowid: () => this.rows.at(-1)?.rowid ?? 0,
    firstRowidSince: (since: number) => this.rows.find((row) => row.bannedAt >= since)?.rowid,
  }
}

const texts = (rows: readonly BanRow[]) => rows.map((row) => row.ip)

describe('following fail2ban’s records', () => {
  it('begins behind the newest, and reads each new one once', () => {
    const table = new Table()
    table.insert('192.0.2.1')
    const follower = followRows(table.reader)
    expect(follower.read().rows).toEqual([])
    table.insert('192.0.2.2')
    table.insert('192.0.2.3')
    expect(texts(follower.read().rows)).toEqual(['192.0.2.2', '192.0.2.3'])
    expect(follower.read().rows).toEqual([])
  })

  it('sees a row that took the number of a deleted one', () => {
    const table = new Table()
    const follower = followRows(table.reader)
    table.insert('192.0.2.1')
    table.insert('192.0.2.2')
    follower.read()
    table.delete('192.0.2.2')
    table.insert('192.0.2.3')
    expect(follower.read()).toMatchObject({ rows: [{ rowid: 2, ip: '192.0.2.3' }], isReread: false })
  })

  it('begins again with an emptied table', () => {
    const table = new Table()
    const follower = followRows(table.reader)
    table.insert('192.0.2.1')
    follower.read()
    table.delete('192.0.2.1')
    expect(follower.read().rows).toEqual([])
    table.insert('192.0.2.2')
    expect(follower.read()).toMatchObject({ rows: [{ ip: '192.0.2.2' }], isReread: false })
  })

  it('reads in portions', () => {
    const table = new Table()
    const follower = followRows(table.reader)
    for (let n = 0; n < 501; n += 1) table.insert(`2001:db8::${n.toString(16)}`)
    expect(follower.read()).toMatchObject({ hasMore: true })
    expect(follower.read().rows).toHaveLength(1)
    expect(follower.read().rows).toHaveLength(0)
  })

  it('reads a stretch again when too many of the newest were deleted at once', () => {
    const table = new Table()
    const follower = followRows(table.reader)
    table.insert('192.0.2.1')
    for (let n = 0; n < 100; n += 1) table.insert(`2001:db8::${n.toString(16)}`)
    follower.read()
    for (let n = 0; n < 100; n += 1) table.delete(`2001:db8::${n.toString(16)}`)
    table.insert('192.0.2.2')
    expect(follower.read()).toMatchObject({ isReread: true })
    table.insert('192.0.2.3')
    expect(follower.read()).toMatchObject({ rows: [{ ip: '192.0.2.3' }], isReread: false })
  })

  it('misses no row that stays, and repeats none but when it says so', () => {
    const ip = fc.integer({ min: 1, max: 8 }).map((last) => `192.0.2.${last}`)
    const act = fc.oneof(
      ip.map((text) => ({ insert: text })),
      ip.map((text) => ({ delete: text })),
      fc.constant('read' as const),
    )
    fc.assert(
      fc.property(fc.array(act, { maxLength: 60 }), fc.integer({ min: 0, max: 80 }), (acts, before) => {
        const table = new Table()
        for (let n = 0; n < before; n += 1) table.insert(`2001:db8::${n.toString(16)}`)
        const follower = followRows(table.reader)
        const seen = new Set<BanRow>()
        const read = () => {
          const { rows, isReread } = follower.read()
          for (const row of rows) {
            if (!isReread) expect(seen.has(row)).toBe(false)
            seen.add(row)
          }
        }
        for (const step of acts) {
          if (step === 'read') read()
          else if ('insert' in step) table.insert(step.insert)
          else table.delete(step.delete)
        }
        read()
        const missed = table.rows.slice(before).filter((row) => !seen.has(row) && row.ip.startsWith('192'))
        expect(missed).toEqual([])
      }),
      { numRuns: 500 },
    )
  })
})
