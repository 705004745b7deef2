import { afterEach, describe, expect, it } from '@jest/globals'
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

/** One without shell actions, which take milliseconds each. */
const WITH_FAST_JAIL = {
  extraJails: '[fast]\nenabled = true\nfilter = sshd\nlogpath = %(root)s/log/extra.log\naction =\n',
  expectedJails: ['sshd', 'nginx-http-auth', 'recidive', 'fast'],
}

describe('what other programs do to fail2ban', () => {
  it('follows bans and unbans by fail2ban-client', async () => {
    await begin()
    await banip('203.0.113.7', '2001:db8::7', '198.51.100.0/24')
    await test.agreesOn(['203.0.113.7', '2001:db8::7', '198.51.100.0/24'])
    await unbanip('203.0.113.7')
    await test.agreesOn(['2001:db8::7', '198.51.100.0/24'])
    expect((await test.archive()).toSorted()).toEqual([
      'ban sshd 198.51.100.0/24',
      'ban sshd 2001:db8::7',
      'ban sshd 203.0.113.7',
      'unban sshd 203.0.113.7 lifted',
    ])
  })

  it('tells the reason of a ban that fail2ban itself made', async () => {
    await begin()
    test.fail2ban.writeFailures('sshd', '203.0.113.7', 3)
    await test.agreesOn(['203.0.113.7'])
    const row = await waitFor(
      () => test.db.selectFrom('active_bans').selectAll().where('matches', 'is not', null).executeTakeFirst(),
      { what: 'the reason' },
    )
    expect(row).toMatchObject({ jail: 'sshd', ip: '203.0.113.7', ban_count: 1, failures: 3 })
    expect(JSON.parse(row.matches ?? '')).toHaveLength(3)
    expect(row.matches).toContain('Failed password for invalid user root from 203.0.113.7')
    expect(row.expires_at - row.banned_at).toBe(600_000)
    expect(await test.archive()).toEqual(['ban sshd 203.0.113.7'])
  })

  it('follows several jails at once', async () => {
    await begin()
    for (const jail of ['sshd', 'nginx-http-auth'] as const)
      test.fail2ban.writeFailures(jail, '203.0.113.9', 3)
    await test.fail2ban.client('set', 'recidive', 'banip', '203.0.113.9')
    for (const jail of ['sshd', 'nginx-http-auth', 'recidive']) await test.agreesOn(['203.0.113.9'], jail)
    await test.fail2ban.client('unban', '203.0.113.9')
    for (const jail of ['sshd', 'nginx-http-auth', 'recidive']) await test.agreesOn([], jail)
    expect(await test.archive()).toHaveLength(6)
  })

  it('follows an entry that is no address', async () => {
    await begin()
    await banip('a name')
    await test.agreesOn(['a name'])
    expect((await test.command({ kind: 'unban', jail: 'sshd', ips: ['a name'] })).ok).toBe(true)
    await test.agreesOn([])
  })

  it('follows unban --all', async () => {
    await begin()
    await banip(...Array.from({ length: 50 }, (_, index) => `192.0.2.${index + 1}`))
    await waitFor(async () => (await test.active()).length === 50, { what: '50 bans' })
    await test.fail2ban.client('unban', '--all')
    await test.agreesOn([])
    const archive = await test.archive()
    expect(archive.filter((entry) => entry.endsWith(' lifted'))).toHaveLength(50)
    await banip('192.0.2.1')
    await test.agreesOn(['192.0.2.1'])
    expect((await test.archive()).length).toBe(101)
  })

  it('sees several changes between two looks', async () => {
    await begin({ agent: { intervalMs: 1_000 } })
    await banip('192.0.2.1', '192.0.2.2', '192.0.2.3')
    await test.agreesOn(['192.0.2.1', '192.0.2.2', '192.0.2.3'])
    await unbanip('192.0.2.1')
    await banip('192.0.2.4')
    await unbanip('192.0.2.2')
    await banip('192.0.2.5')
    await banip('192.0.2.1')
    await test.agreesOn(['192.0.2.1', '192.0.2.3', '192.0.2.4', '192.0.2.5'])
    const archive = await test.archive()
    expect(archive).toContain('unban sshd 192.0.2.2 lifted')
    expect(archive).toContain('ban sshd 192.0.2.4')
    expect(new Set(archive.filter((entry) => !entry.includes('192.0.2.1'))).size).toBe(
      archive.filter((entry) => !entry.includes('192.0.2.1')).length,
    )
  })

  it('sees that an address was lifted and banned anew', async () => {
    await begin()
    await banip('192.0.2.1')
    await test.agreesOn(['192.0.2.1'])
    const first = await test.db.selectFrom('active_bans').select('banned_at').executeTakeFirstOrThrow()
    // fail2ban counts in whole seconds.
    await waitFor(() => Date.now() > first.banned_at + 2_000, { what: 'another second' })
    await test.fail2ban.client('unban', '192.0.2.1')
    await banip('192.0.2.1')
    await waitFor(async () => (await test.archive()).length === 3, { what: 'the second ban' })
    expect(await test.archive()).toEqual([
      'ban sshd 192.0.2.1',
      'unban sshd 192.0.2.1 lifted',
      'ban sshd 192.0.2.1',
    ])
  })

  it('follows 5,000 bans, and their end', async () => {
    await begin(WITH_FAST_JAIL)
    const ips = Array.from({ length: 5_000 }, (_, index) => `2001:db8:1::${(index + 1).toString(16)}`)
    for (let from = 0; from < ips.length; from += 500) {
      await test.fail2ban.client('set', 'fast', 'banip', ...ips.slice(from, from + 500))
    }
    await test.agreesOn(ips, 'fast')
    const events = await test.db.selectFrom('ban_events').select('ip').execute()
    expect(events.map((event) => event.ip).toSorted()).toEqual(ips.toSorted())
    await waitFor(
      async () => {
        const query = test.db.selectFrom('active_bans').select('ip').where('matches', 'is', null)
        return (await query.executeTakeFirst()) === undefined
      },
      { what: 'what fail2ban’s database has on each of them' },
    )
    await test.fail2ban.client('set', 'fast', 'unbanip', '2001:db8:1::/48')
    await test.agreesOn([], 'fast')
    expect(await test.archive()).toHaveLength(10_000)
  })
})

