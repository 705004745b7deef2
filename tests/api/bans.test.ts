import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { ban, createConsoleApp, jail, NOON, unban, type ConsoleApp } from '../support/console-app.ts'
import type { Agent } from '../support/test-app.ts'
import type { Ban, IpResult } from '../../src/shared/ban.ts'

const BANS = '/api/v1/bans'
const IN_SSHD = '/api/v1/hosts/local/jails/sshd/bans'
const MINUTE = 60_000
const ONE = { ips: ['192.0.2.1'] }
let test: ConsoleApp
let viewer: Agent
let operator: Agent

beforeEach(async () => {
  test = await createConsoleApp({ trustProxy: 1 })
  await test.publish([jail('sshd'), jail('recidive')])
  viewer = await test.signedIn('viewer')
  operator = await test.signedIn('operator')
})
afterEach(() => test.close())

async function list(query: string): Promise<string[]> {
  const response = await viewer.get(`${BANS}?${query}`).expect(200)
  return (response.body.items as Ban[]).map((item) => item.ip)
}

describe('GET /bans', () => {
  it('needs a session', async () => {
    await test.browser().get(BANS).expect(401)
  })

  it('shows a ban with its reason', async () => {
    await test.tell(ban('203.0.113.7', { banCount: 2 }))
    const response = await viewer.get(BANS).expect(200)
    expect(response.body).toEqual({
      items: [
        {
          host: 'local',
          jail: 'sshd',
          ip: '203.0.113.7',
          bannedAt: '2026-11-23T12:00:00.000Z',
          expiresAt: '2026-11-23T12:10:00.000Z',
          banCount: 2,
          reason: { failures: 3, matches: ['Failed password from 203.0.113.7'] },
        },
      ],
      total: 1,
      all: 1,
      mark: 1,
      newer: 0,
    })
  })

  it('leaves out what is not known: the end of a permanent ban, and a reason', async () => {
    await test.tell(ban('203.0.113.7', { expiresAt: null, reason: null }))
    const response = await viewer.get(BANS).expect(200)
    expect(response.body.items[0]).toEqual({
      host: 'local',
      jail: 'sshd',
      ip: '203.0.113.7',
      bannedAt: '2026-11-23T12:00:00.000Z',
      banCount: 1,
    })
  })

  it('forgets a ban that ended', async () => {
    await test.tell(ban('203.0.113.7'), ban('203.0.113.8'), unban('203.0.113.7'))
    const response = await viewer.get(BANS).expect(200)
    expect(response.body).toMatchObject({ items: [{ ip: '203.0.113.8' }], total: 1 })
  })

  it.each([
    ['-bannedAt', ['192.0.2.30', '192.0.2.4', '10.0.0.0/24']],
    ['bannedAt', ['10.0.0.0/24', '192.0.2.4', '192.0.2.30']],
    ['expiresAt', ['192.0.2.30', '10.0.0.0/24', '192.0.2.4']],
    ['-expiresAt', ['192.0.2.4', '10.0.0.0/24', '192.0.2.30']],
    ['ip', ['10.0.0.0/24', '192.0.2.4', '192.0.2.30']],
    ['-ip', ['192.0.2.30', '192.0.2.4', '10.0.0.0/24']],
    ['jail', ['192.0.2.4', '10.0.0.0/24', '192.0.2.30']],
    ['-banCount', ['10.0.0.0/24', '192.0.2.30', '192.0.2.4']],
  ])('sorts by %s', async (sort, expected) => {
    await test.tell(
      ban('10.0.0.0/24', { bannedAt: NOON, expiresAt: NOON + 9 * MINUTE, banCount: 5 }),
      ban('192.0.2.4', { bannedAt: NOON + MINUTE, expiresAt: null, banCount: 1, jail: 'recidive' }),
      ban('192.0.2.30', { bannedAt: NOON + 2 * MINUTE, expiresAt: NOON + 5 * MINUTE, banCount: 2 }),
    )
    expect(await list(`sort=${sort}`)).toEqual(expected)
  })

  it('filters by jail and host', async () => {
    await test.tell(ban('203.0.113.7'), ban('203.0.113.8', { jail: 'recidive' }))
    expect(await list('jail=recidive')).toEqual(['203.0.113.8'])
    expect(await list('host=local&jail=sshd')).toEqual(['203.0.113.7'])
    expect(await list('host=elsewhere')).toEqual([])
  })

  it('finds by any part of an address, however it is spelt', async () => {
    await test.tell(ban('203.0.113.7'), ban('203.0.113.70'), ban('2001:db8::7'), ban('203.0.11.7'))
    expect(await list('q=203.0.113.7&sort=ip')).toEqual(['203.0.113.7', '203.0.113.70'])
    expect(await list('q=203.0.11&sort=ip')).toEqual(['203.0.11.7', '203.0.113.7', '203.0.113.70'])
    expect(await list(`q=${encodeURIComponent(' 2001:DB8:0::7 ')}`)).toEqual(['2001:db8::7'])
    expect(await list('q=9')).toEqual([])
  })

  it('finds what lies in a network, itself included and what is wider excluded', async () => {
    await test.tell(
      ...['203.0.113.0/24', '203.0.112.0/23', '203.0.113.0', '203.0.113.255', '203.0.114.0'].map((ip) =>
        ban(ip),
      ),
    )
    expect(await list(`q=${encodeURIComponent('203.0.113.0/24')}&sort=ip`)).toEqual([
      '203.0.113.0/24',
      '203.0.113.0',
      '203.0.113.255',
    ])
  })

  it('takes a search as text only', async () => {
    await test.tell(ban('203.0.113.7'), ban("o'neil %_", { jail: 'users' }))
    expect(await list(`q=${encodeURIComponent('%')}`)).toEqual(["o'neil %_"])
    expect(await list(`q=${encodeURIComponent('%%')}`)).toEqual([])
    expect(await list(`q=${encodeURIComponent("o'neil %")}`)).toEqual(["o'neil %_"])
  })

  it('pages without losing or repeating a ban, in every order', async () => {
    const ips = Array.from({ length: 25 }, (_, index) => `2001:db8::${(index + 1).toString(16)}`)
    // Many are alike in what they are sorted by.
    const like = (index: number) => ({
      bannedAt: NOON + (index % 3) * MINUTE,
      expiresAt: index % 4 === 0 ? null : NOON + (index % 2) * MINUTE,
      banCount: index % 5,
      jail: index % 2 === 0 ? 'sshd' : 'recidive',
    })
    await test.tell(...ips.map((ip, index) => ban(ip, like(index))))
    for (const sort of ['bannedAt', '-bannedAt', 'expiresAt', '-expiresAt', 'ip', '-jail', 'banCount']) {
      for (const filter of ['', '&jail=sshd', '&q=2001:db8::1']) {
        const whole = await list(`sort=${sort}${filter}&limit=500`)
        const paged: string[] = []
        let cursor: string | undefined
        do {
          const page = await viewer
            .get(`${BANS}?sort=${sort}${filter}&limit=4&cursor=${cursor ?? ''}`)
            .expect(200)
          expect(page.body.total).toBe(whole.length)
          paged.push(...(page.body.items as Ban[]).map((item) => item.ip))
          cursor = page.body.nextCursor
        } while (cursor !== undefined)
        expect(paged).toEqual(whole)
      }
    }
  })

  it('goes on behind the cursor while bans come and go', async () => {
    await test.tell(...['192.0.2.1', '192.0.2.2', '192.0.2.3'].map((ip) => ban(ip)))
    const first = await viewer.get(`${BANS}?sort=ip&limit=2`).expect(200)
    await test.tell(unban('192.0.2.2'), ban('192.0.2.0'))
    const second = await viewer.get(`${BANS}?sort=ip&limit=2&cursor=${first.body.nextCursor}`).expect(200)
    expect((second.body.items as Ban[]).map((item) => item.ip)).toEqual(['192.0.2.3'])
  })

  it.each(['limit=0', 'limit=501', 'limit=x', 'sort=name', 'host=NO HOST', 'page=2'])(
    'refuses %s',
    async (query) => {
      const response = await viewer.get(`${BANS}?${query}`).expect(400)
      expect(response.body).toMatchObject({ code: 'validation-failed', errors: [{ in: 'query' }] })
    },
  )

  it('refuses a cursor that is none, or of another order', async () => {
    await test.tell(ban('192.0.2.1'), ban('192.0.2.2'))
    const { body } = await viewer.get(`${BANS}?sort=ip&limit=1`).expect(200)
    const forged = Buffer.from('{"sort":"ip","place":[{"a":1},"b","c","d"]}').toString('base64url')
    const short = Buffer.from('{"sort":"ip","place":["a"]}').toString('base64url')
    for (const cursor of ['x', '%7B%7D', forged, short]) {
      await viewer.get(`${BANS}?sort=ip&cursor=${cursor}`).expect(400)
    }
    const response = await viewer.get(`${BANS}?sort=bannedAt&cursor=${body.nextCursor}`).expect(400)
    expect(response.body.errors).toMatchObject([{ in: 'query', pointer: '/cursor' }])
  })
})

