import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import {
  spawnConsole,
  startConsole,
  temporaryFolder,
  type ConsoleProcess,
} from '../support/console-process.ts'
import { startRedis, type RedisServer } from '../support/redis-server.ts'
import { logEntries } from '../support/replicas.ts'

const PASSWORD = 'swordfish-of-the-server'
const WRONG = 'hunter2-is-not-it'
const USER = { name: 'bangui', password: 'swordfish-of-the-user' }

/** Time for a console to see what is wrong, by its own log. */
const GIVES_UP_MS = 10_000

let guarded: RedisServer
let open: RedisServer
let encrypted: RedisServer
let folder: ReturnType<typeof temporaryFolder>
let started: ConsoleProcess[]

beforeAll(async () => {
  const reader = `user reader on >${USER.password} ~* &* +@read +@connection +info`
  guarded = await startRedis({ password: PASSWORD, user: USER, config: [reader] })
  open = await startRedis()
  encrypted = await startRedis({ tls: true })
})

afterAll(async () => {
  for (const redis of [guarded, open, encrypted]) await redis.stop()
})

beforeEach(() => {
  folder = temporaryFolder()
  started = []
})

afterEach(async () => {
  await Promise.all(started.map((console_) => console_.stop()))
  folder.dispose()
})

async function start(env: Record<string, string>): Promise<ConsoleProcess> {
  const console_ = await startConsole({ DATABASE_URL: folder.database, STATE_BACKEND: 'redis', ...env })
  started.push(console_)
  return console_
}

/** Its exit status and what it wrote, once it has ended by itself. */
async function refusal(env: Record<string, string>): Promise<{ status: number | null; output: string }> {
  const console_ = spawnConsole({ DATABASE_URL: folder.database, STATE_BACKEND: 'redis', ...env })
  started.push(console_)
  const status = await console_.exited
  const times = logEntries(console_.output()).map(({ time }) => time)
  expect((times.at(-1) ?? 0) - (times[0] ?? 0)).toBeLessThan(GIVES_UP_MS)
  return { status, output: console_.output() }
}

function expectNoSecret(output: string): void {
  for (const secret of [PASSWORD, WRONG, USER.password]) expect(output).not.toContain(secret)
}

describe('settings of a Redis that cannot be right', () => {
  it.each([
    ['a wrong password', () => `redis://:${WRONG}@127.0.0.1:${guarded.port}/0`],
    ['a wrong password of a user', () => `redis://${USER.name}:${WRONG}@127.0.0.1:${guarded.port}/0`],
    ['a user that is not there', () => `redis://nobody:${WRONG}@127.0.0.1:${guarded.port}/0`],
    ['no password where one is needed', () => `redis://127.0.0.1:${guarded.port}/0`],
    ['a user who may only read', () => `redis://reader:${USER.password}@127.0.0.1:${guarded.port}/0`],
    ['a database that Redis does not have', () => `redis://127.0.0.1:${open.port}/4711`],
    ['a certificate that nobody vouches for', () => encrypted.url],
  ])(
    'such as %s end with status 78, the name of the setting and no secret',
    async (_, urlOf) => {
      const { status, output } = await refusal({ REDIS_URL: urlOf() })
      expect(status).toBe(78)
      expect(output).toContain('REDIS_URL')
      expectNoSecret(output)
    },
    60_000,
  )

  it('end with status 78 for all workers at once', async () => {
    const url = `redis://:${WRONG}@127.0.0.1:${guarded.port}/0`
    const { status, output } = await refusal({ REDIS_URL: url, BANGUI_WORKERS: '3' })
    expect(status).toBe(78)
    expect(output).toContain('REDIS_URL')
    expectNoSecret(output)
  }, 60_000)

  it.each([
    ['is missing', { REDIS_URL: '' }],
    ['is none', { REDIS_URL: `http://:${WRONG}@127.0.0.1:1/0` }],
  ])(
    'end with status 78 when REDIS_URL %s',
    async (_, env) => {
      const { status, output } = await refusal(env)
      expect(status).toBe(78)
      expect(output).toContain('REDIS_URL')
      expectNoSecret(output)
    },
    60_000,
  )

  it.each([
    ['a user with the rights that the message of a refusal names', () => ({ REDIS_URL: guarded.url })],
    [
      'a certificate whose authority is named',
      () => ({ REDIS_URL: encrypted.url, REDIS_CA_FILE: encrypted.caFile }),
    ],
  ])(
    'are fine with %s',
    async (_, envOf) => {
      const console_ = await start(envOf())
      expectNoSecret(console_.output())
    },
    60_000,
  )
})

describe('a Redis that belongs to another installation', () => {
  it('is refused with status 78, and the other one is not disturbed', async () => {
    const redis = await startRedis()
    const other = temporaryFolder()
    try {
      const owner = await start({ REDIS_URL: redis.url, DATABASE_URL: other.database })
      const before = await redis.cli('dbsize')
      const { status, output } = await refusal({ REDIS_URL: redis.url })
      expect(status).toBe(78)
      expect(output).toContain('REDIS_URL')
      expect((await fetch(`${owner.url()}/readyz`)).status).toBe(200)
      expect(Number(await redis.cli('dbsize'))).toBeLessThanOrEqual(Number(before) + 5)
      await owner.stop()
    } finally {
      other.dispose()
      await redis.stop()
    }
  }, 60_000)
})

describe('a Redis that may evict what is in it', () => {
  it('is refused with status 78, unless the operator insists', async () => {
    const redis = await startRedis({ config: ['maxmemory 64mb', 'maxmemory-policy allkeys-lru'] })
    try {
      const { status, output } = await refusal({ REDIS_URL: redis.url })
      expect(status).toBe(78)
      expect(output).toContain('allkeys-lru')
      expect(output).toContain('noeviction')
      expect(output).toContain('BANGUI_ALLOW_EVICTION=1')
      const insisting = await start({ REDIS_URL: redis.url, BANGUI_ALLOW_EVICTION: '1' })
      expect(insisting.output()).toContain('allkeys-lru')
      await insisting.stop()
    } finally {
      await redis.stop()
    }
  }, 60_000)
})
