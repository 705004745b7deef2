import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import request from 'supertest'
import { createTestApp, PASSWORD, type Agent, type TestApp } from '../support/test-app.ts'

const V1 = '/api/v1'
let test: TestApp

beforeEach(async () => {
  test = await createTestApp({ trustProxy: 1 })
})
afterEach(() => test.close())

/** One attempt by a program without cookies. */
function attempt(username: string, password: string, address = '203.0.113.7') {
  return request(test.app).post(`${V1}/session`).set('X-Forwarded-For', address).send({ username, password })
}

function cookiesOf(response: request.Response): string[] {
  return response.get('Set-Cookie') ?? []
}

describe('POST /session', () => {
  it('signs in and says who is signed in, from where', async () => {
    await test.addUser('operator', 'Maria')
    const response = await attempt('maria', PASSWORD).expect(200)
    expect(response.body).toEqual({
      user: { id: 'id-of-Maria', username: 'Maria', role: 'operator' },
      address: '203.0.113.7',
      bannedIn: [],
      createdAt: expect.stringMatching(/^\d{4}-.*Z$/),
    })
    expect(response.get('Cache-Control')).toBe('no-store')
  })

  it('sets a cookie that scripts and other sites cannot use', async () => {
    await test.addUser('viewer')
    const [session, device] = cookiesOf(await attempt('viewer', PASSWORD))
    expect(session).toMatch(/^bangui\.sid=s%3A/)
    for (const cookie of [session, device]) {
      expect(cookie).toContain('HttpOnly')
      expect(cookie).toContain('SameSite=Lax')
      expect(cookie).toContain('Path=/')
      expect(cookie).not.toContain('Secure')
    }
  })

  it('never signs in an id that the browser brought along', async () => {
    const agent = await test.signedIn('viewer')
    const before = cookiesOf(
      await agent.post(`${V1}/session`).send({ username: 'viewer', password: PASSWORD }),
    )[0]
    const planted = (before ?? '').split(';')[0] ?? ''
    const response = await request(test.app)
      .post(`${V1}/session`)
      .set('Cookie', planted)
      .send({ username: 'viewer', password: PASSWORD })
      .expect(200)
    expect(cookiesOf(response)[0]?.split(';')[0]).not.toBe(planted)
    await request(test.app).get(`${V1}/session`).set('Cookie', planted).expect(401)
  })

  it('answers a wrong password, an unknown name and a disabled user alike', async () => {
    await test.addUser('viewer', 'known')
    await test.addUser('viewer', 'disabled')
    await test.db.updateTable('users').set({ disabled: 1 }).where('username', '=', 'disabled').execute()
    const answers = await Promise.all([
      attempt('known', 'wrong wrong wrong', '203.0.113.1'),
      attempt('unknown', PASSWORD, '203.0.113.2'),
      attempt('disabled', PASSWORD, '203.0.113.3'),
    ])
    for (const { status, body, headers } of answers) {
      expect(status).toBe(401)
      expect({ ...body, instance: '' }).toEqual({ ...answers[0].body, instance: '' })
      expect(headers['set-cookie']).toBeUndefined()
    }
    expect(answers[0].body).toMatchObject({
      code: 'sign-in-failed',
      detail: 'User name or password is wrong.',
    })
  })

  it('answers 400 with the place of each mistake', async () => {
    const { body } = await attempt('', '').expect(400)
    expect(body).toMatchObject({
      code: 'validation-failed',
      errors: [
        { in: 'body', pointer: '/username', detail: 'Enter your user name.' },
        { in: 'body', pointer: '/password', detail: 'Enter your password.' },
      ],
    })
  })

  it('lets exactly five of 200 parallel guesses at one account from one address through', async () => {
    await test.addUser('admin')
    const answers = await Promise.all(
      Array.from({ length: 200 }, (_, index) => attempt('admin', `wrong password ${index}`)),
    )
    const statuses = answers.map(({ status }) => status)
    expect(statuses.filter((status) => status === 401)).toHaveLength(5)
    expect(statuses.filter((status) => status === 429)).toHaveLength(195)
    expect(test.logged.filter(({ msg }) => String(msg).startsWith('BanGUI sign-in failed'))).toHaveLength(5)
  })

  it('says how long to wait after too many failures, in words and in Retry-After', async () => {
    for (let count = 0; count < 5; count += 1) await attempt('admin', 'wrong').expect(401)
    const response = await attempt('admin', 'wrong').expect(429)
    expect(response.body).toMatchObject({
      code: 'rate-limited',
      detail: 'Too many sign-ins have failed. Try again in 10 minutes.',
    })
    expect(Number(response.get('Retry-After'))).toBeGreaterThan(590)
  })

  it('gives the attempt of a successful sign-in back', async () => {
    await test.addUser('admin')
    for (let count = 0; count < 30; count += 1) await attempt('admin', PASSWORD).expect(200)
  })

  it('counts an IPv6 household as one', async () => {
    for (let count = 0; count < 5; count += 1)
      await attempt('admin', 'wrong', `2001:db8:0:${count}::1`).expect(401)
    await attempt('admin', 'wrong', '2001:db8:0:77::1').expect(429)
    await attempt('admin', 'wrong', '2001:db8:0:1077::1').expect(401)
  })

  it('limits one address that tries many names', async () => {
    const statuses: number[] = []
    for (let count = 0; count < 21; count += 1) statuses.push((await attempt(`user${count}`, 'wrong')).status)
    expect(statuses).toEqual([...Array.from({ length: 20 }, () => 401), 429])
  })

  it('does not let strangers from other addresses lock out a browser that has signed in before', async () => {
    const admin = await test.signedIn('admin')
    await admin.delete(`${V1}/session`).expect(204)
    const strangers = Array.from({ length: 60 }, (_, index) =>
      attempt('admin', 'wrong', `198.51.100.${index + 1}`),
    )
    const statuses = (await Promise.all(strangers)).map(({ status }) => status)
    expect(statuses.filter((status) => status === 401)).toHaveLength(50)
    await attempt('admin', PASSWORD, '192.0.2.1').expect(429)
    await admin.post(`${V1}/session`).send({ username: 'admin', password: PASSWORD }).expect(200)
  })

  it('does not accept a made-up device cookie, nor another account’s', async () => {
    const other = await test.signedIn('viewer')
    await Promise.all(
      Array.from({ length: 50 }, (_, index) => attempt('admin', 'wrong', `198.51.100.${index + 1}`)),
    )
    await attempt('admin', 'wrong', '192.0.2.1').set('Cookie', 'bangui.device=aaaa.bbbb').expect(429)
    await other.post(`${V1}/session`).send({ username: 'admin', password: 'wrong' }).expect(429)
  })
})