const outcomes = (items: IpResult[]) => items.map((item) => [item.ip, item.outcome])

describe('POST /hosts/{host}/jails/{jail}/bans', () => {
  beforeEach(() => {
    test.answer((command) => ({
      ok: true,
      results: 'ips' in command ? command.ips.map((ip) => ({ ip, outcome: 'banned', jails: ['sshd'] })) : [],
    }))
  })

  it('is for operators', async () => {
    await test.browser().post(IN_SSHD).send(ONE).expect(401)
    await viewer.post(IN_SSHD).send(ONE).expect(403)
    expect(test.commands).toEqual([])
  })

  it('sends canonical addresses, each once, and reports on each as it was given', async () => {
    const ips = ['2001:DB8:0::77', ' 203.0.113.9 ', 'nonsense', '203.0.113.200/24', '2001:db8::77']
    const response = await operator.post(IN_SSHD).send({ ips }).expect(200)
    expect(test.commands).toEqual([
      { kind: 'ban', jail: 'sshd', ips: ['2001:db8::77', '203.0.113.9', '203.0.113.0/24'] },
    ])
    expect(outcomes(response.body.items)).toEqual([
      ['2001:db8::77', 'banned'],
      ['203.0.113.9', 'banned'],
      ['nonsense', 'invalid'],
      ['203.0.113.0/24', 'banned'],
      ['2001:db8::77', 'banned'],
    ])
  })

  it.each(['1.2.3.4 -j ACCEPT', 'localhost', '', '198.018.0.10', '10.0.0.0/8', '::/0', '1.2.3.4/99'])(
    'refuses %j alone, with the place',
    async (ip) => {
      const response = await operator
        .post(IN_SSHD)
        .send({ ips: [ip] })
        .expect(400)
      expect(response.body).toMatchObject({
        code: 'validation-failed',
        errors: [{ in: 'body', pointer: '/ips/0' }],
      })
      expect(test.commands).toEqual([])
    },
  )

  it('refuses bodies of another shape', async () => {
    for (const body of [
      {},
      { ips: [] },
      { ips: [7] },
      { ips: '1.2.3.4' },
      { ips: ['192.0.2.1'], jail: 'x' },
    ]) {
      await operator.post(IN_SSHD).send(body).expect(400)
    }
    await operator
      .post(IN_SSHD)
      .send({ ips: Array(501).fill('192.0.2.1') })
      .expect(400)
  })

  it('does not let people lock themselves out', async () => {
    const from = (agent: Agent, body: object) =>
      agent.post(IN_SSHD).set('X-Forwarded-For', '198.51.100.7').send(body)
    const own = await from(operator, { ips: ['192.0.2.1', '::ffff:198.51.100.7'] }).expect(409)
    expect(own.body).toMatchObject({ code: 'conflict', detail: expect.stringContaining('your own address') })
    const network = await from(operator, { ips: ['198.51.100.0/24'], force: true }).expect(409)
    expect(network.body.detail).toContain('198.51.100.0/24')
    expect(test.commands).toEqual([])
    const admin = await test.signedIn('admin')
    await from(admin, { ips: ['198.51.100.7'] }).expect(409)
    await from(admin, { ips: ['198.51.100.7'], force: true }).expect(200)
    expect(test.commands).toHaveLength(1)
  })

  it.each([
    ['fail2ban-unavailable', 502],
    ['fail2ban-refused', 502],
    ['fail2ban-timeout', 504],
    ['busy', 503],
    ['jail-not-found', 404],
  ] as const)('claims nothing when the agent answers %s', async (code, status) => {
    test.answer(() => ({ ok: false, code, message: 'It did not work.', nextStep: 'Look at it.' }))
    const response = await operator.post(IN_SSHD).send(ONE).expect(status)
    expect(response.body).toMatchObject({ code, detail: 'It did not work.', nextStep: 'Look at it.' })
  })

  it('says that nobody serves the host, or that there is none', async () => {
    await test.removeAgent()
    const away = await operator.post(IN_SSHD).send(ONE).expect(502)
    expect(away.body.detail).toContain('not carried out')
    const nowhere = await operator.post('/api/v1/hosts/nowhere/jails/sshd/bans').send(ONE)
    expect([nowhere.status, nowhere.body.code]).toEqual([404, 'host-not-found'])
  })
})