describe('the ends of bans', () => {
  it('says that a ban expired when its time was over', async () => {
    await begin({ bantimeSeconds: { sshd: 2 } })
    await banip('203.0.113.7')
    await waitFor(async () => (await test.archive()).length === 1, { what: 'the ban' })
    await test.agreesOn([])
    expect(await test.archive()).toEqual(['ban sshd 203.0.113.7', 'unban sshd 203.0.113.7 expired'])
    const [ban, end] = await test.db.selectFrom('ban_events').select('at').orderBy('id').execute()
    expect((end?.at ?? 0) - (ban?.at ?? 0)).toBe(2_000)
  })

  it('tells new ends when the bantime of the jail is changed', async () => {
    await begin()
    await banip('203.0.113.7')
    await test.agreesOn(['203.0.113.7'])
    const reply = await test.command({ kind: 'setBantime', jail: 'sshd', seconds: 7_200 })
    expect(reply).toMatchObject({ ok: true, jail: { bantimeSeconds: 7_200 } })
    await waitFor(
      async () => {
        const row = await test.db.selectFrom('active_bans').selectAll().executeTakeFirstOrThrow()
        return row.expires_at - row.banned_at === 7_200_000
      },
      { what: 'the new end', timeoutMs: 2_000 },
    )
  })

  it('keeps a ban that was prolonged, and finds its new end', async () => {
    await begin({ bantimeSeconds: { sshd: 3 } })
    await banip('203.0.113.7')
    await test.agreesOn(['203.0.113.7'])
    const first = await test.db.selectFrom('active_bans').selectAll().executeTakeFirstOrThrow()
    await waitFor(() => Date.now() > first.banned_at + 2_000, { what: 'most of its time to pass' })
    await test.fail2ban.client('set', 'sshd', 'bantime', '600')
    await banip('203.0.113.7')
    await waitFor(
      async () => {
        const row = await test.db.selectFrom('active_bans').selectAll().executeTakeFirstOrThrow()
        return row.expires_at - row.banned_at >= 600_000
      },
      { what: 'the new end', timeoutMs: 15_000 },
    )
    expect(await test.archive()).toEqual(['ban sshd 203.0.113.7'])
  })

  it('lets bans of an idle jail not expire', async () => {
    await begin({ bantimeSeconds: { sshd: 2 } })
    await banip('203.0.113.7')
    await test.agreesOn(['203.0.113.7'])
    expect(await test.command({ kind: 'idleJail', jail: 'sshd' })).toMatchObject({
      ok: true,
      jail: { state: 'idle' },
    })
    const { banned_at } = await test.db.selectFrom('active_bans').selectAll().executeTakeFirstOrThrow()
    await waitFor(() => Date.now() > banned_at + 4_000, { what: 'its time to pass' })
    await test.agreesOn(['203.0.113.7'])
    expect(await test.command({ kind: 'resumeJail', jail: 'sshd' })).toMatchObject({
      ok: true,
      jail: { state: 'active' },
    })
    await test.agreesOn([])
    expect(await test.archive()).toEqual(['ban sshd 203.0.113.7', 'unban sshd 203.0.113.7 expired'])
  })
})
