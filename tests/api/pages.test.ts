import { afterEach, beforeAll, afterAll, describe, expect, it } from '@jest/globals'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import request from 'supertest'
import { createTestApp, type TestApp, type TestAppOptions } from '../support/test-app.ts'

const INDEX = `<!doctype html><base href="__BASE_HREF__"><meta name="csp-nonce" content="__CSP_NONCE__"><meta name="session" content="__SESSION__">`
let webRoot: string
let test: TestApp

beforeAll(() => {
  webRoot = mkdtempSync(join(tmpdir(), 'bangui-pages-'))
  mkdirSync(join(webRoot, 'assets'))
  writeFileSync(join(webRoot, 'index.html'), INDEX)
  writeFileSync(join(webRoot, 'favicon.svg'), '<svg/>')
  writeFileSync(join(webRoot, 'assets/main-a1b2.js'), 'console.log(1)')
  writeFileSync(join(webRoot, 'assets/main-a1b2.js.gz'), gzipSync('console.log(1)'))
})
afterAll(() => rmSync(webRoot, { recursive: true }))
afterEach(() => test.close())

async function start(options: TestAppOptions = {}): Promise<void> {
  test = await createTestApp({ webRoot, ...options })
}

const page = (path: string) => request(test.app).get(path).set('Accept', 'text/html,*/*;q=0.8')

describe('pages', () => {
  it('are one document with a nonce of its own each time', async () => {
    await start()
    const [first, second] = [await page('/').expect(200), await page('/jails/sshd').expect(200)]
    const nonces = [first, second].map(({ text }) => /content="([^"]+)"/.exec(text)?.[1] ?? '')
    expect(first.text).toContain('<base href="/">')
    expect(nonces[0]).toMatch(/^[A-Za-z0-9+/=]{22,}$/)
    expect(nonces[0]).not.toBe(nonces[1])
    expect(first.get('Content-Security-Policy')).toContain(`style-src 'self' 'nonce-${nonces[0]}'`)
    expect(first.get('Cache-Control')).toBe('no-cache')
    expect(first.get('Set-Cookie')).toBeUndefined()
  })

  it('are answered for addresses that look like files only when a page is asked for', async () => {
    await start()
    await page('/ip/203.0.113.7').expect(200)
    await page('/jails/nginx.http').expect(200)
    await request(test.app).get('/').set('Accept', '*/*').expect(200)
    await request(test.app).get('/missing.js').set('Accept', '*/*').expect(404)
    await page('/assets/missing.js').expect(404)
    await request(test.app).get('/').set('Accept', 'application/json').expect(404)
    await request(test.app).post('/jails').expect(404)
  })

  it('say whether the browser brought a session cookie, so that they need not ask in vain', async () => {
    await start()
    await expect(page('/')).resolves.toMatchObject({ text: expect.stringContaining('content="none"') })
    const agent = await test.signedIn('viewer')
    const signedIn = await agent.get('/').set('Accept', 'text/html')
    expect(signedIn.text).toContain('content="maybe"')
  })

  it('send their scripts as the build has compressed them, to browsers that take them so', async () => {
    await start()
    const script = (encodings: string) =>
      request(test.app).get('/assets/main-a1b2.js').set('Accept-Encoding', encodings).expect(200)
    const compressed = await script('gzip')
    expect(compressed.get('Content-Encoding')).toBe('gzip')
    expect(compressed.get('Content-Type')).toContain('text/javascript')
    expect(compressed.get('Cache-Control')).toContain('immutable')
    expect(compressed.get('Vary')).toContain('Accept-Encoding')
    const plain = await script('identity')
    expect(plain.get('Content-Encoding')).toBeUndefined()
    expect([compressed.text, plain.text]).toEqual(['console.log(1)', 'console.log(1)'])
    // There is no Brotli of it.
    expect((await script('br')).get('Content-Encoding')).toBeUndefined()
  })

  it('never stand in for the API', async () => {
    await start()
    expect((await page('/api/nothing').expect(404)).type).toBe('application/problem+json')
  })

  it('come with files: hashed ones for ever, the others checked each time', async () => {
    await start()
    const hashed = await request(test.app).get('/assets/main-a1b2.js').expect(200)
    expect(hashed.get('Cache-Control')).toBe('public, max-age=31536000, immutable')
    expect(hashed.get('Content-Type')).toMatch(/javascript/)
    const plain = await request(test.app).get('/favicon.svg').expect(200)
    expect(plain.get('Cache-Control')).toBe('no-cache')
    await request(test.app)
      .get('/favicon.svg')
      .set('If-None-Match', plain.get('ETag') ?? '')
      .expect(304)
  })

  it('do not leave their folder', async () => {
    await start()
    for (const path of ['/..%2f..%2fetc%2fpasswd', '/assets/..%5c..%5cetc%5cpasswd', '/.env']) {
      const { text } = await request(test.app).get(path)
      expect(text).not.toContain('root:')
    }
  })

  it('say how to build them where they are missing, and appear without a restart', async () => {
    const later = join(webRoot, 'later')
    await start({ webRoot: later })
    const { text } = await page('/').expect(503)
    expect(text).toContain('npm run build')
    mkdirSync(later)
    writeFileSync(join(later, 'index.html'), INDEX)
    await page('/').expect(200)
  })
})

describe('below a base path', () => {
  const publicUrl = { origin: 'https://example.org', basePath: '/bangui/', secure: true }

  it('everything is served with the prefix', async () => {
    await start({ publicUrl })
    for (const path of ['/bangui/', '/bangui/jails']) {
      expect((await page(path).expect(200)).text).toContain('<base href="/bangui/">')
    }
    expect((await page('/bangui?range=7d').expect(308)).get('Location')).toBe('/bangui/?range=7d')
    await request(test.app).get('/bangui/assets/main-a1b2.js').expect(200)
    await request(test.app).get('/bangui/api/v1/setup').expect(200)
    const { body } = await request(test.app).get('/bangui/api/v1/session').expect(401)
    expect(body.type).toBe('/bangui/api/problems/unauthenticated')
    await request(test.app).get(body.type).expect(200)
  })

  it('nothing is served without it but the probes', async () => {
    await start({ publicUrl })
    for (const path of ['/', '/api/v1/setup', '/banguix', '/assets/main-a1b2.js']) {
      expect((await page(path).expect(404)).body.detail).toContain('/bangui/')
    }
    await request(test.app).get('/healthz').expect(200)
    await request(test.app).get('/bangui/readyz').expect(200)
  })
})
