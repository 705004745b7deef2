import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { ban, createConsoleApp, jail, NOON, unban, type ConsoleApp } from '../support/console-app.ts'
import type { Agent } from '../support/test-app.ts'
import { waitFor } from '../support/wait-for.ts'
import type { Ban, UnbanJob } from '../../src/shared/ban.ts'
import type { Command, CommandReply } from '../../src/shared/command.ts'

const BANS = '/api/v1/bans'
const EXPORT = `${BANS}/export`
const SELECTED = `${BANS}/unban`
const MATCHING = `${BANS}/unban-matching`
const IN_SSHD = '/api/v1/hosts/local/jails/sshd/bans'
let test: ConsoleApp
let viewer: Agent
let operator: Agent
/** Milliseconds that have gone by beside the real ones. */
let later: number

beforeEach(async () => {
  later = 0
  test = await createConsoleApp({ now: () => Date.now() + later })
  await test.publish([jail('sshd'), jail('recidive')])
  viewer = await test.signedIn('viewer')
  operator = await test.signedIn('operator')
})
afterEach(() => test.close())

const addresses = (count: number) => Array.from({ length: count }, (_, index) => `2001:db8::${index + 1}`)

/** fail2ban as it should be: it lifts what it is told to, and the feed tells of it. */
async function lift(command: Command): Promise<CommandReply> {
  if (command.kind !== 'unban') return { ok: true }
  await test.tell(...command.ips.map((ip) => unban(ip, command.jail)))
  return { ok: true, results: command.ips.map((ip) => ({ ip, outcome: 'unbanned' })) }
}

describe('GET /bans in a long list', () => {
  it('jumps to any place, and stays as it was for who asks so', async () => {
    await test.tell(...addresses(30).map((ip, index) => ban(ip, { bannedAt: NOON + index })))
    const { body } = await viewer.get(`${BANS}?limit=3&offset=20`).expect(200)
    expect(body.items.map((item: Ban) => item.ip)).toEqual(['2001:db8::10', '2001:db8::9', '2001:db8::8'])
    expect(body).toMatchObject({ total: 30, all: 30, newer: 0 })
    await test.tell(ban('192.0.2.1', { bannedAt: NOON + 100 }))
    const later = await viewer.get(`${BANS}?limit=3&offset=20&upTo=${body.mark}`).expect(200)
    expect(later.body.items).toEqual(body.items)
    expect(later.body).toMatchObject({ total: 30, all: 31, newer: 1 })
  })

  it('takes either a cursor or an offset', async () => {
    await test.tell(...addresses(3).map((ip) => ban(ip)))
    const { body } = await viewer.get(`${BANS}?limit=1`).expect(200)
    const both = await viewer.get(`${BANS}?limit=1&offset=1&cursor=${body.nextCursor}`).expect(400)
    expect(both.body.errors).toEqual([{ in: 'query', pointer: '/offset', detail: expect.any(String) }])
    await viewer.get(`${BANS}?offset=-1`).expect(400)
  })

  it('stays below 200 kB however long the log lines are, and says what is missing', async () => {
    const matches = Array.from({ length: 10 }, (_, index) => `${index} ${'"é\u0001'.repeat(600)}`)
    const reason = { failures: 10, matches }
    await test.tell(...addresses(500).map((ip) => ban(ip, { reason })))
    for (const limit of [1, 50, 100, 500]) {
      const response = await viewer.get(`${BANS}?limit=${limit}`).expect(200)
      expect(Number(response.headers['content-length'])).toBeLessThan(200_000)
      expect(response.body.items).toHaveLength(limit)
      expect(response.body.items[0].reason).toMatchObject({ failures: 10, partial: true })
    }
    const whole = await viewer.get(`${IN_SSHD}/${encodeURIComponent('2001:db8::1')}`).expect(200)
    expect(whole.body.reason).toEqual(reason)
  })
})

