import { afterEach, describe, expect, it } from '@jest/globals'
import request from 'supertest'
import { createTestApp, PASSWORD, type TestApp, type TestAppOptions } from '../support/test-app.ts'

let test: TestApp
afterEach(() => test.close())

async function start(options: TestAppOptions = {}): Promise<TestApp> {
  test = await createTestApp(options)
  await test.addUser('viewer')
  return test
}

function signIn(headers: Record<string, string> = {}, basePath = '/') {
  return request(test.app)
    .post(`${basePath}api/v1/session`)
    .set(headers)
    .send({ username: 'viewer', password: PASSWORD })
}

describe('a write', () => {
  const outside = 'https://evil.example'

  it('is refused when the browser says it comes from another site', async () => {
    await start()
    for (const site of ['cross-site', 'same-site', 'nonsense']) {
      const { body } = await signIn({ 'Sec-Fetch-Site': site }).expect(403)
      expect(body).toMatchObject({ code: 'cross-site-refused' })
    }
    for (const origin of [outside, 'null', 'http://127.0.0.1:1', 'http://localhost.evil.example']) {
      const { body } = await signIn({ Origin: origin, Host: '127.0.0.1:8080' }).expect(403)
      expect(body).toMatchObject({ code: 'cross-site-refused' })
    }
    await signIn({ Origin: outside, 'Sec-Fetch-Site': 'same-origin', Host: '127.0.0.1:8080' }).expect(403)
  })

  it('is refused even where there is no such operation, and before anybody signs in', async () => {
    await start()
    await request(test.app).post('/api/v1/nothing').set('Origin', outside).expect(403)
    await request(test.app).delete('/api/v1/session').set('Sec-Fetch-Site', 'cross-site').expect(403)
  })

  it('is accepted from the console’s own pages, the address bar and programs', async () => {
    await start()
    await signIn({
      Origin: 'http://127.0.0.1:8080',
      Host: '127.0.0.1:8080',
      'Sec-Fetch-Site': 'same-origin',
    }).expect(200)
    await signIn({ 'Sec-Fetch-Site': 'none' }).expect(200)
    await signIn().expect(200)
  })

  it('is accepted from PUBLIC_URL whatever Host the proxy sends', async () => {
    await start({ publicUrl: { origin: 'https://ban.example.org', basePath: '/', secure: true } })
    await signIn({ Origin: 'https://ban.example.org', Host: 'bangui:8080' }).expect(200)
    await signIn({ Origin: 'https://ban.example.net', Host: 'bangui:8080' }).expect(403)
  })

  it('may be read from anywhere, as no other site can see the answer', async () => {
    await start()
    const response = await request(test.app).get('/api/v1/setup').set('Origin', outside).expect(200)
    expect(response.get('Access-Control-Allow-Origin')).toBeUndefined()
  })
})

