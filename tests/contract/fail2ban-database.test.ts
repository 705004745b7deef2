import { copyFileSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { openDatabaseReader, type DatabaseReader } from '../../src/server/fail2ban/database-reader.ts'
import { startFail2ban, type Fail2banServer } from '../support/fail2ban-server.ts'
import { runPython } from '../support/python.ts'
import { waitFor } from '../support/wait-for.ts'

describe('the database of a running fail2ban', () => {
  let server: Fail2banServer
  let reader: DatabaseReader
  beforeAll(async () => {
    server = await startFail2ban()
    reader = openDatabaseReader(server.database)
  })
  afterAll(async () => {
    reader.close()
    await server.stop()
  })

  const recorded = (ip: string) =>
    waitFor(() => reader.bansAfter(0, 500).find((ban) => ban.ip === ip), { what: `the record of ${ip}` })

  it('tells why an address was banned, with texts as hostile as they come', async () => {
    const line = (pid: number, user: string): string => {
      const at = new Date().toString().split(' ')
      return `${at[1]} ${String(Number(at[2])).padStart(2)} ${at[4]} host sshd[${pid}]: Failed password for invalid user ${user} from 203.0.113.7 port 40022 ssh2\n`
    }
    const users = ['<script>alert(1)</script>', '\u001b[31mred\u0007', 'x'.repeat(5_000)]
    server.writeLog('auth.log', users.map((user, index) => line(900_000 + index, user)).join(''))
    const ban = await recorded('203.0.113.7')
    expect(ban).toMatchObject({ jail: 'sshd', ip: '203.0.113.7', banCount: 1, failures: 3 })
    expect(Math.abs(ban.bannedAt - Date.now())).toBeLessThan(60_000)
    expect(ban.expiresAt).toBe(ban.bannedAt + 600_000)
    // fail2ban stores the first match in three parts and the others as one text.
    expect(ban.matches).toHaveLength(3)
    expect(ban.matches[0]).toMatch(
      /^\w{3} .* host sshd\[900000\]: Failed password for invalid user <script>alert\(1\)<\/script> from/,
    )
    expect(ban.matches[1]).toContain('\u001b[31mred\u0007')
    expect(ban.matches[2]).toHaveLength(2_000)
  })

  it('tells of bans by hand, which have no reason, and of permanent ones', async () => {
    await server.client('set', 'recidive', 'banip', '2001:db8::9')
    expect(await recorded('2001:db8::9')).toMatchObject({
      jail: 'recidive',
      expiresAt: null,
      failures: 0,
      matches: [],
    })
  })

  it('shows that something changed, in either direction', async () => {
    const before = reader.dataVersion()
    await server.client('set', 'sshd', 'banip', '203.0.113.30')
    const ban = await recorded('203.0.113.30')
    const banned = reader.dataVersion()
    expect(banned).not.toBe(before)
    await server.client('set', 'sshd', 'unbanip', '203.0.113.30')
    await waitFor(() => reader.dataVersion() !== banned, { what: 'a change' })
    // Lifting a ban deletes its history.
    expect(reader.bansAfter(ban.rowid - 1, 500).map((row) => row.ip)).not.toContain('203.0.113.30')
  })

  it('is read without ever getting in fail2ban’s way', async () => {
    const addresses = Array.from({ length: 120 }, (_, index) => `198.51.100.${index + 1}`)
    let over = false
    const banning = server
      .client('set', 'nginx-http-auth', 'banip', ...addresses)
      .finally(() => (over = true))
    await waitFor(
      () => {
        for (let times = 0; times < 20; times += 1) {
          reader.dataVersion()
          reader.bansAfter(0, 500)
          reader.latestBans('nginx-http-auth', addresses)
        }
        return over
      },
      { what: 'the end of the bans', everyMs: 1 },
    )
    await banning
    await waitFor(() => reader.latestBans('nginx-http-auth', addresses).size === 120, {
      what: 'every record',
    })
    expect(server.log()).not.toContain('database is locked')
  })
})

/** A database made by fail2ban's own class, with rows `[jail, ip, seconds, bantime, bancount, data]`. */
function madeByFail2ban(rows: ReadonlyArray<readonly unknown[]>): { path: string; reader: DatabaseReader } {
  const path = join(folder, `${rows.length}-${Math.random()}.sqlite3`)
  runPython(
    `import json, sys
from fail2ban.server.database import Fail2BanDb
task = json.load(sys.stdin)
sys.stdout = sys.stderr
database = Fail2BanDb(task["path"])._db
database.executemany("INSERT OR IGNORE INTO jails(name) VALUES (?)", {(row[0],) for row in task["rows"]})
for table in ("bans", "bips"):
    database.executemany("INSERT OR REPLACE INTO " + table + "(jail, ip, timeofban, bantime, bancount, data) VALUES (?,?,?,?,?,?)",
        [row[:5] + [None if row[5] is None else row[5].encode()] for row in task["rows"]])
database.commit()
sys.stdout = sys.__stdout__
print("null")`,
    { path, rows },
  )
  return { path, reader: openDatabaseReader(path) }
}

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'bangui-database-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const row = (ip: string, seconds: number, data: unknown = null, bantime = 600): unknown[] => [
  seconds % 2 === 0 ? 'sshd' : 'recidive',
  ip,
  seconds,
  bantime,
  1,
  data === null || typeof data === 'string' ? data : JSON.stringify(data),
]

