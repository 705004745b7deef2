import { afterEach, describe, expect, it } from '@jest/globals'
import { DatabaseSync } from 'node:sqlite'
import {
  startAgentUnderTest,
  type AgentUnderTest,
  type AgentUnderTestOptions,
} from '../support/agent-under-test.ts'
import { waitFor } from '../support/wait-for.ts'

let test: AgentUnderTest

async function begin(options: AgentUnderTestOptions = {}): Promise<void> {
  test = await startAgentUnderTest(options)
  await waitFor(() => test.snapshot()?.host.online, { what: 'the agent to be online' })
}

afterEach(() => test.stop())

const banip = (...ips: string[]) => test.fail2ban.client('set', 'sshd', 'banip', ...ips)
const unbanip = (...ips: string[]) => test.fail2ban.client('set', 'sshd', 'unbanip', ...ips)

const THREE = ['192.0.2.2', '192.0.2.3', '2001:db8::4']

describe('fail2ban’s database', () => {
  it('brings its past into the archive on first contact, as no news', async () => {
    await begin({
      before: async ({ database }) => {
        const sqlite = new DatabaseSync(database)
        const insert = sqlite.prepare(
          "insert into bans(jail, ip, timeofban, bantime, bancount, data) values ('sshd', ?, ?, 600, 1, ?)",
        )
        const at = Math.floor(Date.now() / 1_000) - 40_000
        const data = Buffer.from('{"matches": ["old line"], "failures": 4}')
        for (let n = 0; n < 1_234; n += 1) insert.run(`2001:db8:9::${n.toString(16)}`, at + n, data)
        sqlite.close()
      },
    })
    await banip('192.0.2.1')
    await test.agreesOn(['192.0.2.1'])
    await waitFor(async () => (await test.archive()).length === 1_235, { what: 'the past' })
    const rows = await test.db.selectFrom('ban_events').select(['imported', 'failures']).execute()
    expect(rows.filter((row) => row.imported === 1 && row.failures === 4)).toHaveLength(1_234)
    await test.restartAgent()
    await banip('192.0.2.2')
    await test.agreesOn(['192.0.2.1', '192.0.2.2'])
    expect(await test.archive()).toHaveLength(1_236)
  })

  it('may forget: bans stay, and new ones are told of', async () => {
    await begin()
    await banip(...THREE)
    await test.agreesOn(THREE)
    const sqlite = new DatabaseSync(test.fail2ban.database, { timeout: 2_000 })
    sqlite.exec('delete from bans; delete from bips')
    sqlite.close()
    await test.agreesOn(THREE)
    test.fail2ban.writeFailures('sshd', '203.0.113.7', 3)
    await test.agreesOn([...THREE, '203.0.113.7'])
    await waitFor(async () => (await test.archive()).length === 4, { what: 'four bans' })
    const row = await test.db
      .selectFrom('active_bans')
      .selectAll()
      .where('ip', '=', '203.0.113.7')
      .executeTakeFirstOrThrow()
    expect(row.failures).toBe(3)
  })

  it('may be switched off: everything works but the reasons, and the report says so', async () => {
    await begin({ database: false, bantimeSeconds: { 'nginx-http-auth': 2 } })
    expect(test.snapshot()?.host).toMatchObject({
      database: 'switched-off',
      databaseDetail: expect.stringContaining('dbfile'),
    })
    await banip(...THREE)
    await test.agreesOn(THREE)
    await test.fail2ban.client('set', 'nginx-http-auth', 'banip', '192.0.2.77')
    await waitFor(async () => (await test.archive()).length === 4, { what: 'four bans' })
    await unbanip('192.0.2.2')
    await test.agreesOn(['192.0.2.3', '2001:db8::4'])
    await test.agreesOn([], 'nginx-http-auth')
    expect((await test.archive()).slice(4).toSorted()).toEqual([
      'unban nginx-http-auth 192.0.2.77 expired',
      'unban sshd 192.0.2.2 lifted',
    ])
    await test.restartAgent()
    await banip('192.0.2.99')
    await test.agreesOn(['192.0.2.3', '192.0.2.99', '2001:db8::4'])
    expect(await test.archive()).toHaveLength(7)
  })

  it('may be unreadable: everything works but the reasons, and the report says so', async () => {
    await begin({ agent: { databasePath: '/nowhere/fail2ban.sqlite3' } })
    expect(test.snapshot()?.host).toMatchObject({
      database: 'unreadable',
      databaseDetail: expect.stringContaining('/nowhere/fail2ban.sqlite3'),
    })
    await banip(...THREE)
    await test.agreesOn(THREE)
    expect(await test.archive()).toHaveLength(3)
  })
})