describe('DELETE /hosts/{host}/jails/{jail}/bans/{ip}', () => {
  beforeEach(() => {
    test.answer((command) => ({
      ok: true,
      results:
        'ips' in command ? command.ips.map((ip) => ({ ip, outcome: 'unbanned', jails: ['sshd'] })) : [],
    }))
  })

  it('lifts one ban, given in any spelling', async () => {
    const response = await operator.delete(`${IN_SSHD}/${encodeURIComponent('2001:DB8::7')}`).expect(200)
    expect(outcomes(response.body.items)).toEqual([['2001:db8::7', 'unbanned']])
    expect(test.commands).toEqual([{ kind: 'unban', jail: 'sshd', ips: ['2001:db8::7'] }])
  })

  it('takes a network percent-encoded, and an entry that is no address as it is', async () => {
    await operator.delete(`${IN_SSHD}/203.0.113.0%2F24`).expect(200)
    await operator.delete(`${IN_SSHD}/${encodeURIComponent('Root User')}`).expect(200)
    expect(test.commands).toMatchObject([{ ips: ['203.0.113.0/24'] }, { ips: ['Root User'] }])
  })

  it('says when it is not banned', async () => {
    test.answer(() => ({ ok: true, results: [{ ip: '192.0.2.1', outcome: 'not-banned' }] }))
    const response = await operator.delete(`${IN_SSHD}/192.0.2.1`).expect(404)
    expect(response.body).toMatchObject({ code: 'not-found', detail: '192.0.2.1 is not banned in sshd.' })
  })

  it('is for operators', async () => {
    await viewer.delete(`${IN_SSHD}/192.0.2.1`).expect(403)
    await test.browser().delete(`${IN_SSHD}/192.0.2.1`).expect(401)
    expect(test.commands).toEqual([])
  })
})

