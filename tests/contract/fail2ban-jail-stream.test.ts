import { readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import type { ConfigCommand, Fail2banClient } from '../../src/server/fail2ban/fail2ban-client.ts'
import { captureJailStream } from '../../src/server/fail2ban/jail-stream.ts'
import { createFail2banClient } from '../../src/server/fail2ban/socket-client.ts'
import { startFail2ban, type Fail2banServer } from '../support/fail2ban-server.ts'
import { waitFor } from '../support/wait-for.ts'

let server: Fail2banServer
let client: Fail2banClient

beforeAll(async () => {
  server = await startFail2ban()
  client = createFail2banClient({ socketPath: server.socket, requestTimeoutMs: 10_000 })
})
afterAll(async () => {
  await client.close()
  await server.stop()
})
beforeEach(async () => {
  await server.client('set', 'sshd', 'banip', '203.0.113.7')
})
afterEach(() => {
  rmSync(join(server.configDir, 'jail.d/zz-change.local'), { force: true })
})

/** For tests that change the server itself. */
const asItWas = async (): Promise<void> => {
  await server.client('reload', '--restart')
  await waitFor(async () => (await client.bannedIn('sshd')).includes('203.0.113.7'), { what: 'the old ban' })
}

const change = (text: string): void => writeFileSync(join(server.configDir, 'jail.d/zz-change.local'), text)
const capture = (jail: string): Promise<ConfigCommand[]> =>
  captureJailStream({ configDir: server.configDir, jail })
/** Other suites may be at the same just now, so this waits until nobody's folder is left. */
const nothingLeft = (): Promise<unknown> =>
  waitFor(() => !readdirSync(tmpdir()).some((name) => name.startsWith('bangui-jail-')), {
    what: 'the removal of every temporary folder',
  })

describe('the stream of a jail', () => {
  it('adds it, sets it up and starts it, and touches nothing else', async () => {
    const stream = await capture('sshd')
    expect(stream[0]).toEqual(['add', 'sshd', 'polling'])
    expect(stream).toContainEqual(['set', 'sshd', 'maxretry', 3])
    expect(stream).toContainEqual(['set', 'sshd', 'ignoreself', false])
    expect(stream).toContainEqual(['set', 'sshd', 'addlogpath', `${server.root}/log/auth.log`, 'head'])
    expect(stream).toContainEqual([
      'multi-set',
      'sshd',
      'action',
      'tofile',
      expect.arrayContaining([['actname', 'tofile']]),
    ])
    expect(stream.at(-1)).toEqual(['start', 'sshd'])
    expect(new Set(stream.map(([, jail]) => jail))).toEqual(new Set(['sshd']))
  })

  it('is read without the server noticing, and leaves nothing behind', async () => {
    const before = { log: server.log(), jails: await client.jailNames() }
    await capture('sshd')
    expect(server.log()).toBe(before.log)
    expect(await client.jailNames()).toEqual(before.jails)
    await nothingLeft()
    expect(server.actionLog().match(/start sshd/g)?.length).toBe(
      server.log().match(/Jail 'sshd' started/g)?.length,
    )
  })
})

describe('reloading a jail', () => {
  afterEach(asItWas)

  it('takes over what changed in the files and keeps its bans', async () => {
    change('[sshd]\nmaxretry = 5\nfindtime = 1h\n[recidive]\nmaxretry = 9\n')
    await client.reloadJail('sshd', await capture('sshd'))
    expect(await client.jailSettings('sshd')).toMatchObject({ maxretry: 5, findtimeSeconds: 3_600 })
    expect(await client.jailSettings('recidive')).toMatchObject({ maxretry: 3 })
    expect(await client.bannedIn('sshd')).toEqual(['203.0.113.7'])
  })

  it('is refused for one that does not run', async () => {
    const stream = await capture('sshd')
    await client.stopJail('sshd')
    await expect(client.reloadJail('sshd', stream)).rejects.toMatchObject({
      exception: 'UnknownJailException',
    })
  })

  it.each([
    ['nothing', []],
    ['no beginning', [['start', 'sshd']]],
    ['no end', [['add', 'sshd', 'polling']]],
    [
      'a second beginning',
      [
        ['add', 'sshd', 'polling'],
        ['add', 'sshd', 'polling'],
        ['start', 'sshd'],
      ],
    ],
    [
      'another jail',
      [
        ['add', 'sshd', 'polling'],
        ['stop', 'recidive'],
        ['start', 'sshd'],
      ],
    ],
    [
      'a setting of the server',
      [
        ['add', 'sshd', 'polling'],
        ['set', 'logtarget', '/dev/null'],
        ['start', 'sshd'],
      ],
    ],
    [
      'another verb',
      [
        ['add', 'sshd', 'polling'],
        ['stop', 'sshd'],
        ['start', 'sshd'],
      ],
    ],
  ] as Array<[string, ConfigCommand[]]>)('is not tried with a stream that has %s', async (_what, stream) => {
    for (const use of [client.reloadJail('sshd', stream), client.startJail('sshd', stream)]) {
      await expect(use).rejects.toMatchObject({ name: 'Fail2banRefused', exception: 'ConfigurationError' })
    }
    expect(await client.jailNames()).toHaveLength(3)
    expect(await client.bannedIn('sshd')).toEqual(['203.0.113.7'])
  })
})

describe('starting a jail', () => {
  afterEach(asItWas)

  it('brings back one that was stopped, with the bans that have not run out', async () => {
    await client.stopJail('sshd')
    expect(await client.jailNames()).toEqual(['nginx-http-auth', 'recidive'])
    await client.startJail('sshd', await capture('sshd'))
    expect(await client.jailNames()).toHaveLength(3)
    await waitFor(async () => (await client.bannedIn('sshd')).includes('203.0.113.7'), {
      what: 'the old ban',
    })
  })

  it('does no harm to one that runs', async () => {
    await expect(client.startJail('sshd', await capture('sshd'))).rejects.toMatchObject({
      exception: 'DuplicateJailException',
      message: 'The jail “sshd” runs already.',
    })
    expect(await client.bannedIn('sshd')).toEqual(['203.0.113.7'])
  })

  it('leaves nothing half done when the server refuses a part', async () => {
    const stream = await capture('sshd')
    await client.stopJail('sshd')
    const broken = [...stream.slice(0, 5), ['set', 'sshd', 'addfailregex', '(('], ...stream.slice(5)]
    await expect(client.startJail('sshd', broken)).rejects.toMatchObject({ exception: 'RegexException' })
    expect(await client.jailNames()).toEqual(['nginx-http-auth', 'recidive'])
    await client.startJail('sshd', stream)
    expect(await client.jailNames()).toHaveLength(3)
  })
})

describe('a mistake in the files', () => {
  // Each of these passes fail2ban's own test of its configuration; a reload would then leave the server without the jail.
  it.each([
    ['a bad failregex', 'failregex = ((', /RegexException/],
    ['a failregex without an address', 'filter =\nfailregex = no address', /No failure-id group/],
    ['a bad bantime', 'bantime = abc', /NameError/],
    ['an empty findtime', 'findtime =', /does not work/],
    ['a maxretry that is no number', 'maxretry = x', /does not work/],
    ['an unknown backend', 'backend = nope', /Unknown backend nope/],
    ['an unknown encoding', 'logencoding = nope', /unknown encoding: nope/],
    ['a bad ignoreip', 'ignoreip = 203.0.113.4/xx', /invalid literal/],
    ['a missing log', 'logpath = /nonexistent/auth.log', /Have not found any log file for sshd jail\.$/],
    ['an unknown filter', 'filter = nope', /Unable to read the filter 'nope'\.$/],
    ['an unknown action', 'action = nope', /Unable to read action 'nope'\.$/],
    ['a broken bracket', 'filter = sshd[mode', /Invalid filter definition/],
    ['an unknown substitution', 'bantime = %(nope)s', /interpolation key 'nope'/],
    ['an option given twice', 'bantime = 1h\nbantime = 2h', /already exists/],
    [
      'a jail switched off',
      'enabled = false',
      /^The jail “sshd” is not enabled in fail2ban’s configuration\.$/,
    ],
  ])('is found before the server sees it: %s', async (_what, lines, message) => {
    change(`[sshd]\n${lines}\n`)
    await expect(capture('sshd')).rejects.toMatchObject({
      name: 'JailStreamError',
      message: expect.stringMatching(message),
    })
    expect(await client.jailNames()).toHaveLength(3)
    expect(await client.bannedIn('sshd')).toEqual(['203.0.113.7'])
    await nothingLeft()
  })

  it('in another jail does not matter', async () => {
    change('[recidive]\nfailregex = ((\nbantime = abc\n')
    expect((await capture('sshd')).at(-1)).toEqual(['start', 'sshd'])
  })

  it.each(['nosuch', '--all', 'a b', ''])('may be a jail that there is not: %j', async (jail) => {
    await expect(capture(jail)).rejects.toMatchObject({
      name: 'JailStreamError',
      message: expect.stringMatching(/\.$/),
    })
  })
})

describe('fail2ban’s programs', () => {
  it.each(['clientPath', 'serverPath'])('may not be where the agent is: %s', async (which) => {
    const capturing = captureJailStream({
      configDir: server.configDir,
      jail: 'sshd',
      [which]: '/nonexistent/program',
    })
    await expect(capturing).rejects.toMatchObject({
      name: 'JailStreamError',
      message:
        'fail2ban-client and fail2ban-server are not installed next to the agent, so it cannot read jails from fail2ban’s configuration.',
    })
    await nothingLeft()
  })

  it('may fail without a word', async () => {
    await expect(
      captureJailStream({ configDir: server.configDir, jail: 'sshd', clientPath: '/bin/false' }),
    ).rejects.toThrow(/it gave no reason\.$/)
    await expect(
      captureJailStream({ configDir: server.configDir, jail: 'sshd', serverPath: '/bin/false' }),
    ).rejects.toThrow(/could not be tried out/)
  })
})
