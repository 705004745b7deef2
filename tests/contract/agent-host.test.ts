import { afterEach, describe, expect, it } from '@jest/globals'
import { startAgentUnderTest, type AgentUnderTest } from '../support/agent-under-test.ts'
import { waitFor } from '../support/wait-for.ts'

let test: AgentUnderTest

async function begin(): Promise<void> {
  test = await startAgentUnderTest()
  await waitFor(() => host()?.online, { what: 'the agent to be online' })
}
afterEach(() => test.stop())

const host = () => test.snapshot()?.host
const offline = (reason: string, timeoutMs: number) =>
  waitFor(() => host()?.online === false && host()?.offline?.reason === reason, { what: reason, timeoutMs })

describe('the report about a host', () => {
  it('tells version, counters and jails, and is renewed while nothing changes', async () => {
    await begin()
    test.fail2ban.writeFailures('sshd', '203.0.113.7', 2)
    await waitFor(() => test.snapshot()?.jails.find(({ name }) => name === 'sshd')?.currentlyFailed === 1, {
      what: 'the failures',
    })
    expect(host()).toMatchObject({
      id: 'local',
      online: true,
      version: expect.stringMatching(/^\d+\.\d+/),
      database: 'ok',
      currentlyBanned: 0,
      jailCount: 3,
    })
    expect(test.snapshot()?.jails.map(({ name }) => name)).toEqual(['nginx-http-auth', 'recidive', 'sshd'])
    expect(test.snapshot()?.jails[2]).toMatchObject({
      state: 'active',
      totalFailed: 2,
      bantimeSeconds: 600,
      maxretry: 3,
      sources: [expect.stringContaining('auth.log')],
      sourceKind: 'files',
    })
    const { asOf = '' } = host() ?? {}
    await waitFor(() => (host()?.asOf ?? '') > asOf, { what: 'a newer report', timeoutMs: 4_000 })
  })

  it('tells what the jails ignore, and what a command has changed in it at once', async () => {
    await begin()
    const ignored = (jail: string) => test.state.runtime.get('ignore/local')?.value[jail]?.entries.toSorted()
    expect(ignored('sshd')).toEqual(['192.0.2.1', '2001:db8:ffff::/48'])
    await test.command({ kind: 'addIgnoreip', jail: 'sshd', ips: ['10.0.0.0/8'] })
    expect(ignored('sshd')).toEqual(['10.0.0.0/8', '192.0.2.1', '2001:db8:ffff::/48'])
  })

  it('says that fail2ban is not running, keeps what was known, and recovers', async () => {
    await begin()
    await test.fail2ban.client('set', 'sshd', 'banip', '203.0.113.7')
    await test.agreesOn(['203.0.113.7'])
    await test.fail2ban.shutDown()
    await offline('socket-missing', 2_500)
    expect(host()?.offline).toMatchObject({
      detail: expect.stringContaining(test.fail2ban.socket),
      remedy: expect.stringContaining('systemctl start fail2ban'),
      since: expect.any(String),
    })
    expect(test.snapshot()?.jails).toHaveLength(3)
    expect(await test.active()).toEqual(['203.0.113.7'])
    const reply = await test.command({ kind: 'ban', jail: 'sshd', ips: ['203.0.113.8'] })
    expect(reply).toMatchObject({
      ok: false,
      code: 'fail2ban-unavailable',
      message: expect.stringContaining('Nothing was changed.'),
    })
    await test.fail2ban.restart()
    await waitFor(() => host()?.online, { what: 'fail2ban to be back', timeoutMs: 3_000 })
    await test.agreesOn(['203.0.113.7'])
    expect(await test.archive()).toEqual(['ban sshd 203.0.113.7'])
  })

  it('says that fail2ban has crashed', async () => {
    await begin()
    await test.fail2ban.kill()
    await offline('socket-stale', 2_500)
    expect(host()?.offline?.remedy).toContain('systemctl restart fail2ban')
  })

  it('says that fail2ban hangs, and goes on when it does', async () => {
    await begin()
    await test.fail2ban.client('set', 'sshd', 'banip', '203.0.113.7')
    await test.agreesOn(['203.0.113.7'])
    test.fail2ban.freeze()
    await offline('not-answering', 7_000)
    const reply = await test.command({ kind: 'unban', jail: 'sshd', ips: ['203.0.113.7'] })
    expect(reply).toMatchObject({ ok: false, code: 'fail2ban-timeout' })
    test.fail2ban.thaw()
    await waitFor(() => host()?.online, { what: 'fail2ban to answer again', timeoutMs: 5_000 })
    await test.agreesOn(['203.0.113.7'])
    expect(await test.archive()).toEqual(['ban sshd 203.0.113.7'])
  })

  it('is renewed while fail2ban is away, so that nobody takes the agent for dead', async () => {
    await begin()
    await test.fail2ban.shutDown()
    await offline('socket-missing', 2_500)
    const rev = test.state.runtime.get('host/local')?.rev ?? 0
    await waitFor(() => (test.state.runtime.get('host/local')?.rev ?? 0) > rev, {
      what: 'another report',
      timeoutMs: 4_000,
    })
  })
})

describe('the lease', () => {
  it('lets one agent of a host work, and another take over', async () => {
    await begin()
    const holders = async () => (await test.state.locks.holders()).map(({ name, holder }) => [name, holder])
    expect(await holders()).toEqual([['agent/local', 'test']])
    await test.agent.stop()
    expect(await holders()).toEqual([])
    await test.restartAgent()
    await waitFor(async () => (await holders()).length === 1, { what: 'the lease' })
  })
})