describe('POST /unban', () => {
  const UNBAN = '/api/v1/unban'

  it('lifts in all jails and says which', async () => {
    test.answer(() => ({
      ok: true,
      results: [
        { ip: '192.0.2.2', outcome: 'not-banned' },
        { ip: '192.0.2.1', outcome: 'unbanned', jails: ['recidive', 'sshd'] },
      ],
    }))
    const response = await operator
      .post(UNBAN)
      .send({ ips: ['192.0.2.1', '192.0.2.2', 'x'] })
      .expect(200)
    expect(test.commands).toEqual([{ kind: 'unbanEverywhere', ips: ['192.0.2.1', '192.0.2.2'] }])
    expect(response.body.items).toMatchObject([
      { ip: '192.0.2.1', outcome: 'unbanned', jails: ['recidive', 'sshd'] },
      { ip: '192.0.2.2', outcome: 'not-banned' },
      { ip: 'x', outcome: 'invalid' },
    ])
  })

  it('asks every host, and claims nothing for one that is away', async () => {
    const more = { id: 'web-2', online: true, database: 'ok' as const, currentlyBanned: 0, jailCount: 0 }
    await test.state.runtime.set('host/web-2', { host: more, jails: [] })
    test.answer(() => ({ ok: true, results: [{ ip: '192.0.2.1', outcome: 'unbanned', jails: ['sshd'] }] }))
    const response = await operator.post(UNBAN).send(ONE).expect(200)
    expect(response.body.items).toEqual([
      {
        ip: '192.0.2.1',
        outcome: 'failed',
        jails: ['local/sshd'],
        detail: 'Not done on web-2: fail2ban is away there.',
      },
    ])
    await operator
      .post(UNBAN)
      .send({ ips: ['192.0.2.1'], host: 'local' })
      .expect(200)
    await operator
      .post(UNBAN)
      .send({ ips: ['192.0.2.1'], host: 'nowhere' })
      .expect(404)
  })

  it('is for operators, and refuses what is no address', async () => {
    await test.browser().post(UNBAN).send(ONE).expect(401)
    await viewer.post(UNBAN).send(ONE).expect(403)
    const response = await operator
      .post(UNBAN)
      .send({ ips: ['--all'] })
      .expect(400)
    expect(response.body.errors).toMatchObject([{ pointer: '/ips/0' }])
  })
})

describe('the session', () => {
  it('says where the caller’s own address is banned', async () => {
    await test.tell(ban('198.51.100.0/24'), ban('198.51.100.7', { jail: 'recidive' }), ban('198.51.100.8'))
    const response = await viewer.get('/api/v1/session').set('X-Forwarded-For', '198.51.100.7').expect(200)
    expect(response.body.bannedIn).toEqual([
      { host: 'local', jail: 'sshd' },
      { host: 'local', jail: 'recidive' },
    ])
  })
})
