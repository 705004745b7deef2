import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { startAgentUnderTest, type AgentUnderTest } from '../support/agent-under-test.ts'
import { waitFor } from '../support/wait-for.ts'
import type { Command, CommandReply } from '../../src/shared/command.ts'
import type { IpResult } from '../../src/shared/ban.ts'

let test: AgentUnderTest

beforeAll(async () => {
  test = await startAgentUnderTest()
  await waitFor(() => test.snapshot()?.host.online, { what: 'the agent to be online' })
})
afterAll(() => test.stop())
beforeEach(async () => {
  await test.fail2ban.client('unban', '--all')
  await waitFor(async () => (await test.active()).length === 0, { what: 'no bans' })
})

async function results(command: Command): Promise<IpResult[]> {
  const reply = await test.command(command)
  if (!reply.ok) throw new Error(reply.message)
  return reply.results ?? []
}

async function refusal(command: Command): Promise<Extract<CommandReply, { ok: false }>> {
  const reply = await test.command(command)
  if (reply.ok) throw new Error('it was carried out')
  return reply
}

const ban = (...ips: string[]) => results({ kind: 'ban', jail: 'sshd', ips })
const unban = (...ips: string[]) => results({ kind: 'unban', jail: 'sshd', ips })
const outcomes = (items: IpResult[]) => Object.fromEntries(items.map((item) => [item.ip, item.outcome]))

describe('ban', () => {
  it('bans, confirms it, and has it in the console’s database when it answers', async () => {
    expect(await ban('203.0.113.7', '2001:db8::7', '198.51.100.0/24')).toEqual([
      { ip: '203.0.113.7', outcome: 'banned', jails: ['sshd'] },
      { ip: '2001:db8::7', outcome: 'banned', jails: ['sshd'] },
      { ip: '198.51.100.0/24', outcome: 'banned', jails: ['sshd'] },
    ])
    expect(await test.active()).toEqual(await test.listed())
    expect(await test.active()).toHaveLength(3)
  })

  it('spells every address as fail2ban does', async () => {
    expect(outcomes(await ban('2001:DB8:0::8', '203.0.113.9/32', '203.0.113.77/25'))).toEqual({
      '2001:db8::8': 'banned',
      '203.0.113.9': 'banned',
      '203.0.113.0/25': 'banned',
    })
    expect(await test.listed()).toEqual(['2001:db8::8', '203.0.113.0/25', '203.0.113.9'])
  })

  it('tells what was banned before from what is new', async () => {
    await ban('203.0.113.7')
    expect(outcomes(await ban('203.0.113.7'))).toEqual({ '203.0.113.7': 'already-banned' })
    expect(outcomes(await ban('203.0.113.7', '203.0.113.8'))).toEqual({
      '203.0.113.7': 'already-banned',
      '203.0.113.8': 'banned',
    })
  })

  it('never sends what is no address', async () => {
    const bad = ['1.2.3.4 -j ACCEPT', 'localhost', '--all', '10.0.0.0/8', '198.018.0.10', '1.2.3.4/99']
    const answered = await ban(...bad, '203.0.113.7')
    expect(answered.map((item) => item.outcome)).toEqual([...bad.map(() => 'invalid'), 'banned'])
    expect(answered[0]?.detail).toContain('Not an IPv4 or IPv6 address')
    expect(await test.listed()).toEqual(['203.0.113.7'])
    expect(test.fail2ban.log()).not.toContain('localhost')
  })

  it('bans hundreds at once', async () => {
    const ips = Array.from({ length: 200 }, (_, index) => `2001:db8:2::${(index + 1).toString(16)}`)
    expect((await ban(...ips)).filter((item) => item.outcome === 'banned')).toHaveLength(200)
    expect(await test.active()).toEqual(ips.toSorted())
  })
})