describe('GET /session', () => {
  it('answers who is signed in and where their address is banned', async () => {
    await test.close()
    test = await createTestApp({
      bansOf: async (address) => (address === '127.0.0.1' ? [{ host: 'local', jail: 'sshd' }] : []),
    })
    const agent = await test.signedIn('viewer')
    const { body } = await agent.get(`${V1}/session`).expect(200)
    expect(body).toMatchObject({ user: { username: 'viewer' }, bannedIn: [{ host: 'local', jail: 'sshd' }] })
  })

  it('answers 401 without a session, with a forged one, and once the user is disabled', async () => {
    await test.browser().get(`${V1}/session`).expect(401)
    await request(test.app)
      .get(`${V1}/session`)
      .set('Cookie', 'bangui.sid=s%3Amade-up.c2lnbmF0dXJl')
      .expect(401)
    const agent = await test.signedIn('viewer')
    await test.db.updateTable('users').set({ disabled: 1 }).execute()
    const { body } = await agent.get(`${V1}/session`).expect(401)
    expect(body).toMatchObject({ code: 'unauthenticated' })
  })

  it('ends a session that is 30 days old, however busy it was, and one that nobody used for 7 days', async () => {
    let clock = Date.now()
    await test.close()
    test = await createTestApp({ now: () => clock })
    const busy = await test.signedIn('viewer')
    const idle = await test.signedIn('viewer')
    const day = 86_400_000
    for (let count = 1; count < 30; count += 1) {
      clock += day
      await busy.get(`${V1}/session`).expect(200)
      if (count === 8) await idle.get(`${V1}/session`).expect(401)
    }
    clock += day
    await busy.get(`${V1}/session`).expect(401)
  })
})

describe('DELETE /session', () => {
  it('ends the session for whoever holds the cookie', async () => {
    const agent = await test.signedIn('viewer')
    const stolen = await cookieHeader(agent)
    await agent.delete(`${V1}/session`).expect(204)
    await request(test.app).get(`${V1}/session`).set('Cookie', stolen).expect(401)
  })

  it('stays ended whatever requests were under way', async () => {
    const agent = await test.signedIn('viewer')
    const cookie = await cookieHeader(agent)
    const reads = Array.from({ length: 30 }, () =>
      request(test.app).get(`${V1}/sessions`).set('Cookie', cookie),
    )
    const [signOut] = await Promise.all([agent.delete(`${V1}/session`), ...reads])
    expect(signOut.status).toBe(204)
    await request(test.app).get(`${V1}/session`).set('Cookie', cookie).expect(401)
  })

  it('answers 401 to who is not signed in', async () => {
    await test.browser().delete(`${V1}/session`).expect(401)
  })
})

async function cookieHeader(agent: Agent): Promise<string> {
  const response = await agent
    .post(`${V1}/session`)
    .send({ username: 'viewer', password: PASSWORD })
    .expect(200)
  return cookiesOf(response)[0]?.split(';')[0] ?? ''
}
