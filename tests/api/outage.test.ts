import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import type { Response } from 'supertest'
import request from 'supertest'
import { StateUnavailable } from '../../src/server/state/state-provider.ts'
import { createTestApp, PASSWORD, type Agent, type TestApp } from '../support/test-app.ts'

const V1 = '/api/v1'
let test: TestApp
let agent: Agent

beforeEach(async () => {
  test = await createTestApp({ setupToken: 'token' })
  agent = await test.signedIn('admin')
})
afterEach(() => test.close())

function expectOutage(response: Response): void {
  expect(response.status).toBe(503)
  expect(response.body).toMatchObject({ code: 'state-unavailable' })
  expect(Number(response.get('Retry-After'))).toBeGreaterThan(0)
  expect(response.get('Set-Cookie')).toBeUndefined()
}

describe('while the session store is away', () => {
  it('everybody gets 503 and keeps their cookie; nobody is told to sign in', async () => {
    await test.state.stop(0)
    const credentials = { username: 'admin', password: PASSWORD }
    const answers = await Promise.all([
      agent.get(`${V1}/session`),
      agent.delete(`${V1}/session`),
      agent.get(`${V1}/sessions`),
      agent.delete(`${V1}/sessions`),
      agent.post(`${V1}/password`).send({ current: PASSWORD, new: 'another long password' }),
      agent.post(`${V1}/session`).send(credentials),
      test.browser().post(`${V1}/session`).send(credentials),
      test.browser().get(`${V1}/session`),
      test.browser().get(`${V1}/setup`),
    ])
    answers.forEach(expectOutage)
  })

  it('pages, probes and the description of the API keep answering', async () => {
    await test.state.stop(0)
    await request(test.app).get('/healthz').expect(200)
    await request(test.app).get('/api/openapi.json').expect(200)
  })

  it('one warning is logged, not one for each request', async () => {
    await test.state.stop(0)
    for (let count = 0; count < 20; count += 1) await agent.get(`${V1}/session`)
    const warnings = test.logged.filter(
      ({ level, problem }) => level === 40 && problem === 'state-unavailable',
    )
    expect(warnings).toHaveLength(1)
  })
})

describe('when the store fails in the middle of', () => {
  const outage = new Error('out of memory')

  it('a sign-in, no cookie is set, and the attempt is given back', async () => {
    test.state.sessions.store.set = (_id, _session, done) => done?.(outage)
    for (let count = 0; count < 7; count += 1) {
      expectOutage(await test.browser().post(`${V1}/session`).send({ username: 'admin', password: PASSWORD }))
    }
    await agent.get(`${V1}/session`).expect(200)
  })

  it('a sign-out, the browser stays signed in and knows it', async () => {
    test.state.sessions.revoke = () => Promise.reject(new StateUnavailable(outage))
    expectOutage(await agent.delete(`${V1}/session`))
    await agent.get(`${V1}/session`).expect(200)
  })
})
