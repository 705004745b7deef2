import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { startAgentUnderTest, type AgentUnderTest } from '../support/agent-under-test.ts'
import { waitFor } from '../support/wait-for.ts'
import type { Command, CommandReply } from '../../src/shared/command.ts'
import { changedWhileRunning, jailProblem, type Jail, type JailDetail } from '../../src/shared/jail.ts'

const GROWING = `[growing]
enabled = true
filter = sshd
logpath = %(root)s/log/extra.log
usedns = warn
bantime = 1d12h
bantime.increment = true
bantime.factor = 2
bantime.maxtime = 1w
bantime.rndtime = 10m
`

let test: AgentUnderTest

beforeAll(async () => {
  test = await startAgentUnderTest({
    extraJails: GROWING,
    expectedJails: ['sshd', 'nginx-http-auth', 'recidive', 'growing'],
  })
  await waitFor(() => test.snapshot()?.host.online, { what: 'the agent to be online' })
})
afterAll(() => test.stop())
beforeEach(async () => {
  await test.fail2ban.client('unban', '--all')
  await waitFor(async () => (await test.active()).length === 0, { what: 'no bans' })
})

type Done = Extract<CommandReply, { ok: true }>

async function done(command: Command): Promise<Done> {
  const reply = await test.command(command)
  if (!reply.ok) throw new Error(reply.message)
  return reply
}

async function describeJail(jail: string): Promise<JailDetail> {
  const { jail: detail } = await done({ kind: 'describeJail', jail })
  if (!detail) throw new Error('nothing was described')
  return detail
}

async function ignoredBy(jail: string): Promise<string> {
  return test.fail2ban.client('get', jail, 'ignoreip')
}

function shown(name: string): Jail | undefined {
  return test.snapshot()?.jails.find((jail) => jail.name === name)
}

describe('the description of a jail', () => {
  it('tells its rules, its files and what the configuration says', async () => {
    expect(await describeJail('growing')).toMatchObject({
      sourceKind: 'files',
      usedns: 'warn',
      maxmatches: 3,
      maxlines: 1,
      failregexCount: expect.any(Number),
      failregex: expect.arrayContaining([expect.stringContaining('refused')]),
      ignoreregexCount: 0,
      increment: {
        enabled: true,
        factor: '2',
        maxtimeSeconds: 604_800,
        rndtimeSeconds: 600,
        overalljails: false,
      },
      files: [
        {
          path: join(test.fail2ban.root, 'log/extra.log'),
          state: 'ok',
          changedAt: expect.any(String),
          sizeBytes: expect.any(Number),
        },
      ],
      configured: {
        bantimeSeconds: 129_600,
        findtimeSeconds: 600,
        maxretry: 3,
        ignoreip: ['192.0.2.1', '2001:db8:ffff::/48'],
      },
    })
  })

  it('shows what was changed while it runs, by whomever, until a reload takes it back', async () => {
    await test.fail2ban.client('set', 'growing', 'bantime', '1h')
    await done({ kind: 'setMaxretry', jail: 'growing', count: 9 })
    expect(changedWhileRunning(await describeJail('growing'))).toEqual(['bantimeSeconds', 'maxretry'])
    const reloaded = await done({ kind: 'reloadJail', jail: 'growing' })
    expect(reloaded.jail).toMatchObject({ bantimeSeconds: 129_600, maxretry: 3 })
    expect(changedWhileRunning(await describeJail('growing'))).toEqual([])
  })
})

describe('a setting', () => {
  it('counts as changed only when fail2ban itself says so', async () => {
    const reply = await done({ kind: 'setFindtime', jail: 'recidive', seconds: 900 })
    expect(reply.jail?.findtimeSeconds).toBe(900)
    expect(await test.fail2ban.client('get', 'recidive', 'findtime')).toBe('900\n')
    expect(shown('recidive')?.findtimeSeconds).toBe(900)
  })
})

describe('the ignore list', () => {
  it('reports on each entry what fail2ban’s own list then says', async () => {
    const added = await done({
      kind: 'addIgnoreip',
      jail: 'recidive',
      ips: ['2001:DB8:1::1', '192.0.2.1', '198.51.100.7/24'],
    })
    expect(added.ignored).toEqual([
      { ip: '2001:db8:1::1', outcome: 'added' },
      { ip: '192.0.2.1', outcome: 'already-listed' },
      { ip: '198.51.100.0/24', outcome: 'added' },
    ])
    expect(await ignoredBy('recidive')).toContain('198.51.100.0/24')
    const removed = await done({
      kind: 'removeIgnoreip',
      jail: 'recidive',
      ips: ['2001:db8:1:0::1', '198.51.100.0/24', '203.0.113.1'],
    })
    expect(removed.ignored).toEqual([
      { ip: '2001:db8:1::1', outcome: 'removed' },
      { ip: '198.51.100.0/24', outcome: 'removed' },
      { ip: '203.0.113.1', outcome: 'not-listed' },
    ])
    expect(await ignoredBy('recidive')).not.toContain('198.51.100.0/24')
  })

  it('needs no entry for what lies inside one', async () => {
    const reply = await done({ kind: 'addIgnoreip', jail: 'recidive', ips: ['2001:db8:ffff::5'] })
    expect(reply.ignored).toEqual([{ ip: '2001:db8:ffff::5', outcome: 'already-listed' }])
  })

  it('takes no names', async () => {
    const reply = await test.command({ kind: 'addIgnoreip', jail: 'recidive', ips: ['example.org'] })
    expect(reply).toMatchObject({ ok: false, code: 'validation-failed' })
    expect(await ignoredBy('recidive')).not.toContain('example.org')
  })
})

