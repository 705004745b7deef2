import { afterEach, describe, expect, it } from '@jest/globals'
import { DatabaseSync } from 'node:sqlite'
import {
  startAgentUnderTest,
  type AgentUnderTest,
  type AgentUnderTestOptions,
} from '../support/agent-under-test.ts'
import { waitFor } from '../support/wait-for.ts'

let it_: AgentUnderTest

async function begin(options: AgentUnderTestOptions = {}): Promise<void> {
  it_ = await startAgentUnderTest(options)
  await waitFor(() => it_.snapshot()?.host.online, { what: 'the agent to be online' })
}

afterEach(() => it_.stop())

const banip = (...ips: string[]) => it_.fail2ban.client('set', 'sshd', 'banip', ...ips)
const unbanip = (...ips: string[]) => it_.fail2ban.client('set', 'sshd', 'unbanip', ...ips)

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
    await it_.agreesOn(['192.0.2.1'])
    await waitFor(async () => (await it_.archive()).length === 1_235, { what: 'the past' })
    const rows = await it_.db.selectFrom('ban_events').select(['imported', 'failures']).execute()
    expect(rows.filter((row) => row.imported === 1 && row.failures === 4)).toHaveLength(1_234)
    await it_.restartAgent()
    await banip('192.0.2.2')
    await it_.agreesOn(['192.0.2.1', '192.0.2.2'])
    expect(await it_.archive()).toHaveLength(1_236)
  })

  it('may forget: bans stay, and new ones are told of', async () => {
    await begin()
    await banip(...THREE)
    await it_.agreesOn(THREE)
    const sqlite = new DatabaseSync(it_.fail2ban.database, { timeout: 2_000 })
    sqlite.exec('delete from bans; delete from bips')
    sqlite.close()
    await it_.agreesOn(THREE)
    it_.fail2ban.writeFailures('sshd', '203.0.113.7', 3)
    await it_.agreesOn([...THREE, '203.0.113.7'])
    await waitFor(async () => (await it_.archive()).length === 4, { what: 'four bans' })
    const row = await it_.db
      .selectFrom('active_bans')
      .selectAll()
      .where('ip', '=', '203.0.113.7')
      .executeTakeFirstOrThrow()
    expect(row.failures).toBe(3)
  })

  it('may be switched off: everything works but the reasons, and the report says so', async () => {
    await begin({ database: false, bantimeSeconds: { 'nginx-http-auth': 2 } })
    expect(it_.snapshot()?.host).toMatchObject({
      database: 'switched-off',
      databaseDetail: expect.stringContaining('dbfile'),
    })
    await banip(...THREE)
    await it_.agreesOn(THREE)
    await it_.fail2ban.client('set', 'nginx-http-auth', 'banip', '192.0.2.77')
    await waitFor(async () => (await it_.archive()).length === 4, { what: 'four bans' })
    await unbanip('192.0.2.2')
    await it_.agreesOn(['192.0.2.3', '2001:db8::4'])
    await it_.agreesOn([], 'nginx-http-auth')
    expect((await it_.archive()).slice(4).toSorted()).toEqual([
      'unban nginx-http-auth 192.0.2.77 expired',
      'unban sshd 192.0.2.2 lifted',
    ])
    await it_.restartAgent()
    await banip('192.0.2.99')
    await it_.agreesOn(['192.0.2.3', '192.0.2.99', '2001:db8::4'])
    expect(await it_.archive()).toHaveLength(7)
  })

  it('may be unreadable: everything works but the reasons, and the report says so', async () => {
    await begin({ agent: { databasePath: '/nowhere/fail2ban.sqlite3' } })
    expect(it_.snapshot()?.host).toMatchObject({
      database: 'unreadable',
      databaseDetail: expect.stringContaining('/nowhere/fail2ban.sqlite3'),
    })
    await banip(...THREE)
    await it_.agreesOn(THREE)
    expect(await it_.archive()).toHaveLength(3)
  })
})
