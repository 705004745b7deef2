import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import request from 'supertest'
import { startupAccounts } from '../../src/server/features/auth/setup.ts'
import { createPasswords } from '../../src/server/features/auth/password.ts'
import { createTestApp, PASSWORD, type TestApp } from '../support/test-app.ts'

const V1 = '/api/v1'
const TOKEN = 'the token of these tests'
const ADMIN = { token: TOKEN, username: 'root', password: PASSWORD }
let test: TestApp

beforeEach(async () => {
  test = await createTestApp({ setupToken: TOKEN })
})
afterEach(() => test.close())

describe('GET /setup', () => {
  it('says whether the first administrator is missing', async () => {
    expect((await test.browser().get(`${V1}/setup`).expect(200)).body).toEqual({ required: true })
    await test.addUser('admin')
    expect((await test.browser().get(`${V1}/setup`).expect(200)).body).toEqual({ required: false })
  })
})

describe('POST /setup', () => {
  it('creates the first administrator and signs them in', async () => {
    const browser = test.browser()
    const { body } = await browser.post(`${V1}/setup`).send(ADMIN).expect(201)
    expect(body).toMatchObject({ user: { username: 'root', role: 'admin' } })
    await browser.get(`${V1}/session`).expect(200)
    await test.browser().post(`${V1}/session`).send({ username: 'root', password: PASSWORD }).expect(200)
  })

  it('answers 409 afterwards, whatever the token', async () => {
    await test.browser().post(`${V1}/setup`).send(ADMIN).expect(201)
    for (const token of [TOKEN, 'another']) {
      const { body } = await test
        .browser()
        .post(`${V1}/setup`)
        .send({ ...ADMIN, token })
        .expect(409)
      expect(body).toMatchObject({ code: 'already-set-up' })
    }
  })

  it('refuses a wrong token, ten times in ten minutes at most', async () => {
    const attempt = (token: string) =>
      test
        .browser()
        .post(`${V1}/setup`)
        .send({ ...ADMIN, token })
    for (let count = 0; count < 10; count += 1) {
      expect((await attempt('guess').expect(403)).body).toMatchObject({ code: 'setup-token-wrong' })
    }
    await attempt(TOKEN).expect(429)
  })

  it('answers 400 to a weak password and a strange name, and keeps the token', async () => {
    const { body } = await test
      .browser()
      .post(`${V1}/setup`)
      .send({ ...ADMIN, username: 'a b', password: 'short' })
      .expect(400)
    expect(body.errors.map((error: { pointer: string }) => error.pointer)).toEqual(['/username', '/password'])
    await test.browser().post(`${V1}/setup`).send(ADMIN).expect(201)
  })

  it('lets exactly one of many at the same time win', async () => {
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, index) =>
        request(test.app)
          .post(`${V1}/setup`)
          .send({ ...ADMIN, username: `root${index}` }),
      ),
    )
    const statuses = answers.map(({ status }) => status).sort((a, b) => a - b)
    expect(statuses).toEqual([201, 409, 409, 409, 409, 409, 409, 409])
    const users = await test.db.selectFrom('users').selectAll().execute()
    expect(users).toHaveLength(1)
  })
})

describe('weak passwords (S2)', () => {
  it.each([
    ['rootroot2026', 'is the user name'],
    ['The-token-of-these-tests', 'is the setup token'],
    ['Password-12345', 'are tried first'],
    ['fail2banfail2ban', 'are tried first'],
    ['abcabcabcabcabc', 'repeats a few characters'],
    ['123456789012', 'repeats a few characters'],
  ])('are refused at their field: %s', async (password, why) => {
    const { body } = await test
      .browser()
      .post(`${V1}/setup`)
      .send({ ...ADMIN, password })
      .expect(400)
    expect(body.errors).toEqual([{ in: 'body', pointer: '/password', detail: expect.stringContaining(why) }])
    await test.browser().post(`${V1}/setup`).send(ADMIN).expect(201)
  })
})

