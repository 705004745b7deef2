import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { createFail2banClient } from '../../src/server/fail2ban/socket-client.ts'
import type { Fail2banClient } from '../../src/server/fail2ban/fail2ban-client.ts'
import { startFail2ban, type Fail2banServer } from '../support/fail2ban-server.ts'
import { startRecorder } from '../support/stand-in-server.ts'
import { waitFor } from '../support/wait-for.ts'

const TERMINATOR = '<F2B_END_COMMAND>'

/** A jail that bans whatever name fails to sign in, as text that the attacker chose. */
const NAMES = String.raw`
[names]
enabled = true
filter =
failregex = ^\s*\S+ app: no such name <F-ID>.+</F-ID>$
logpath = %(root)s/log/extra.log
maxretry = 1
`

let server: Fail2banServer
let client: Fail2banClient

beforeAll(async () => {
  server = await startFail2ban({ extraJails: NAMES })
  client = createFail2banClient({ socketPath: server.socket, requestTimeoutMs: 10_000 })
})
afterAll(async () => {
  await client.close()
  await server.stop()
})
afterEach(async () => {
  await server.client('unban', '--all')
})

describe('what a server tells about itself', () => {
  it('is its version, its jails and where its database is', async () => {
    await client.ping()
    expect(await client.version()).toMatch(/^\d+\.\d+\.\d+/)
    expect(await client.jailNames()).toEqual(['names', 'nginx-http-auth', 'recidive', 'sshd'])
    expect(await client.databasePath()).toBe(server.database)
  })

  it('is what each jail watches and has counted', async () => {
    const before = await client.jailStatus('sshd')
    expect(before).toMatchObject({
      name: 'sshd',
      currentlyBanned: 0,
      sources: [`${server.root}/log/auth.log`],
      sourceKind: 'files',
    })
    server.writeFailures('sshd', '203.0.113.7', 3)
    server.writeFailures('sshd', '203.0.113.8', 2)
    const after = await waitFor(
      async () => {
        const status = await client.jailStatus('sshd')
        return status.currentlyBanned === 1 && status.currentlyFailed === 1 && status
      },
      { what: 'one ban and one more attacker' },
    )
    expect(after.totalBanned).toBe(before.totalBanned + 1)
    expect(after.totalFailed).toBe(before.totalFailed + 5)
  })

  it('is how each jail is set', async () => {
    expect(await client.jailSettings('sshd')).toEqual({
      bantimeSeconds: 600,
      findtimeSeconds: 600,
      maxretry: 3,
    })
    expect(await client.jailSettings('recidive')).toMatchObject({
      bantimeSeconds: -1,
      findtimeSeconds: 86_400,
    })
    expect(await client.actions('sshd')).toEqual(['tofile'])
    const { entries, ignoreself } = await client.ignoreip('sshd')
    expect(entries.toSorted((a, b) => a.localeCompare(b))).toEqual(['192.0.2.1', '2001:db8:ffff::/48'])
    expect(ignoreself).toBe(false)
  })

  it('is refused for a jail that does not exist', async () => {
    const questions = [client.jailStatus('nosuch'), client.jailSettings('nosuch'), client.bannedIn('nosuch')]
    for (const question of questions) {
      await expect(question).rejects.toMatchObject({
        name: 'Fail2banRefused',
        exception: 'UnknownJailException',
        message: 'fail2ban has no jail called “nosuch”.',
      })
    }
  })

  it('comes in the order of the questions, however many are asked at once', async () => {
    const jails = Array.from({ length: 300 }, (_, index) => ['sshd', 'recidive', 'names'][index % 3] ?? '')
    const answers = await Promise.all(jails.map((jail) => client.jailStatus(jail)))
    const sources = { sshd: 'auth.log', recidive: 'fail2ban-seen.log', names: 'extra.log' }
    expect(answers.map((answer) => answer.sources[0])).toEqual(
      jails.map((jail) => `${server.root}/log/${sources[jail as keyof typeof sources]}`),
    )
  })
})