describe('GET /hosts/{host}/jails/{jail}/bans/{ip}', () => {
  it('shows one ban, however its address is spelt', async () => {
    await test.tell(ban('2001:db8::7'), ban('203.0.113.0/24'))
    const response = await viewer.get(`${IN_SSHD}/${encodeURIComponent('2001:DB8:0::7')}`).expect(200)
    expect(response.body).toMatchObject({ ip: '2001:db8::7', jail: 'sshd', banCount: 1 })
    await viewer.get(`${IN_SSHD}/${encodeURIComponent('203.0.113.0/24')}`).expect(200)
  })

  it('needs a session, and says what is not banned', async () => {
    await test.browser().get(`${IN_SSHD}/192.0.2.1`).expect(401)
    const response = await viewer.get(`${IN_SSHD}/192.0.2.1`).expect(404)
    expect(response.body.detail).toBe('192.0.2.1 is not banned in sshd.')
  })
})

describe('GET /bans/export', () => {
  it('sends all that match as CSV, with nothing that a spreadsheet would calculate', async () => {
    const reason = { failures: 2, matches: ['=HYPERLINK("http://192.0.2.9")', 'one, "two"'] }
    await test.tell(
      ban('203.0.113.7', { reason, expiresAt: null }),
      ban('@SUM(1)', { jail: 'users', reason: null }),
      ban('203.0.113.8', { bannedAt: NOON + 1, reason: { failures: 1, matches: ['+1', 'x'] } }),
    )
    const response = await viewer.get(`${EXPORT}?format=csv&sort=ip`).expect(200)
    expect(response.headers['content-type']).toMatch(/^text\/csv; charset=utf-8/)
    expect(response.headers['content-disposition']).toMatch(/^attachment; filename="bans-[\d-]{10}\.csv"$/)
    expect(response.text.split('\r\n')).toEqual([
      'ip,jail,host,banned_at,expires_at,ban_count,failures,matches',
      `203.0.113.7,sshd,local,2026-11-23T12:00:00.000Z,permanent,1,2,"'=HYPERLINK(""http://192.0.2.9"")\none, ""two"""`,
      `203.0.113.8,sshd,local,2026-11-23T12:00:00.001Z,2026-11-23T12:10:00.000Z,1,1,"'+1\nx"`,
      `"'@SUM(1)",users,local,2026-11-23T12:00:00.000Z,2026-11-23T12:10:00.000Z,1,,`,
      '',
    ])
  })

  it('sends what a filter lets through, as JSON too, however much it is', async () => {
    await test.tell(
      ...addresses(1_200).map((ip, index) => ban(ip, { jail: index % 2 === 0 ? 'sshd' : 'recidive' })),
    )
    const response = await viewer.get(`${EXPORT}?format=json&jail=recidive&sort=ip`).expect(200)
    const ips = (response.body.items as Ban[]).map((item) => item.ip)
    expect(ips).toHaveLength(600)
    expect(new Set(ips).size).toBe(600)
    const found = await viewer.get(`${EXPORT}?format=csv&q=db8::77`).expect(200)
    expect(found.text.trim().split('\r\n')).toHaveLength(12)
    const nothing = await viewer.get(`${EXPORT}?format=json&q=192.0.2.1`).expect(200)
    expect(nothing.body).toEqual({ items: [] })
  })

  it('needs a session and a format', async () => {
    await test.browser().get(`${EXPORT}?format=csv`).expect(401)
    await viewer.get(EXPORT).expect(400)
    await viewer.get(`${EXPORT}?format=xlsx`).expect(400)
  })
})