describe('rows', () => {
  it('are read in portions, by id, and from the end', () => {
    const { reader } = madeByFail2ban(
      Array.from({ length: 1_200 }, (_, index) => row(`2001:db8::${index + 1}`, index)),
    )
    expect(reader.newestRowid()).toBe(1_200)
    expect(reader.bansAfter(1_195, 3).map((ban) => ban.rowid)).toEqual([1_196, 1_197, 1_198])
    expect(reader.bansAfter(0, 10_000)).toHaveLength(500)
    expect(reader.bansAfter(1_200, 10)).toEqual([])
    expect(reader.banAt(7)).toMatchObject({
      rowid: 7,
      ip: '2001:db8::7',
      bannedAt: 6_000,
      expiresAt: 606_000,
    })
    expect(reader.banAt(9_999)).toBeUndefined()
    reader.close()
  })

  it('since a time begin at the smallest id, also where ids and times do not rise together', () => {
    const seconds = [100, 110, 105, 120, 119, 130, 95, 140]
    const { reader } = madeByFail2ban(seconds.map((second, index) => row(`203.0.113.${index}`, second)))
    const byHand = (since: number): number | undefined => {
      const index = seconds.findIndex((second) => second * 1_000 >= since)
      return index === -1 ? undefined : index + 1
    }
    for (const since of [0, 95_000, 100_000, 100_001, 104_999, 111_000, 119_500, 139_000, 140_000, 140_001]) {
      expect([since, reader.firstRowidSince(since)]).toEqual([since, byHand(since)])
    }
    reader.close()
  })

  it('of an empty database are none', () => {
    const { reader } = madeByFail2ban([])
    expect(reader.newestRowid()).toBe(0)
    expect(reader.firstRowidSince(0)).toBeUndefined()
    expect(reader.bansAfter(0, 500)).toEqual([])
    expect(reader.latestBans('sshd', ['203.0.113.1'])).toEqual(new Map())
    reader.close()
  })

  it('of the latest bans are those of the jail asked about', () => {
    const { reader } = madeByFail2ban([
      row('203.0.113.1', 100),
      row('203.0.113.1', 200, { failures: 4 }),
      row('203.0.113.1', 301),
      row("it's", 200),
    ])
    const latest = reader.latestBans('sshd', ['203.0.113.1', "it's", '203.0.113.2', '"], ['])
    expect([...latest.keys()].toSorted((a, b) => a.localeCompare(b))).toEqual(['203.0.113.1', "it's"])
    expect(latest.get('203.0.113.1')).toMatchObject({ bannedAt: 200_000, failures: 4 })
    reader.close()
  })
})