describe('bans', () => {
  it('are made, listed with their times, and lifted', async () => {
    const entries = ['203.0.113.7', '2001:db8::7', '198.51.100.0/24']
    expect(await client.ban('sshd', entries)).toBe(3)
    expect(await client.ban('sshd', ['203.0.113.7', '203.0.113.8'])).toBe(1)
    expect(await client.ban('recidive', ['203.0.113.7'])).toBe(1)
    expect((await client.bannedIn('sshd')).toSorted((a, b) => a.localeCompare(b))).toEqual(
      [...entries, '203.0.113.8'].toSorted((a, b) => a.localeCompare(b)),
    )
    expect(await client.bannedWithTimes('sshd')).toContainEqual({ ip: '2001:db8::7', bantimeSeconds: 600 })
    expect(await client.bannedWithTimes('recidive')).toEqual([{ ip: '203.0.113.7', bantimeSeconds: -1 }])
    expect(await client.areBanned('sshd', ['203.0.113.9', '203.0.113.7', '198.51.100.1'])).toEqual([
      false,
      true,
      false,
    ])
    expect(await client.areBanned('sshd', ['203.0.113.7'])).toEqual([true])
    expect(await client.areBanned('sshd', [])).toEqual([])
    expect(await client.unban('sshd', ['203.0.113.7', '203.0.113.99', '198.51.100.0/24'])).toBe(2)
    expect(await client.bannedIn('sshd')).toHaveLength(2)
    expect(server.actionLog()).toContain('ban sshd 2001:db8::7 600 0')
    expect(server.actionLog()).toContain('unban sshd 203.0.113.7')
  })

  it('of nobody change nothing', async () => {
    expect(await client.ban('sshd', [])).toBe(0)
    expect(await client.unban('sshd', [])).toBe(0)
  })

  it('of a network leave those inside alone when the network itself is not banned', async () => {
    await client.ban('sshd', ['203.0.113.7', '203.0.113.8'])
    expect(await client.unban('sshd', ['203.0.113.0/24'])).toBe(0)
    expect(await client.bannedIn('sshd')).toHaveLength(2)
  })

  it.each([
    '2001:DB8::77',
    '2001:db8:0::77',
    '203.0.113.7/24',
    '203.0.113.7/32',
    'localhost',
    '',
    '203.0.113.7 -j ACCEPT',
    '--all',
    '10.0.0.0/8',
  ])('are not made of what fail2ban would not check: %j', async (entry) => {
    await expect(client.ban('sshd', ['203.0.113.7', entry])).rejects.toMatchObject({
      exception: 'ValueError',
    })
    expect(await client.bannedIn('sshd')).toEqual([])
  })

  it('are lifted by the spelling that fail2ban lists and by no other', async () => {
    // fail2ban compares text: this one it would not find, and the network it would take for everything inside.
    await server.client('set', 'sshd', 'banip', '2001:DB8:0::77', '2001:DB8:1::/48', '2001:db8:1::1')
    expect(await client.bannedIn('sshd')).toEqual(['2001:db8::77', '2001:db8:1::/48', '2001:db8:1::1'])
    for (const entry of ['2001:DB8:0::77', '2001:DB8:1::/48', '--report-absent', '']) {
      await expect(client.unban('sshd', [entry])).rejects.toMatchObject({ exception: 'ValueError' })
    }
    expect(await client.unban('sshd', ['2001:db8::77', '2001:db8:1::/48'])).toBe(2)
    expect(await client.bannedIn('sshd')).toEqual(['2001:db8:1::1'])
  })

  it('come in short commands, so that other clients of fail2ban are served in between', async () => {
    const recorder = await startRecorder(server.socket)
    const recorded = createFail2banClient({ socketPath: recorder.socketPath, requestTimeoutMs: 10_000 })
    try {
      const entries = Array.from({ length: 60 }, (_, index) => `2001:db8::${(index + 1).toString(16)}`)
      expect(await recorded.ban('sshd', entries)).toBe(60)
      expect(await recorded.unban('sshd', entries)).toBe(60)
      const chunks = recorder.requests
        .filter((request) => Array.isArray(request))
        .map((request) => request.slice(2))
      const bans = chunks.filter(([verb]) => verb === 'banip').map((chunk) => chunk.slice(1))
      expect(bans.flat()).toEqual(entries)
      expect(bans[0]).toHaveLength(5)
      // Each address runs a shell, which takes milliseconds; without learning, chunks would grow to a hundred.
      expect(Math.max(...bans.map((chunk) => chunk.length))).toBeLessThanOrEqual(30)
      expect(bans.length).toBeGreaterThan(3)
    } finally {
      await recorded.close()
      await recorder.stop()
    }
  })
})