describe('unban', () => {
  it('lifts, confirms it, and has it in the console’s database when it answers', async () => {
    await ban('203.0.113.7', '203.0.113.8')
    expect(await unban('203.0.113.7', '203.0.113.99')).toEqual([
      { ip: '203.0.113.7', outcome: 'unbanned', jails: ['sshd'] },
      { ip: '203.0.113.99', outcome: 'not-banned' },
    ])
    expect(await test.active()).toEqual(['203.0.113.8'])
    const end = await test.db
      .selectFrom('ban_events')
      .selectAll()
      .where('kind', '=', 'unban')
      .orderBy('id', 'desc')
      .executeTakeFirstOrThrow()
    expect(end).toMatchObject({ ip: '203.0.113.7', cause: 'lifted' })
  })

  it('lifts an IPv6 address in any spelling', async () => {
    await ban('2001:db8::77')
    expect(outcomes(await unban('2001:DB8:0:0::77'))).toEqual({ '2001:db8::77': 'unbanned' })
  })

  it('lifts a network only where exactly it is banned, never what is inside', async () => {
    await ban('203.0.113.7', '198.51.100.0/25')
    expect(outcomes(await unban('203.0.113.0/24', '198.51.100.0/24'))).toEqual({
      '203.0.113.0/24': 'not-banned',
      '198.51.100.0/24': 'not-banned',
    })
    expect(outcomes(await unban('198.51.100.0/25'))).toEqual({ '198.51.100.0/25': 'unbanned' })
    expect(await test.listed()).toEqual(['203.0.113.7'])
  })

  it('does not ask fail2ban about names that are not banned', async () => {
    await ban('203.0.113.7')
    expect(outcomes(await unban('example.org', '--all', ''.padEnd(200, 'x')))).toEqual({
      'example.org': 'not-banned',
      '--all': 'not-banned',
      [''.padEnd(200, 'x')]: 'not-banned',
    })
    expect(await test.listed()).toEqual(['203.0.113.7'])
  })

  it('lifts in all jails and says in which', async () => {
    await ban('203.0.113.7')
    await test.fail2ban.client('set', 'recidive', 'banip', '203.0.113.7', '203.0.113.8')
    const answered = await results({
      kind: 'unbanEverywhere',
      ips: ['203.0.113.7', '203.0.113.8', '203.0.113.9'],
    })
    expect(answered).toEqual([
      { ip: '203.0.113.7', outcome: 'unbanned', jails: ['recidive', 'sshd'] },
      { ip: '203.0.113.8', outcome: 'unbanned', jails: ['recidive'] },
      { ip: '203.0.113.9', outcome: 'not-banned' },
    ])
    expect([...(await test.listed()), ...(await test.listed('recidive'))]).toEqual([])
  })
})

describe('what is refused', () => {
  it('is a jail that fail2ban does not run', async () => {
    for (const command of [
      { kind: 'ban', jail: 'nojail', ips: ['203.0.113.7'] },
      { kind: 'unban', jail: 'nojail', ips: ['203.0.113.7'] },
      { kind: 'describeJail', jail: 'nojail' },
      { kind: 'stopJail', jail: 'nojail' },
      { kind: 'setMaxretry', jail: 'nojail', count: 3 },
    ] satisfies Command[]) {
      expect(await refusal(command)).toMatchObject({ code: 'jail-not-found' })
    }
  })

  it('is whatever is no command', async () => {
    const payloads = [
      null,
      {},
      ['set', 'sshd', 'banip', '203.0.113.7'],
      { kind: 'setBantime', jail: 'sshd', seconds: '1h' },
      { kind: 'setFindtime', jail: 'sshd', seconds: "__import__('os').getpid()" },
      { kind: 'stopJail', jail: 'sshd', force: true },
      { kind: 'ban', jail: 'sshd; rm', ips: ['203.0.113.7'] },
      { kind: 'ban', jail: 'sshd', ips: Array<string>(501).fill('203.0.113.7') },
      { kind: 'set', jail: 'sshd' },
    ]
    for (const [index, payload] of payloads.entries()) {
      const options = { id: `bad-${index}`, timeoutMs: 5_000 }
      const answer = await test.state.requests.send('agent/local', payload, options)
      expect(answer).toMatchObject({ ok: false, code: 'validation-failed' })
    }
    expect(await test.listed()).toEqual([])
  })
})