describe('what a row tells', () => {
  it.each([
    ['nothing', null, { failures: 0, matches: [] }],
    ['no JSON', '{"failures": 3, "matches": [', { failures: 0, matches: [] }],
    ['JSON that is no object', '[1]', { failures: 0, matches: [] }],
    ['numbers that are none', { failures: 'many', matches: 'one' }, { failures: 0, matches: [] }],
    [
      'matches whole and in parts',
      { failures: 2, matches: [['a ', 'date', ' b'], 'c'] },
      { failures: 2, matches: ['a date b', 'c'] },
    ],
    ['odd matches', { matches: [null, 7, ['x', 8], []] }, { matches: ['null', '7', 'x8', ''] }],
    [
      'more matches than ten',
      { matches: Array.from({ length: 13 }, (_, i) => `line ${i}`) },
      { matches: Array.from({ length: 10 }, (_, i) => `line ${i + 3}`) },
    ],
    ['more than a megabyte', { failures: 5, matches: ['x'.repeat(1_100_000)] }, { failures: 0, matches: [] }],
    [
      'other keys of the filter',
      { failures: 1, user: 'root', users: "['root']", matches: [] },
      { failures: 1 },
    ],
  ])('may be %s', (_what, data, told) => {
    const { reader } = madeByFail2ban([row('203.0.113.1', 100, data)])
    expect(reader.banAt(1)).toMatchObject(told)
    reader.close()
  })

  it.each([
    ['permanent', -1, null],
    ['of unknown length', -2, 100_000],
    ['of ten minutes', 600, 700_000],
  ])('may be a ban %s', (_what, bantime, expiresAt) => {
    const { reader } = madeByFail2ban([row('203.0.113.1', 100, null, bantime)])
    expect(reader.banAt(1)).toMatchObject({ bannedAt: 100_000, expiresAt })
    reader.close()
  })
})

describe('a database that cannot be read', () => {
  const failure = { name: 'DatabaseUnreadable', busy: false }

  it('does not exist', () => {
    expect(() => openDatabaseReader(join(folder, 'none.sqlite3'))).toThrow(
      expect.objectContaining({ ...failure, message: expect.stringMatching(/does not exist\.$/) }),
    )
  })

  it('is no database', () => {
    const path = join(folder, 'text.sqlite3')
    writeFileSync(path, 'This is text. '.repeat(1_000))
    expect(() => openDatabaseReader(path)).toThrow(/is not an SQLite file\.$/)
    writeFileSync(path, '')
    expect(() => openDatabaseReader(path)).toThrow(expect.objectContaining(failure))
  })

  it('is of another version of fail2ban', () => {
    const { path, reader } = madeByFail2ban([])
    reader.close()
    const database = new DatabaseSync(path)
    database.exec('UPDATE fail2banDb SET version = 2')
    database.close()
    expect(() => openDatabaseReader(path)).toThrow(/schema version 2; BanGUI reads version 4/)
  })

  it('is being written to, which passes', () => {
    const { path, reader } = madeByFail2ban([row('203.0.113.1', 100)])
    const writer = new DatabaseSync(path)
    writer.exec('BEGIN EXCLUSIVE')
    expect(() => reader.bansAfter(0, 1)).toThrow(expect.objectContaining({ ...failure, busy: true }))
    writer.exec('COMMIT')
    expect(reader.bansAfter(0, 1)).toHaveLength(1)
    writer.close()
    reader.close()
  })

  it('was replaced, as fail2ban does with a damaged one', () => {
    const { path, reader } = madeByFail2ban([row('203.0.113.1', 100)])
    reader.dataVersion()
    copyFileSync(path, `${path}.copy`)
    renameSync(path, `${path}.old`)
    expect(() => reader.dataVersion()).toThrow(/does not exist/)
    renameSync(`${path}.copy`, path)
    expect(() => reader.dataVersion()).toThrow(/was replaced/)
    reader.close()
  })
})