describe('names that attackers choose', () => {
  const attack = async (name: string): Promise<void> => {
    const now = new Date()
    const stamp = `${now.toISOString().slice(0, 10)}T${now.toTimeString().slice(0, 8)}`
    server.writeLog('extra.log', `${stamp} host app: no such name ${name}\n`)
    await waitFor(async () => (await client.bannedIn('names')).includes(name), { what: `the ban of ${name}` })
  }

  it('may hold the text that ends a message', async () => {
    const name = `a${TERMINATOR}b`
    await attack(name)
    expect(await client.bannedIn('names')).toEqual([name])
    // The other way it cannot be sent: the server would take it for two requests.
    await expect(client.unban('names', [name])).rejects.toMatchObject({ exception: 'protocol' })
    await expect(client.areBanned('names', [name])).rejects.toMatchObject({ exception: 'protocol' })
    expect(await client.jailStatus('names')).toMatchObject({ name: 'names', currentlyBanned: 1 })
  })

  it('may look like the rest of the line in a list with times', async () => {
    const name = 'x \t2030-01-01 00:00:00 + 5 = 2030-01-01 00:00:05'
    await attack(name)
    expect(await client.bannedWithTimes('names')).toEqual([{ ip: name, bantimeSeconds: 600 }])
  })

  it('can be lifted like addresses, and are never looked up', async () => {
    await attack('localhost')
    expect(await client.unban('names', ['localhost', 'host.example'])).toBe(1)
    expect(await client.bannedIn('names')).toEqual([])
  })
})

describe('settings', () => {
  it('of a jail change until its next reload', async () => {
    await client.setBantime('nginx-http-auth', 120)
    await client.setFindtime('nginx-http-auth', 240)
    await client.setMaxretry('nginx-http-auth', 7)
    expect(await client.jailSettings('nginx-http-auth')).toEqual({
      bantimeSeconds: 120,
      findtimeSeconds: 240,
      maxretry: 7,
    })
    await client.setBantime('nginx-http-auth', -1)
    expect(await client.jailSettings('nginx-http-auth')).toMatchObject({ bantimeSeconds: -1 })
  })

  it.each([0, -2, 1.5, Number.NaN, 2 ** 40])(
    'are whole numbers that fail2ban does not evaluate: %d',
    async (value) => {
      await expect(client.setBantime('sshd', value)).rejects.toMatchObject({ exception: 'ValueError' })
      await expect(client.setFindtime('sshd', value)).rejects.toMatchObject({ exception: 'ValueError' })
      await expect(client.setMaxretry('sshd', value)).rejects.toMatchObject({ exception: 'ValueError' })
      expect(await client.jailSettings('sshd')).toEqual({
        bantimeSeconds: 600,
        findtimeSeconds: 600,
        maxretry: 3,
      })
    },
  )

  it('of the ignore list grow and shrink', async () => {
    await client.addIgnoreip('sshd', ['198.51.100.0/24', '2001:db8:5::5'])
    expect((await client.ignoreip('sshd')).entries).toEqual(
      expect.arrayContaining(['198.51.100.0/24', '2001:db8:5::5']),
    )
    await expect(client.addIgnoreip('sshd', ['host.example'])).rejects.toMatchObject({
      exception: 'ValueError',
    })
    // What is not there is refused, after the others were removed.
    await expect(
      client.removeIgnoreip('sshd', ['203.0.113.200', '198.51.100.0/24', '2001:db8:5::5']),
    ).rejects.toMatchObject({
      exception: 'ValueError',
    })
    expect((await client.ignoreip('sshd')).entries).toHaveLength(2)
  })

  it('pause a jail and let it go on', async () => {
    await client.setIdle('nginx-http-auth', true)
    server.writeFailures('nginx-http-auth', '203.0.113.50', 9)
    expect(await client.ban('nginx-http-auth', ['203.0.113.51'])).toBe(1)
    await client.setIdle('nginx-http-auth', false)
    // A change of the file that fell into the moment of pausing is only looked at with the next one.
    const isBanned = async (): Promise<boolean> => {
      server.writeFailures('nginx-http-auth', '203.0.113.52', 1)
      return (await client.bannedIn('nginx-http-auth')).includes('203.0.113.50')
    }
    await waitFor(isBanned, { what: 'the ban of what failed meanwhile', everyMs: 1_000, timeoutMs: 15_000 })
  })

  // `set logtarget banip …` would have the server write its log to a file called `banip`, and `stop` without a jail stop it.
  it.each(['logtarget', 'dbfile', 'thread', 'loglevel', '--all', ''])(
    'of the server are out of reach: %j',
    async (jail) => {
      for (const command of [
        client.setBantime(jail, 60),
        client.ban(jail, ['203.0.113.7']),
        client.stopJail(jail),
        client.jailStatus(jail),
      ]) {
        await expect(command).rejects.toMatchObject({ name: 'Fail2banRefused', exception: 'ValueError' })
      }
      await client.ping()
    },
  )
})