describe('POST /bans/unban', () => {
  const items = [
    { host: 'local', jail: 'sshd', ip: '203.0.113.7' },
    { host: 'local', jail: 'gone', ip: '203.0.113.7' },
    { host: 'local', jail: 'sshd', ip: '203.0.113.8' },
  ]

  it('says of each ban what became of it, and why one was not lifted', async () => {
    test.answer((command) =>
      command.kind === 'unban' && command.jail === 'gone'
        ? { ok: false, code: 'jail-not-found', message: 'There is no jail gone.' }
        : {
            ok: true,
            results: [
              { ip: '203.0.113.7', outcome: 'unbanned' },
              { ip: '203.0.113.8', outcome: 'failed', detail: 'fail2ban still lists it.' },
            ],
          },
    )
    const response = await operator.post(SELECTED).send({ items }).expect(200)
    expect(response.body.items).toEqual([
      { ...items[0], outcome: 'unbanned' },
      { ...items[1], outcome: 'failed', detail: 'There is no jail gone.' },
      { ...items[2], outcome: 'failed', detail: 'fail2ban still lists it.' },
    ])
    expect(test.commands).toEqual([
      { kind: 'unban', jail: 'sshd', ips: ['203.0.113.7', '203.0.113.8'] },
      { kind: 'unban', jail: 'gone', ips: ['203.0.113.7'] },
    ])
  })

  it('is for operators, and for bans that are named', async () => {
    await test.browser().post(SELECTED).send({ items }).expect(401)
    await viewer.post(SELECTED).send({ items }).expect(403)
    await operator.post(SELECTED).send({ items: [] }).expect(400)
    await operator
      .post(SELECTED)
      .send({ items: [{ host: 'elsewhere', jail: 'sshd', ip: '192.0.2.1' }] })
      .expect(404)
    expect(test.commands).toEqual([])
  })
})

