import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import request from 'supertest'
import { createTestApp, type TestApp } from '../support/test-app.ts'

let test: TestApp
beforeEach(async () => {
  test = await createTestApp({ trustProxy: 1 })
})
afterEach(() => test.close())

const anonymous = (address: string) =>
  request(test.app).get('/api/v1/session').set('X-Forwarded-For', address)

async function exhaust(address: string, left = 300): Promise<void> {
  const answers = await Promise.all(Array.from({ length: left }, () => anonymous(address)))
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([401]))
}

describe('the budget of requests', () => {
  it('is told with every answer', async () => {
    const agent = await test.signedIn('viewer')
    const { headers } = await agent.get('/api/v1/session').expect(200)
    expect(headers).toMatchObject({
      ratelimit: expect.stringMatching(/^"session";r=1199;t=(60|59)$/),
      'ratelimit-policy': '"session";q=1200;w=60',
    })
  })

  it('ends with 429 and the time to wait, for that address alone', async () => {
    await exhaust('203.0.113.1')
    const response = await anonymous('203.0.113.1').expect(429)
    expect(response.body).toMatchObject({ code: 'rate-limited' })
    expect(Number(response.get('Retry-After'))).toBeGreaterThan(50)
    await anonymous('203.0.113.2').expect(401)
  })

  it('is one for an IPv6 network of 64 bits', async () => {
    await exhaust('2001:db8:0:1::1')
    await anonymous('2001:db8:0:1:ffff::2').expect(429)
    await anonymous('2001:db8:0:2::1').expect(401)
  })

  it('is the session’s own, whatever strangers do at the same address', async () => {
    const agent = await test.signedIn('viewer')
    // The sign-in was one.
    await exhaust('127.0.0.1', 299)
    await anonymous('127.0.0.1').expect(429)
    await agent.get('/api/v1/session').set('X-Forwarded-For', '127.0.0.1').expect(200)
  })

  it('is not made larger by made-up cookies', async () => {
    const forged = await Promise.all(
      Array.from({ length: 301 }, (_, index) =>
        anonymous('203.0.113.1').set('Cookie', `bangui.sid=s%3A${index}.c2lnbmF0dXJl`),
      ),
    )
    expect(forged.filter(({ status }) => status === 429)).toHaveLength(1)
  })

  it('lets a session ask ten times a second', async () => {
    const agent = await test.signedIn('viewer')
    for (let round = 0; round < 10; round += 1) {
      await Promise.all(Array.from({ length: 60 }, () => agent.get('/api/v1/session').expect(200)))
    }
  })

  it('is not spent by pages and probes', async () => {
    await exhaust('203.0.113.1')
    await request(test.app).get('/healthz').set('X-Forwarded-For', '203.0.113.1').expect(200)
    await request(test.app).get('/api/openapi.json').set('X-Forwarded-For', '203.0.113.1').expect(200)
  })
})
