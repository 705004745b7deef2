import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { waitFor } from '../support/wait-for.ts'
import { createTestApp, PASSWORD, type Agent, type TestApp } from '../support/test-app.ts'

const V1 = '/api/v1'
const NEW_PASSWORD = 'a different battery staple'
let test: TestApp
let here: Agent
let elsewhere: Agent

beforeEach(async () => {
  test = await createTestApp()
  here = await test.signedIn('viewer')
  elsewhere = await test.signedIn('viewer')
})
afterEach(() => test.close())

interface Listed {
  id: string
  createdAt: string
  lastSeenAt: string
  current: boolean
}

async function listed(agent: Agent): Promise<Listed[]> {
  return (await agent.get(`${V1}/sessions`).expect(200)).body.items as Listed[]
}

describe('GET /sessions', () => {
  it('lists my sessions, and marks this one', async () => {
    await test.signedIn('admin')
    await here
      .post(`${V1}/session`)
      .set('User-Agent', 'Firefox on a desk')
      .send({ username: 'viewer', password: PASSWORD })
    const items = await listed(here)
    expect(items).toHaveLength(2)
    expect(items.filter(({ current }) => current)).toEqual([
      expect.objectContaining({ userAgent: 'Firefox on a desk', address: '127.0.0.1' }),
    ])
  })

  it('tells when each was last seen, to the minute', async () => {
    let clock = Date.now()
    await test.close()
    test = await createTestApp({ now: () => clock })
    here = await test.signedIn('viewer')
    elsewhere = await test.signedIn('viewer')
    const since = new Date(clock).toISOString()
    await listed(elsewhere)
    clock += 3_600_000
    const now = new Date(clock).toISOString()
    const mine = await waitFor(
      async () => (await listed(here)).find(({ current, lastSeenAt }) => current && lastSeenAt === now),
      { what: 'the use to be noted' },
    )
    expect(mine).toMatchObject({ createdAt: since })
    const other = (await listed(here)).find(({ current }) => !current)
    expect(other).toMatchObject({ createdAt: since, lastSeenAt: since })
  })

  it('shows ids that are no use as a cookie', async () => {
    const [item] = await listed(here)
    await test.browser().get(`${V1}/session`).set('Cookie', `bangui.sid=${item?.id}`).expect(401)
  })

  it('answers 401 without a session', async () => {
    await test.browser().get(`${V1}/sessions`).expect(401)
  })
})

describe('DELETE /sessions/{id}', () => {
  it('ends one of my sessions', async () => {
    const other = (await listed(here)).find(({ current }) => !current)
    await here.delete(`${V1}/sessions/${other?.id}`).expect(204)
    await elsewhere.get(`${V1}/session`).expect(401)
    await here.get(`${V1}/session`).expect(200)
    await here.delete(`${V1}/sessions/${other?.id}`).expect(404)
  })

  it('does not know the sessions of others', async () => {
    const admin = await test.signedIn('admin')
    const [item] = await listed(here)
    await admin.delete(`${V1}/sessions/${item?.id}`).expect(404)
    await here.get(`${V1}/session`).expect(200)
  })

  it('answers 400 to what is no id and 401 without a session', async () => {
    await here.delete(`${V1}/sessions/nonsense`).expect(400)
    await test.browser().delete(`${V1}/sessions/nonsense`).expect(401)
  })
})

describe('DELETE /sessions', () => {
  it('tells no request of this browser meanwhile that nobody is signed in', async () => {
    for (let round = 0; round < 5; round += 1) {
      const answers = await Promise.all([
        here.delete(`${V1}/sessions`),
        ...Array.from({ length: 20 }, () => here.get(`${V1}/session`)),
      ])
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200, 204]))
    }
  })

  it('ends all of my sessions but this one, whose cookie stays the same', async () => {
    const admin = await test.signedIn('admin')
    const response = await here.delete(`${V1}/sessions`).expect(204)
    expect(response.get('Set-Cookie')).toBeUndefined()
    await here.get(`${V1}/session`).expect(200)
    await elsewhere.get(`${V1}/session`).expect(401)
    await admin.get(`${V1}/session`).expect(200)
    expect(await listed(here)).toHaveLength(1)
  })

  it('answers 401 without a session', async () => {
    await test.browser().delete(`${V1}/sessions`).expect(401)
  })
})

describe('POST /password', () => {
  const change = (agent: Agent, current: string) =>
    agent.post(`${V1}/password`).send({ current, new: NEW_PASSWORD })

  it('changes the password, signs out every other browser and keeps this one under a new id', async () => {
    const before = (await listed(here)).find(({ current }) => current)?.id
    await change(here, PASSWORD).expect(204)
    await elsewhere.get(`${V1}/session`).expect(401)
    const after = await listed(here)
    expect(after).toHaveLength(1)
    expect(after[0]?.id).not.toBe(before)
    await elsewhere.post(`${V1}/session`).send({ username: 'viewer', password: PASSWORD }).expect(401)
    await elsewhere.post(`${V1}/session`).send({ username: 'viewer', password: NEW_PASSWORD }).expect(200)
  })

  it('wants the current password, and counts a wrong one as a failed sign-in of this browser', async () => {
    for (let count = 0; count < 10; count += 1) {
      expect((await change(here, 'wrong').expect(400)).body.errors).toEqual([
        { in: 'body', pointer: '/current', detail: 'This is not your current password.' },
      ])
    }
    const refused = await change(here, PASSWORD).expect(429)
    expect(refused.body).toMatchObject({ code: 'rate-limited' })
    expect(Number(refused.get('Retry-After'))).toBeGreaterThan(0)
    await here.post(`${V1}/session`).send({ username: 'viewer', password: PASSWORD }).expect(429)
    await elsewhere.get(`${V1}/session`).expect(200)
  })

  it('gives the attempt back where the current password was right', async () => {
    for (let count = 0; count < 12; count += 1) {
      await here.post(`${V1}/password`).send({ current: PASSWORD, new: PASSWORD }).expect(400)
    }
  })

  it('refuses the password that it is already', async () => {
    const answer = await here.post(`${V1}/password`).send({ current: PASSWORD, new: PASSWORD }).expect(400)
    expect(answer.body.errors).toEqual([
      { in: 'body', pointer: '/new', detail: 'This is your current password already.' },
    ])
  })

  it('logs who did it and what came of it, and no password', async () => {
    await change(here, 'wrong').expect(400)
    await change(here, PASSWORD).expect(204)
    const deed = { action: 'password.change', actor: 'viewer', object: 'viewer' }
    expect(test.logged.filter(({ action }) => action === 'password.change')).toEqual([
      expect.objectContaining({ ...deed, result: 'refused', problem: 'validation-failed' }),
      expect.objectContaining({ ...deed, result: 'done' }),
    ])
    expect(JSON.stringify(test.logged)).not.toContain(NEW_PASSWORD)
  })

  it('answers 400 to a short new password and 401 without a session', async () => {
    await here.post(`${V1}/password`).send({ current: PASSWORD, new: 'short' }).expect(400)
    await here.post(`${V1}/password`).send({ current: PASSWORD, new: 'viewer viewer' }).expect(400)
    await change(test.browser(), PASSWORD).expect(401)
  })

  it('lets one of two changes at the same time win', async () => {
    const answers = await Promise.all([change(here, PASSWORD), change(elsewhere, PASSWORD)])
    const statuses = answers.map(({ status }) => status).sort((a, b) => a - b)
    expect(statuses[0]).toBe(204)
    expect([400, 401, 409]).toContain(statuses[1])
  })
})