describe('a jail', () => {
  it('is described with what is read only when it is looked at', async () => {
    const reply = await test.command({ kind: 'describeJail', jail: 'sshd' })
    expect(reply).toMatchObject({
      ok: true,
      jail: {
        name: 'sshd',
        state: 'active',
        bantimeSeconds: 600,
        findtimeSeconds: 600,
        maxretry: 3,
        ignoreip: ['2001:db8:ffff::/48', '192.0.2.1'],
        ignoreself: false,
        actions: ['tofile'],
      },
    })
  })

  it('is changed and shown as changed', async () => {
    for (const command of [
      { kind: 'setBantime', jail: 'recidive', seconds: 86_400 },
      { kind: 'setFindtime', jail: 'recidive', seconds: 900 },
      { kind: 'setMaxretry', jail: 'recidive', count: 7 },
    ] satisfies Command[]) {
      expect(await test.command(command)).toMatchObject({ ok: true })
    }
    const jail = test.snapshot()?.jails.find(({ name }) => name === 'recidive')
    expect(jail).toMatchObject({ bantimeSeconds: 86_400, findtimeSeconds: 900, maxretry: 7 })
    expect(await test.fail2ban.client('get', 'recidive', 'maxretry')).toBe('7\n')
    const back = await test.command({ kind: 'setBantime', jail: 'recidive', seconds: -1 })
    expect(back).toMatchObject({ ok: true, jail: { bantimeSeconds: -1 } })
  })

  it('lets addresses be added to its ignoreip and taken off', async () => {
    const ips = ['2001:DB8:1::1', '10.0.0.0/8']
    const added = await test.command({ kind: 'addIgnoreip', jail: 'recidive', ips })
    expect(added).toMatchObject({ ok: true })
    if (added.ok)
      expect(added.jail?.ignoreip).toEqual(expect.arrayContaining(['2001:db8:1::1', '10.0.0.0/8']))
    const removed = await test.command({
      kind: 'removeIgnoreip',
      jail: 'recidive',
      ips: [...ips, '203.0.113.200', 'not.in.it'],
    })
    if (removed.ok) expect(removed.jail?.ignoreip?.toSorted()).toEqual(['192.0.2.1', '2001:db8:ffff::/48'])
    const bad = await refusal({ kind: 'addIgnoreip', jail: 'recidive', ips: ['example.org'] })
    expect(bad.code).toBe('validation-failed')
  })

  it('is paused and resumed', async () => {
    await test.command({ kind: 'idleJail', jail: 'recidive' })
    const state = () => test.snapshot()?.jails.find(({ name }) => name === 'recidive')?.state
    expect(state()).toBe('idle')
    expect(await test.command({ kind: 'describeJail', jail: 'recidive' })).toMatchObject({
      jail: { state: 'idle' },
    })
    await test.command({ kind: 'reloadJail', jail: 'recidive' })
    expect(state()).toBe('active')
  })

  it('is reloaded with its bans, after its configuration was tried out', async () => {
    await ban('203.0.113.7')
    const reply = await test.command({ kind: 'reloadJail', jail: 'sshd' })
    expect(reply).toMatchObject({ ok: true, jail: { name: 'sshd', state: 'active' } })
    expect(await test.listed()).toEqual(['203.0.113.7'])
    expect(await test.active()).toEqual(['203.0.113.7'])
  })

  it('survives a reload that its configuration would not', async () => {
    await ban('203.0.113.7')
    const file = join(test.fail2ban.configDir, 'jail.d', 'broken.local')
    writeFileSync(file, '[sshd]\nbantime = abc\n')
    const failed = await refusal({ kind: 'reloadJail', jail: 'sshd' })
    writeFileSync(file, '')
    expect(failed).toMatchObject({ code: 'fail2ban-refused', nextStep: expect.any(String) })
    expect(failed.message).toContain('Nothing was changed.')
    expect(await test.listed()).toEqual(['203.0.113.7'])
  })

  it('is stopped, which ends its bans, and started again, which brings them back', async () => {
    await ban('203.0.113.7')
    const stopped = await test.command({ kind: 'stopJail', jail: 'sshd' })
    expect(stopped).toMatchObject({ ok: true, jail: { name: 'sshd', state: 'stopped', currentlyBanned: 0 } })
    expect(await test.active()).toEqual([])
    expect(test.snapshot()?.jails.find(({ name }) => name === 'sshd')?.state).toBe('stopped')
    const started = await test.command({ kind: 'startJail', jail: 'sshd' })
    expect(started).toMatchObject({ ok: true, jail: { name: 'sshd', state: 'active' } })
    await test.agreesOn(['203.0.113.7'])
    expect(await refusal({ kind: 'startJail', jail: 'sshd' })).toMatchObject({ code: 'conflict' })
    const unknown = await refusal({ kind: 'startJail', jail: 'no-such-jail' })
    expect(unknown.code).toBe('fail2ban-refused')
  })
})
