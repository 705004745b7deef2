import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { ban, createConsoleApp, fact, jail, NOON, unban, type ConsoleApp } from '../support/console-app.ts'
import type { Agent } from '../support/test-app.ts'

let test: ConsoleApp
let viewer: Agent

beforeEach(async () => {
  test = await createConsoleApp()
  viewer = await test.signedIn('viewer')
})
afterEach(() => test.close())

const report = async (ip: string) =>
  (await viewer.get(`/api/v1/ip/${encodeURIComponent(ip)}`).expect(200)).body

describe('GET /ip/{ip}', () => {
  it('needs a session and an address', async () => {
    await test.browser().get('/api/v1/ip/192.0.2.1').expect(401)
    const response = await viewer.get('/api/v1/ip/example.org').expect(400)
    expect(response.body.errors).toMatchObject([{ in: 'path', pointer: '/ip' }])
  })

  it('tells of an address that nothing is known about', async () => {
    expect(await report('203.0.113.7')).toEqual({
      ip: '203.0.113.7',
      kind: 'address',
      scope: 'documentation',
      bans: [],
      ignoredBy: [],
      events: [],
    })
    expect((await report('10.1.2.3')).scope).toBe('private')
  })

  it('finds its bans and those of networks around it, in every jail', async () => {
    await test.tell(
      ban('203.0.113.7'),
      ban('203.0.113.7', { jail: 'recidive', expiresAt: null }),
      ban('203.0.113.0/24'),
      ban('203.0.0.0/16', { jail: 'recidive' }),
      ban('203.0.113.70'),
      ban('203.0.114.0/24'),
    )
    const { bans } = await report('::ffff:203.0.113.7')
    expect(bans.map((item: Record<string, string>) => [item['ip'], item['jail'], item['relation']])).toEqual([
      ['203.0.0.0/16', 'recidive', 'contains'],
      ['203.0.113.0/24', 'sshd', 'contains'],
      ['203.0.113.7', 'recidive', 'exact'],
      ['203.0.113.7', 'sshd', 'exact'],
    ])
  })

  it('finds what lies inside a network', async () => {
    await test.tell(
      ban('2001:db8:1::/48'),
      ban('2001:db8:1::5'),
      ban('2001:db8:1:2::/64'),
      ban('2001:db8:2::5'),
    )
    const { kind, bans } = await report('2001:DB8:1::1/48')
    expect(kind).toBe('network')
    expect(bans.map((item: Record<string, string>) => [item['ip'], item['relation']])).toEqual([
      ['2001:db8:1::/48', 'exact'],
      ['2001:db8:1::5', 'inside'],
      ['2001:db8:1:2::/64', 'inside'],
    ])
  })

  it('may be asked about networks too wide to ban', async () => {
    await test.tell(ban('203.0.113.7'))
    expect((await report('203.0.0.0/8')).bans).toMatchObject([{ relation: 'inside' }])
  })

  it('names the jails that ignore it, and which entry of theirs says so', async () => {
    await test.publish([jail('sshd'), jail('recidive'), jail('nginx')])
    const ignore = (...entries: string[]) => ({ entries, ignoreself: true })
    await test.state.runtime.set('ignore/local', {
      sshd: ignore('192.0.2.1', '10.0.0.0/8'),
      recidive: ignore('10.1.2.3', 'home.example.org'),
      nginx: ignore('10.1.2.4', '2001:db8::/32'),
    })
    const ignoredBy = async (ip: string) => (await report(ip)).ignoredBy
    expect(await ignoredBy('10.1.2.3')).toEqual([
      { host: 'local', jail: 'recidive', entry: '10.1.2.3' },
      { host: 'local', jail: 'sshd', entry: '10.0.0.0/8' },
    ])
    expect(await ignoredBy('10.1.0.0/16')).toEqual([{ host: 'local', jail: 'sshd', entry: '10.0.0.0/8' }])
    expect(await ignoredBy('10.0.0.0/7')).toEqual([])
    expect(await ignoredBy('203.0.113.7')).toEqual([])
  })

  it('tells its history, newest first, imported bans included', async () => {
    const past = fact('203.0.113.7', { bannedAt: NOON - 3_600_000 })
    await test.tell(ban('203.0.113.7'), unban('203.0.113.7'), { kind: 'past', ...past })
    const { events } = await report('203.0.113.7')
    expect(
      events.map((event: Record<string, string>) => [event['kind'], event['at'], event['cause']]),
    ).toEqual([
      ['unban', '2026-11-23T12:01:00.000Z', 'lifted'],
      ['ban', '2026-11-23T12:00:00.000Z', undefined],
      ['ban', '2026-11-23T11:00:00.000Z', undefined],
    ])
    expect(events[1].reason).toEqual({ failures: 3, matches: ['Failed password from 203.0.113.7'] })
  })
})