describe('POST /bans/unban-matching', () => {
  async function ended(id: string): Promise<UnbanJob> {
    let job: UnbanJob | undefined
    await waitFor(
      async () => {
        job = (await viewer.get(`${MATCHING}/${id}`).expect(200)).body as UnbanJob
        return job.finishedAt !== undefined
      },
      { what: 'the order to be carried out' },
    )
    if (!job) throw new Error('there is no job')
    return job
  }

  async function order(filter: UnbanJob['filter'], expected?: number) {
    const { body } = await viewer.get(BANS).query({ ...filter, limit: 1 })
    return { filter, mark: body.mark, expected: expected ?? body.total }
  }

  it('lifts what matches a filter, in the background, and nothing else', async () => {
    await test.tell(...addresses(450).map((ip) => ban(ip)), ban('192.0.2.1'), ban('192.0.2.2'))
    await test.tell(ban('2001:db8::1', { jail: 'recidive' }))
    test.answer(lift)
    const wanted = await order({ q: '2001:db8', jail: 'sshd' })
    const { body } = await operator.post(MATCHING).send(wanted).expect(202)
    expect(body).toMatchObject({ state: 'waiting', total: 450, username: 'operator' })
    expect(await ended(body.id)).toMatchObject({ state: 'done', unbanned: 450, gone: 0, failed: 0 })
    const left = await viewer.get(`${BANS}?sort=ip`).expect(200)
    expect(left.body.items.map((item: Ban) => item.ip)).toEqual(['192.0.2.1', '192.0.2.2', '2001:db8::1'])
    const all = await viewer.get(MATCHING).expect(200)
    expect(all.body.items).toHaveLength(1)
  })

  it('leaves alone what came after the person looked', async () => {
    await test.tell(ban('192.0.2.1'))
    const wanted = await order({})
    await test.tell(ban('192.0.2.2'))
    test.answer(lift)
    const { body } = await operator.post(MATCHING).send(wanted).expect(202)
    expect(await ended(body.id)).toMatchObject({ state: 'done', unbanned: 1 })
    expect((await viewer.get(BANS)).body.items).toMatchObject([{ ip: '192.0.2.2' }])
  })

  it('refuses when more match than were confirmed', async () => {
    await test.tell(...addresses(3).map((ip) => ban(ip)))
    const refused = await operator.post(MATCHING).send(await order({}, 2))
    expect(refused.status).toBe(409)
    expect(refused.body.detail).toBe('3 bans match now, but 2 were confirmed. Nothing was unbanned.')
    expect(test.commands).toEqual([])
  })

  it('lists what could not be lifted, with the reason, and does the rest', async () => {
    await test.tell(...addresses(5).map((ip) => ban(ip)), ban('192.0.2.1', { jail: 'gone' }))
    test.answer(async (command) => {
      if (command.kind !== 'unban') return { ok: true }
      if (command.jail === 'gone')
        return { ok: false, code: 'jail-not-found', message: 'There is no jail gone.' }
      return {
        ok: true,
        results: command.ips.map((ip) =>
          ip.endsWith('3') ? { ip, outcome: 'failed', detail: 'Still listed.' } : { ip, outcome: 'unbanned' },
        ),
      }
    })
    const { body } = await operator
      .post(MATCHING)
      .send(await order({}))
      .expect(202)
    expect(await ended(body.id)).toMatchObject({
      state: 'done',
      unbanned: 4,
      failed: 2,
      failures: [
        { ip: '2001:db8::3', jail: 'sshd', outcome: 'failed', detail: 'Still listed.' },
        { ip: '192.0.2.1', jail: 'gone', outcome: 'failed', detail: 'There is no jail gone.' },
      ],
    })
  })

  it('can be cancelled; what is done stays done', async () => {
    await test.tell(...addresses(450).map((ip) => ban(ip)))
    const begun = Promise.withResolvers<void>()
    const goOn = Promise.withResolvers<void>()
    test.answer(async (command) => {
      begun.resolve()
      await goOn.promise
      return lift(command)
    })
    const { body } = await operator
      .post(MATCHING)
      .send(await order({}))
      .expect(202)
    await begun.promise
    await viewer.delete(`${MATCHING}/${body.id}`).expect(403)
    const cancelled = await operator.delete(`${MATCHING}/${body.id}`).expect(200)
    expect(cancelled.body.state).toBe('cancelled')
    goOn.resolve()
    await waitFor(async () => (await viewer.get(`${MATCHING}/${body.id}`)).body.unbanned > 0, {
      what: 'the batch under way to be noted',
    })
    expect((await viewer.get(`${MATCHING}/${body.id}`)).body).toMatchObject({
      state: 'cancelled',
      unbanned: 200,
    })
    expect((await viewer.get(BANS)).body.total).toBe(250)
  })

  it('stops when fail2ban stays away, and says so', async () => {
    await test.tell(...addresses(3).map((ip) => ban(ip)))
    let asked = 0
    test.answer(() => {
      asked += 1
      // A quarter of a minute goes by.
      later += 15_000
      return { ok: false, code: 'fail2ban-unavailable', message: 'fail2ban is not running.' }
    })
    const { body } = await operator
      .post(MATCHING)
      .send(await order({}))
      .expect(202)
    expect(await ended(body.id)).toMatchObject({
      state: 'stopped',
      problem: 'fail2ban is not running.',
      unbanned: 0,
      failed: 0,
    })
    expect(asked).toBe(1)
  })

  it('goes on where a process that ended has left it', async () => {
    await test.tell(...addresses(4).map((ip) => ban(ip)))
    test.answer(lift)
    const { body } = await operator
      .post(MATCHING)
      .send(await order({}))
      .expect(202)
    await ended(body.id)
    const more = ['192.0.2.1', '192.0.2.2', '192.0.2.3']
    await test.tell(...more.map((ip) => ban(ip)))
    const ids = await test.db.selectFrom('active_bans').select('id').orderBy('id').execute()
    await test.db
      .updateTable('unban_jobs')
      .set({ state: 'running', finished_at: null, reached: ids[0]?.id ?? 0, mark: ids[1]?.id ?? 0 })
      .execute()
    const { signal } = new AbortController()
    const job = test.console.jobs.find(({ name }) => name === 'bans.unban-matching')
    await job?.run({ slot: 0, attempt: 2, fence: 2, signal, payload: null })
    expect(await ended(body.id)).toMatchObject({ state: 'done', unbanned: 5 })
    expect((await viewer.get(`${BANS}?sort=ip`)).body.items).toMatchObject([{ ip: more[0] }, { ip: more[2] }])
  })

  it('is for operators, and tells viewers', async () => {
    const wanted = { filter: {}, mark: 0, expected: 1 }
    await test.browser().post(MATCHING).send(wanted).expect(401)
    await viewer.post(MATCHING).send(wanted).expect(403)
    await operator
      .post(MATCHING)
      .send({ ...wanted, expected: 0 })
      .expect(400)
    await test.browser().get(MATCHING).expect(401)
    await test.browser().get(`${MATCHING}/x`).expect(401)
    await viewer.get(`${MATCHING}/x`).expect(404)
    await test.browser().delete(`${MATCHING}/x`).expect(401)
    await operator.delete(`${MATCHING}/x`).expect(404)
  })
})
