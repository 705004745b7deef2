import { afterEach, describe, expect, it } from '@jest/globals'
import { sign } from '../../src/server/http/cookies.ts'
import { ADMIN, signIn } from '../support/console-process.ts'
import { prepareRedis, startRedis, type RedisServer } from '../support/redis-server.ts'
import { startReplicas, type Replica, type Replicas } from '../support/replicas.ts'
import { waitFor } from '../support/wait-for.ts'
import { API, ask, whoAmI } from './http.ts'
import { judgeLog } from './witness.ts'

const SECRET = 'a secret that is long enough to sign cookies with'
const SETTINGS = {
  BANGUI_ADMIN_USER: ADMIN.username,
  BANGUI_ADMIN_PASSWORD: ADMIN.password,
  SESSION_SECRET: SECRET,
}
/** What a browser brings that signed in before; only Redis could say whether its session still is. */
const EARLIER_COOKIE = `bangui.sid=${encodeURIComponent(sign('n0Xc2-of-an-earlier-session-kL9', [SECRET]))}`

let replicas: Replicas | undefined
let redis: RedisServer

afterEach(async () => {
  await replicas?.stop()
  replicas = undefined
  await redis.stop()
})

/** One console that listens, on a Redis that does not answer. */
async function begun(env: Record<string, string> = {}, meanwhile = (): void => undefined): Promise<Replica> {
  replicas = await startReplicas({ count: 0, redis, env: { ...SETTINGS, ...env } })
  const console_ = replicas.spawn()
  await waitFor(() => console_.output().includes('BanGUI starts'), {
    what: 'the console to begin',
    timeoutMs: 30_000,
  })
  meanwhile()
  await waitFor(() => console_.url(), { what: 'the console to listen', timeoutMs: 30_000 })
  return console_
}

/** It lives, says what it lacks, and claims nothing about anybody's session. */
async function expectToWait(console_: Replica): Promise<void> {
  const url = console_.url()
  expect((await ask(`${url}/healthz`)).status).toBe(200)
  const ready = await ask(`${url}/readyz`)
  expect(ready.status).toBe(503)
  expect(ready.body).toContain('Redis')
  expect((await ask(`${url}/`, { headers: { accept: 'text/html' } })).status).toBe(200)
  const session = await whoAmI(url, EARLIER_COOKIE)
  expect(session.status).toBe(503)
  expect(session.retryAfter).toMatch(/^[1-9]\d*$/)
  expect(session.setCookie).toEqual([])
  const signedIn = await ask(`${url}${API}/session`, { method: 'POST', body: ADMIN })
  expect(signedIn.status).toBe(503)
  expect(signedIn.setCookie).toEqual([])
}

/** Milliseconds from the moment Redis answers until the console is ready. */
async function untilReady(console_: Replica): Promise<number> {
  await waitFor(async () => (await redis.cli('ping')).startsWith('PONG'), {
    what: 'Redis to answer',
    timeoutMs: 30_000,
  })
  const since = performance.now()
  await waitFor(async () => (await ask(`${console_.url()}/readyz`)).status === 200, {
    what: 'the console to be ready',
  })
  return performance.now() - since
}

async function expectToServe(console_: Replica): Promise<void> {
  const cookie = await signIn(console_.url())
  expect((await whoAmI(console_.url(), cookie)).status).toBe(200)
  judgeLog(console_.log())
}

describe('a console whose Redis is not there when it starts', () => {
  it('waits for one that refuses connections, and is ready soon after it came', async () => {
    redis = await prepareRedis()
    const console_ = await begun()
    await expectToWait(console_)
    redis.launch()
    expect(await untilReady(console_)).toBeLessThan(3_000)
    await expectToServe(console_)
  }, 60_000)

  it('waits for one that is loading its data', async () => {
    redis = await startRedis({ config: ['loading-process-events-interval-bytes 1024'] })
    await redis.cli('eval', "for i = 1, 6000 do redis.call('SET', 'other:' .. i, 'x') end", '0')
    await redis.cli('save')
    await redis.kill()
    redis.configure('key-load-delay 1000')
    const console_ = await begun({}, () => redis.launch())
    await waitFor(async () => (await redis.cli('ping')).includes('LOADING'), { what: 'Redis to load' })
    await expectToWait(console_)
    expect(await untilReady(console_)).toBeLessThan(3_000)
    await expectToServe(console_)
  }, 60_000)

  it('waits for a host name that nobody knows yet, and stops when asked', async () => {
    redis = await prepareRedis()
    const console_ = await begun({ REDIS_URL: 'redis://redis.invalid:6379/0' })
    await expectToWait(console_)
    await waitFor(() => /redis\.invalid/.test(console_.output()), { what: 'the log to name the host' })
    judgeLog(console_.log())
    console_.signal('SIGTERM')
    expect(await console_.exited).toBe(0)
  }, 60_000)
})