describe('cookies', () => {
  const shapes = [
    { publicUrl: undefined, name: 'bangui.sid', path: '/', secure: false },
    {
      publicUrl: { origin: 'http://ban.example.org', basePath: '/bangui/', secure: false },
      name: 'bangui.sid',
      path: '/bangui',
      secure: false,
    },
    {
      publicUrl: { origin: 'https://ban.example.org', basePath: '/', secure: true },
      name: '__Host-bangui.sid',
      path: '/',
      secure: true,
    },
    {
      publicUrl: { origin: 'https://example.org', basePath: '/bangui/', secure: true },
      name: '__Secure-bangui.sid',
      path: '/bangui',
      secure: true,
    },
  ]

  for (const { publicUrl, name, path, secure } of shapes) {
    const url = publicUrl ? `${publicUrl.origin}${publicUrl.basePath}` : 'no PUBLIC_URL'
    it(`are named and scoped for ${url}`, async () => {
      await start({ publicUrl })
      const basePath = publicUrl?.basePath ?? '/'
      const response = await signIn({}, basePath).expect(200)
      const cookies = response.get('Set-Cookie') ?? []
      expect(cookies.map((cookie) => cookie.split('=')[0])).toEqual([name, name.replace('.sid', '.device')])
      for (const cookie of cookies) {
        const attributes = cookie.split('; ').slice(1)
        expect(attributes).toContain(`Path=${path}`)
        expect(attributes).toContain('HttpOnly')
        expect(attributes).toContain('SameSite=Lax')
        expect(attributes.includes('Secure')).toBe(secure)
        expect(cookie).not.toContain('Domain')
      }
      const header = cookies[0]?.split(';')[0] ?? ''
      await request(test.app).get(`${basePath}api/v1/session`).set('Cookie', header).expect(200)
      const signOut = await request(test.app)
        .delete(`${basePath}api/v1/session`)
        .set('Cookie', header)
        .expect(204)
      expect(signOut.get('Set-Cookie')?.[0]).toContain(`${name}=; Path=${path}; Expires=Thu, 01 Jan 1970`)
    })
  }

  it('signed with an older secret still count, and new ones are signed with the first', async () => {
    const [older, newer] = ['an older secret of 32 bytes length', 'a newer secret of 32 bytes length.']
    await start({ sessionSecrets: [older] })
    const cookie = (await signIn()).get('Set-Cookie')?.[0]?.split(';')[0] ?? ''
    const first = test
    test = await createTestApp({ sessionSecrets: [newer, older], shared: first })
    await request(test.app).get('/api/v1/session').set('Cookie', cookie).expect(200)
    const fresh = (await signIn()).get('Set-Cookie')?.[0]?.split(';')[0] ?? ''
    await request(first.app).get('/api/v1/session').set('Cookie', fresh).expect(401)
    test = first
  })
})

describe('every answer', () => {
  it('carries headers that keep the browser on its guard', async () => {
    await start()
    for (const path of ['/healthz', '/api/v1/setup', '/api/v1/nothing', '/nothing.js']) {
      const { headers } = await request(test.app).get(path)
      expect(headers).toMatchObject({
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
        'x-frame-options': 'DENY',
        'cross-origin-opener-policy': 'same-origin',
        'cross-origin-resource-policy': 'same-origin',
        'permissions-policy': expect.stringContaining('camera=()'),
        'content-security-policy': expect.stringMatching(
          /^default-src 'none'; script-src 'self'; style-src 'self';/,
        ),
      })
      expect(headers['x-powered-by']).toBeUndefined()
      expect(headers['strict-transport-security']).toBeUndefined()
    }
  })

  it('asks for https from then on where PUBLIC_URL is https', async () => {
    await start({ publicUrl: { origin: 'https://ban.example.org', basePath: '/', secure: true } })
    const { headers } = await request(test.app).get('/healthz')
    expect(headers['strict-transport-security']).toBe('max-age=15552000')
  })
})

describe('the client’s address', () => {
  const addressSeen = async (forwarded: string) =>
    (await signIn({ 'X-Forwarded-For': forwarded })).body.address

  it('is not what a client claims, and the log says so once', async () => {
    await start()
    expect(await addressSeen('203.0.113.9')).toBe('127.0.0.1')
    expect(await addressSeen('203.0.113.9')).toBe('127.0.0.1')
    expect(test.logged.filter(({ msg }) => String(msg).includes('TRUST_PROXY'))).toHaveLength(1)
  })

  it('is what the trusted proxies say, in canonical form', async () => {
    await start({ trustProxy: 1 })
    expect(await addressSeen('198.51.100.1, 203.0.113.9')).toBe('203.0.113.9')
    expect(await addressSeen('::ffff:203.0.113.9')).toBe('203.0.113.9')
    expect(await addressSeen('2001:DB8:0:0::1')).toBe('2001:db8::1')
  })

  it('may be believed from some networks only', async () => {
    await start({ trustProxy: ['192.0.2.0/24', '127.0.0.1', '::ffff:127.0.0.1'] })
    expect(await addressSeen('203.0.113.9')).toBe('203.0.113.9')
    expect(await addressSeen('198.51.100.1, 203.0.113.9, 192.0.2.1')).toBe('203.0.113.9')
  })
})