describe('the steps after the account', () => {
  const stepOf = async () => (await test.browser().get(`${V1}/setup`).expect(200)).body

  async function begin() {
    const admin = test.browser()
    await admin.post(`${V1}/setup`).send(ADMIN).expect(201)
    const settle = (step: string, outcome = 'done') => admin.put(`${V1}/setup/step`).send({ step, outcome })
    return { admin, settle }
  }

  it('begin with fail2ban, and are remembered for whoever goes on (S6)', async () => {
    const { settle } = await begin()
    expect(await stepOf()).toEqual({ required: false, step: 'fail2ban', skipped: [] })
    const { body } = await settle('fail2ban', 'skipped').expect(200)
    expect(body).toEqual({ required: false, step: 'allow', skipped: ['fail2ban'] })
    await settle('allow').expect(200)
    expect(await stepOf()).toEqual({ required: false, step: 'archive', skipped: ['fail2ban'] })
    await settle('fail2ban').expect(200)
    expect(await stepOf()).toEqual({ required: false, step: 'archive', skipped: [] })
    await settle('archive').expect(200)
    expect(await stepOf()).toMatchObject({ step: 'summary' })
  })

  it('are over with the last one, for good (S5)', async () => {
    const { settle } = await begin()
    expect((await settle('summary').expect(200)).body).toEqual({ required: false })
    expect((await settle('allow').expect(409)).body).toMatchObject({ code: 'already-set-up' })
    expect(await stepOf()).toEqual({ required: false })
    await test.browser().post(`${V1}/setup`).send(ADMIN).expect(409)
  })

  it('do not begin where the administrator was there before', async () => {
    const admin = await test.signedIn('admin')
    expect(await stepOf()).toEqual({ required: false })
    await admin.put(`${V1}/setup/step`).send({ step: 'allow', outcome: 'done' }).expect(409)
  })

  it('are for administrators, and known by name', async () => {
    const { settle } = await begin()
    await test.browser().put(`${V1}/setup/step`).send({ step: 'allow', outcome: 'done' }).expect(401)
    const operator = await test.signedIn('operator')
    await operator.put(`${V1}/setup/step`).send({ step: 'allow', outcome: 'done' }).expect(403)
    await settle('coffee').expect(400)
    await settle('allow', 'perhaps').expect(400)
  })
})

describe('GET /setup/address', () => {
  const path = `${V1}/setup/address`

  it('tells the address that the server sees', async () => {
    const admin = await test.signedIn('admin')
    expect((await admin.get(path).expect(200)).body).toEqual({ address: '127.0.0.1', proxy: 'none' })
    await test.browser().get(path).expect(401)
  })

  it('says that a proxy forwards for somebody, where nobody told us to believe it', async () => {
    const admin = await test.signedIn('admin')
    const { body } = await admin.get(path).set('X-Forwarded-For', '203.0.113.7').expect(200)
    expect(body).toEqual({ address: '127.0.0.1', proxy: 'ignored' })
  })

  it('tells the address behind a proxy that is trusted', async () => {
    const behind = await createTestApp({ trustProxy: 1 })
    const admin = await behind.signedIn('admin')
    const { body } = await admin.get(path).set('X-Forwarded-For', '203.0.113.7').expect(200)
    expect(body).toEqual({ address: '203.0.113.7', proxy: 'trusted' })
    await behind.close()
  })
})

describe('accounts at start', () => {
  const passwords = createPasswords()
  const start = (options: Partial<Parameters<typeof startupAccounts>[0]> = {}) =>
    startupAccounts({ db: test.db, passwords, admin: undefined, setupToken: undefined, ...options })

  it('generate a token at the first start and tell it only then', async () => {
    await test.db.deleteFrom('settings').where('key', '=', 'setup-token-sha256').execute()
    const first = await start()
    expect(first.setupToken).toMatch(/^[0-9a-f]{32}$/)
    expect(await start()).toEqual({ setupRequired: true, setupToken: undefined, createdAdmin: undefined })
    await test
      .browser()
      .post(`${V1}/setup`)
      .send({ ...ADMIN, token: first.setupToken })
      .expect(201)
    expect(await start()).toEqual({ setupRequired: false, setupToken: undefined, createdAdmin: undefined })
  })

  it('keep no token in the database, only its hash', async () => {
    const settings = await test.db.selectFrom('settings').selectAll().execute()
    expect(JSON.stringify(settings)).not.toContain(TOKEN)
  })

  it('let a configured token replace the generated one, and never tell it', async () => {
    expect((await start({ setupToken: 'a newer token' })).setupToken).toBeUndefined()
    await test.browser().post(`${V1}/setup`).send(ADMIN).expect(403)
    await test
      .browser()
      .post(`${V1}/setup`)
      .send({ ...ADMIN, token: 'a newer token' })
      .expect(201)
  })

  it('create the configured administrator once, however many processes start', async () => {
    const admin = { username: 'root', password: PASSWORD }
    const results = await Promise.all(Array.from({ length: 8 }, () => start({ admin })))
    expect(results.filter(({ createdAdmin }) => createdAdmin === 'root')).toHaveLength(1)
    expect(await start({ admin: { username: 'other', password: PASSWORD } })).toMatchObject({
      createdAdmin: undefined,
    })
    await test.browser().post(`${V1}/session`).send(admin).expect(200)
    await test.browser().post(`${V1}/setup`).send(ADMIN).expect(409)
  })
})
