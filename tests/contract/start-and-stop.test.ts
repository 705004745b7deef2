import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { request, type IncomingMessage } from 'node:http'
import { createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import {
  ADMIN,
  signIn,
  spawnConsole,
  startConsole,
  temporaryFolder,
  type ConsoleProcess,
} from '../support/console-process.ts'
import { waitFor } from '../support/wait-for.ts'

let folder: ReturnType<typeof temporaryFolder>
let started: ConsoleProcess[]

beforeEach(() => {
  folder = temporaryFolder()
  started = []
})
afterEach(async () => {
  await Promise.all(started.map((each) => each.stop()))
  folder.dispose()
})

function spawned(env: Record<string, string>): ConsoleProcess {
  const console_ = spawnConsole({ DATABASE_URL: folder.database, ...env })
  started.push(console_)
  return console_
}

async function running(env: Record<string, string> = {}): Promise<ConsoleProcess> {
  const console_ = await startConsole({ DATABASE_URL: folder.database, ...env })
  started.push(console_)
  return console_
}

const sessionStatus = async (url: string, cookie: string): Promise<number> =>
  (await fetch(`${url}/api/v1/session`, { headers: { cookie } })).status

describe('a start that cannot work', () => {
  it('exits 78 with every mistake at once, and without the value of a secret', async () => {
    const console_ = spawned({ PORT: 'high', BANGUI_WORKERS: '0', SESSION_SECRET: 'hunter2' })
    expect(await console_.exited).toBe(78)
    expect(console_.output()).toContain('PORT: must be a whole number')
    expect(console_.output()).toContain('BANGUI_WORKERS: must be a whole number')
    expect(console_.output()).toContain('SESSION_SECRET: must hold at least 32 bytes')
    expect(console_.output()).not.toContain('hunter2')
  })

  it.each([
    ['BANGUI_WORKERS', { BANGUI_WORKERS: '2' }, '2 workers requested (BANGUI_WORKERS=2)'],
    ['WEB_CONCURRENCY', { WEB_CONCURRENCY: '4' }, 'WEB_CONCURRENCY=4'],
    ['a second PM2 instance', { NODE_APP_INSTANCE: '1' }, 'PM2'],
  ])('exits 78 for more than one worker in memory, asked for by %s', async (_source, env, text) => {
    const console_ = spawned(env)
    expect(await console_.exited).toBe(78)
    expect(console_.output()).toContain(text)
    expect(console_.output()).toMatch(/about \d+ % of requests would be logged out/)
    expect(console_.output()).toContain('set STATE_BACKEND=redis and REDIS_URL')
  })

  it('exits 78 when the database cannot be used, and names the setting', async () => {
    writeFileSync(join(folder.path, 'bangui.db'), 'this is no database, whatever its name says')
    const console_ = spawned({})
    expect(await console_.exited).toBe(78)
    expect(console_.output()).toContain('Set DATABASE_URL')
  })

  it('exits 1 when the port is taken, and says what to do', async () => {
    const other = createServer().listen(0, '127.0.0.1')
    await once(other, 'listening')
    const { port } = other.address() as AddressInfo
    const console_ = spawned({ PORT: String(port) })
    expect(await console_.exited).toBe(1)
    expect(console_.output()).toContain(`Another program already listens on 127.0.0.1 port ${port}.`)
    other.close()
  })
})

describe('one database', () => {
  it('is served by one process: a second exits 75 and names the first', async () => {
    const first = await running()
    const second = spawned({})
    expect(await second.exited).toBe(75)
    expect(second.output()).toContain(`pid ${first.pid}`)
    expect(second.output()).toMatch(/started 20\d\d-.*last heartbeat 20\d\d-/)
    expect((await fetch(`${first.url()}/readyz`)).status).toBe(200)
  })

  it('is taken over from a process that was killed', async () => {
    const first = await running()
    first.signal('SIGKILL')
    await first.exited
    const second = await running()
    expect((await fetch(`${second.url()}/readyz`)).status).toBe(200)
  })
})

describe('a holder on another machine that was killed', () => {
  it('is recognised by its silence and replaced within 40 seconds', async () => {
    const first = await running()
    first.signal('SIGKILL')
    await first.exited
    // What the row would say if its process had run elsewhere: its pid means nothing here.
    const database = new DatabaseSync(join(folder.path, 'bangui.db'))
    database.exec("update instance_leases set hostname = 'elsewhere', pid_space = 'another kernel'")
    database.close()
    const killedAt = performance.now()
    const second = await running()
    expect((await fetch(`${second.url()}/readyz`)).status).toBe(200)
    expect(performance.now() - killedAt).toBeLessThan(40_000)
  }, 60_000)
})

describe('a restart', () => {
  it.each(['SIGTERM', 'SIGKILL'] as const)('after %s keeps people signed in', async (signal) => {
    const before = await running()
    const cookie = await signIn(before.url())
    before.signal(signal)
    await before.exited
    const after = await running()
    expect(await sessionStatus(after.url(), cookie)).toBe(200)
  })

  it('does not bring back a session that was ended', async () => {
    const before = await running()
    const cookie = await signIn(before.url())
    await fetch(`${before.url()}/api/v1/session`, { method: 'DELETE', headers: { cookie } })
    await before.stop()
    const after = await running()
    expect(await sessionStatus(after.url(), cookie)).toBe(401)
  })
})

describe('a stop', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)('by %s exits 0', async (signal) => {
    const console_ = await running()
    console_.signal(signal)
    expect(await console_.exited).toBe(0)
  })

  it('lets a request under way finish', async () => {
    const console_ = await running()
    const body = JSON.stringify(ADMIN)
    const asked = request(`${console_.url()}/api/v1/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'content-length': body.length, expect: '100-continue' },
    })
    // The server has read the head and waits for the body: the request is under way.
    asked.flushHeaders()
    await once(asked, 'continue')
    console_.signal('SIGTERM')
    await waitFor(() => console_.output().includes('"stopping"'), { what: 'the stop to begin' })
    asked.end(body)
    const [answer] = (await once(asked, 'response')) as [IncomingMessage]
    expect(answer.statusCode).toBe(200)
    answer.resume()
    expect(await console_.exited).toBe(0)
  })
})

describe('the first start', () => {
  it('names its stages, prints the setup token once, and the token creates the administrator', async () => {
    const first = spawned({})
    await waitFor(() => first.url(), { what: 'the console to listen', timeoutMs: 30_000 })
    const stages = [...first.output().matchAll(/"stage":"(\w+)"/g)].map((match) => match[1])
    expect(stages).toEqual(expect.arrayContaining(['database', 'lease', 'state', 'accounts', 'jobs', 'http']))
    const token = /with this setup token: (\w+)/.exec(first.output())?.[1]
    expect(token).toMatch(/^[0-9a-f]{32}$/)
    await first.stop()

    const second = spawned({})
    await waitFor(() => second.url(), { what: 'the console to listen', timeoutMs: 30_000 })
    expect(second.output()).not.toContain(token)
    const answer = await fetch(`${second.url()}/api/v1/setup`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ token, ...ADMIN }),
    })
    expect(answer.status).toBe(201)
  })
})