describe('allowing everywhere', () => {
  const JAILS = ['growing', 'nginx-http-auth', 'recidive', 'sshd']

  it('adds to every running jail and lifts the bans it covers, and no others', async () => {
    await done({ kind: 'ban', jail: 'sshd', ips: ['203.0.113.7', '203.0.113.8', '198.51.100.9'] })
    await done({ kind: 'ban', jail: 'recidive', ips: ['203.0.113.7'] })
    const reply = await done({
      kind: 'allowEverywhere',
      ips: ['203.0.113.0/24', '2001:db8::7'],
      unban: true,
    })
    const [network, address] = reply.allowed ?? []
    expect(network).toMatchObject({ ip: '203.0.113.0/24', addedTo: JAILS, listedIn: [], failedIn: [] })
    expect(network?.unbanned.map(({ jail, ip }) => `${jail} ${ip}`).toSorted()).toEqual([
      'recidive 203.0.113.7',
      'sshd 203.0.113.7',
      'sshd 203.0.113.8',
    ])
    expect(address).toMatchObject({ ip: '2001:db8::7', addedTo: JAILS, unbanned: [] })
    expect(await test.listed()).toEqual(['198.51.100.9'])
    await test.agreesOn(['198.51.100.9'])
    for (const jail of JAILS) expect(await ignoredBy(jail)).toContain('203.0.113.0/24')

    const again = await done({ kind: 'allowEverywhere', ips: ['203.0.113.9'], unban: false })
    expect(again.allowed).toMatchObject([{ ip: '203.0.113.9', addedTo: [], listedIn: JAILS }])
    for (const jail of JAILS) {
      await done({ kind: 'removeIgnoreip', jail, ips: ['203.0.113.0/24', '2001:db8::7'] })
    }
  })

  it('lifts nothing unless asked', async () => {
    await done({ kind: 'ban', jail: 'sshd', ips: ['203.0.113.7'] })
    const reply = await done({ kind: 'allowEverywhere', ips: ['203.0.113.7'], unban: false })
    expect(reply.allowed).toMatchObject([{ addedTo: JAILS, unbanned: [] }])
    expect(await test.listed()).toEqual(['203.0.113.7'])
    for (const jail of JAILS) await done({ kind: 'removeIgnoreip', jail, ips: ['203.0.113.7'] })
  })
})

describe('unbanning a whole jail', () => {
  it('lifts all of its bans, networks too, and leaves the other jails and its settings alone', async () => {
    const ips = Array.from({ length: 40 }, (_, index) => `203.0.113.${index + 1}`)
    await done({ kind: 'ban', jail: 'sshd', ips: [...ips, '198.51.100.0/24'] })
    await done({ kind: 'ban', jail: 'recidive', ips: ['203.0.113.1'] })
    const reply = await done({ kind: 'unbanJail', jail: 'sshd' })
    expect(reply.lifted).toEqual({ unbanned: 41, remaining: 0 })
    expect(await test.listed()).toEqual([])
    expect(await test.listed('recidive')).toEqual(['203.0.113.1'])
    expect(shown('sshd')).toMatchObject({ state: 'active', currentlyBanned: 0 })
    expect((await done({ kind: 'unbanJail', jail: 'sshd' })).lifted).toEqual({ unbanned: 0, remaining: 0 })
  })

  it('is refused for a jail that does not run', async () => {
    const reply = await test.command({ kind: 'unbanJail', jail: 'nojail' })
    expect(reply).toMatchObject({ ok: false, code: 'jail-not-found' })
  })
})

describe('a restart', () => {
  it('starts the jail as the files say, with the bans that have not run out', async () => {
    await done({ kind: 'ban', jail: 'sshd', ips: ['203.0.113.7'] })
    await done({ kind: 'setMaxretry', jail: 'sshd', count: 9 })
    const reply = await done({ kind: 'restartJail', jail: 'sshd' })
    expect(reply.jail).toMatchObject({ state: 'active', maxretry: 3 })
    await test.agreesOn(['203.0.113.7'])
  })

  it('does not stop what could not be started again', async () => {
    const file = join(test.fail2ban.configDir, 'jail.d', 'broken.local')
    writeFileSync(file, '[sshd]\nbantime = abc\n')
    const reply = await test.command({ kind: 'restartJail', jail: 'sshd' })
    rmSync(file)
    expect(reply).toMatchObject({ ok: false, code: 'fail2ban-refused' })
    expect(shown('sshd')?.state).toBe('active')
    expect(await test.fail2ban.client('status', 'sshd')).toContain('Currently banned')
  })
})

describe('a log file that does not exist', () => {
  it('is told with the jail that watches it, until it is back', async () => {
    const path = join(test.fail2ban.root, 'log/nginx-error.log')
    renameSync(path, `${path}.away`)
    await waitFor(() => shown('nginx-http-auth')?.missingSources, {
      what: 'the missing file to be told',
      timeoutMs: 15_000,
    })
    const jail = shown('nginx-http-auth')
    expect(jail?.missingSources).toEqual([path])
    expect(jail && jailProblem(jail)).toBe('no-log')
    expect((await describeJail('nginx-http-auth')).files).toEqual([{ path, state: 'missing' }])
    renameSync(`${path}.away`, path)
    await waitFor(() => shown('nginx-http-auth')?.missingSources === undefined, {
      what: 'the file to be seen again',
      timeoutMs: 15_000,
    })
  }, 40_000)
})
