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

const THREE = ['192.0.2.2', '192.0.2.3', '2001:db8::4']
const THREE_BANS = THREE.map((ip) => `ban sshd ${ip}`).toSorted()

describe('reloads and restarts', () => {
  it.each([
    ['a reload', () => test.fail2ban.client('reload')],
    ['a reload of the jail', () => test.fail2ban.client('reload', 'sshd')],
    ['a reload that restarts the jail', () => test.fail2ban.client('reload', '--restart', 'sshd')],
    ['a restart of the server', () => test.fail2ban.restart()],
    [
      'a crash',
      async () => {
        await test.fail2ban.kill()
        await test.fail2ban.restart()
      },
    ],
  ])('keeps its bans through %s, and tells of none of them twice', async (_, act) => {
    await begin()
    await banip(...THREE)
    await test.agreesOn(THREE)
    await act()
    await test.agreesOn(THREE)
    await banip('192.0.2.99')
    await test.agreesOn([...THREE, '192.0.2.99'])
    expect((await test.archive()).toSorted()).toEqual([...THREE_BANS, 'ban sshd 192.0.2.99'].toSorted())
  })

  it('says that the cause is not known when fail2ban does not restore a ban', async () => {
    await begin()
    // 192.0.2.1 is in the jail's ignoreip, which fail2ban looks at only when it restores.
    await banip(...THREE, '192.0.2.1')
    await test.agreesOn([...THREE, '192.0.2.1'])
    await test.fail2ban.client('reload', '--restart', 'sshd')
    await test.agreesOn(THREE)
    expect((await test.archive()).slice(4)).toEqual(['unban sshd 192.0.2.1 unknown'])
  })

  it('sees what a reload lifts', async () => {
    await begin()
    await banip(...THREE)
    await test.agreesOn(THREE)
    await test.fail2ban.client('reload', '--unban', 'sshd')
    await test.agreesOn([])
    await banip('192.0.2.99')
    await test.agreesOn(['192.0.2.99'])
  })

  it('sees what was banned and lifted while it was away', async () => {
    await begin()
    await banip(...THREE)
    await test.agreesOn(THREE)
    await test.agent.stop()
    await unbanip('192.0.2.2')
    await banip('192.0.2.50')
    await test.restartAgent()
    await test.agreesOn(['192.0.2.3', '2001:db8::4', '192.0.2.50'])
    await waitFor(async () => (await test.archive()).length === 5, { what: 'both changes in the archive' })
    expect((await test.archive()).slice(3).toSorted()).toEqual([
      'ban sshd 192.0.2.50',
      'unban sshd 192.0.2.2 unknown',
    ])
  })

  it('tells nothing twice when only the agent is started anew', async () => {
    await begin()
    await banip(...THREE)
    await test.agreesOn(THREE)
    await test.restartAgent()
    await banip('192.0.2.99')
    await test.agreesOn([...THREE, '192.0.2.99'])
    expect(await test.archive()).toHaveLength(4)
  })

  it('ends the bans of a jail that was stopped, and shows it as stopped', async () => {
    await begin()
    await banip(...THREE)
    await test.agreesOn(THREE)
    await test.fail2ban.client('stop', 'sshd')
    await waitFor(async () => (await test.active()).length === 0, { what: 'no bans', timeoutMs: 2_000 })
    expect(test.snapshot()?.jails.find((jail) => jail.name === 'sshd')).toMatchObject({
      state: 'stopped',
      currentlyBanned: 0,
    })
    expect(test.snapshot()?.host.jailCount).toBe(2)
    expect((await test.archive()).filter((entry) => entry.endsWith(' lifted'))).toHaveLength(3)
    await test.fail2ban.client('reload')
    await test.agreesOn(THREE)
    expect(test.snapshot()?.jails.find((jail) => jail.name === 'sshd')?.state).toBe('active')
  })

  it('ends bans of jails that went while it was away', async () => {
    await begin()
    await banip(...THREE)
    await test.agreesOn(THREE)
    await test.agent.stop()
    await test.fail2ban.client('stop', 'sshd')
    await test.restartAgent()
    await waitFor(async () => (await test.active()).length === 0, { what: 'no bans' })
  })

  it('begins anew when the console has lost the thread', async () => {
    await begin()
    await banip(...THREE)
    await test.agreesOn(THREE)
    await test.db.deleteFrom('feeds').execute()
    await test.db.deleteFrom('active_bans').where('ip', '=', '192.0.2.2').execute()
    await test.db.deleteFrom('active_ban_counts').execute()
    await test.db.insertInto('active_ban_counts').values({ host: 'local', jail: 'sshd', count: 2 }).execute()
    await banip('192.0.2.99')
    await test.agreesOn([...THREE, '192.0.2.99'])
    expect(await test.archive()).toHaveLength(4)
  })

  it('catches up when the console’s database was away', async () => {
    await begin()
    await test.ingest.stop()
    await banip(...THREE)
    await waitFor(() => test.snapshot()?.host.currentlyBanned === 3, { what: 'three bans in the report' })
    await unbanip('192.0.2.2')
    await test.ingest.start()
    await waitFor(async () => (await test.active()).length === 2, { what: 'two bans' })
    await test.agreesOn(['192.0.2.3', '2001:db8::4'])
  })
})
