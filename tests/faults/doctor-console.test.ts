import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import {
  spawnConsole,
  startConsole,
  temporaryFolder,
  type ConsoleProcess,
} from '../support/console-process.ts'
import { diagnose, runDoctor } from '../support/doctor.ts'
import { startFail2ban, type Fail2banServer } from '../support/fail2ban-server.ts'
import { freePort, startRedis, type RedisOptions, type RedisServer } from '../support/redis-server.ts'
import { waitFor } from '../support/wait-for.ts'

const SHIFTED = fileURLToPath(new URL('./shifted-clock.ts', import.meta.url))
const SECRET = 'the-first-secret-of-more-than-32-bytes'

let fail2ban: Fail2banServer
let folder: ReturnType<typeof temporaryFolder>
let consoles: ConsoleProcess[] = []
let servers: Array<RedisServer | Server> = []

beforeAll(async () => {
  fail2ban = await startFail2ban()
}, 60_000)
afterAll(() => fail2ban.stop())

afterEach(async () => {
  await Promise.all(consoles.map((console_) => console_.stop()))
  for (const server of servers) await ('stop' in server ? server.stop() : server.close())
  folder.dispose()
  consoles = []
  servers = []
})

/** Settings of a console beside the fail2ban, on a database of its own. */
function settings(env: Record<string, string> = {}): Record<string, string> {
  folder = temporaryFolder()
  return { FAIL2BAN_SOCKET: fail2ban.socket, DATABASE_URL: folder.database, ...env }
}

async function redisWith(options: RedisOptions): Promise<RedisServer> {
  const redis = await startRedis(options)
  servers.push(redis)
  return redis
}

async function start(env: Record<string, string>): Promise<ConsoleProcess> {
  const console_ = await startConsole(env)
  consoles.push(console_)
  return console_
}

describe('the doctor and Redis', () => {
  const on = (url: string, env: Record<string, string> = {}) =>
    settings({ STATE_BACKEND: 'redis', REDIS_URL: url, ...env })

  it('tells of one that is away, and of a password that is wrong, without saying it', async () => {
    const nowhere = await diagnose(on(`redis://127.0.0.1:${await freePort()}`), 'state')
    expect(nowhere).toMatchObject({
      status: 1,
      cause: 'unreachable',
      text: expect.stringContaining('ECONNREFUSED'),
    })
    folder.dispose()
    const guarded = await redisWith({ password: 'swordfish' })
    const env = on(`redis://:hunter2-is-not-it@127.0.0.1:${guarded.port}/0`)
    const wrong = await diagnose(env, 'state')
    expect(wrong).toMatchObject({
      status: 1,
      cause: 'redis-refused',
      text: expect.stringContaining('REDIS_URL'),
    })
    expect((await runDoctor(env)).output).not.toContain('hunter2')
  }, 60_000)

  it('tells of one that throws keys away, and of one that keeps nothing', async () => {
    const redis = await redisWith({ config: ['maxmemory 64mb', 'maxmemory-policy allkeys-lru'] })
    const env = on(redis.url)
    const refused = await diagnose(env, 'state')
    expect(refused).toMatchObject({
      status: 1,
      cause: 'evicts-refused',
      text: expect.stringContaining('allkeys-lru'),
    })
    expect(refused.text).toContain('maxmemory-policy noeviction')
    const accepted = await diagnose({ ...env, BANGUI_ALLOW_EVICTION: '1' }, 'state')
    expect(accepted).toMatchObject({ status: 0, cause: 'evicts', level: 'warning' })
    await redis.cli('config', 'set', 'maxmemory-policy', 'noeviction')
    const notKept = await diagnose(env, 'state')
    expect(notKept).toMatchObject({
      status: 0,
      cause: 'not-kept',
      text: expect.stringContaining('appendonly yes'),
    })
    await redis.cli('config', 'set', 'appendonly', 'yes')
    expect(await diagnose(env, 'state')).toMatchObject({ status: 0, cause: 'in-redis' })
    expect(await redis.cli('dbsize')).toBe('0\n')
  }, 60_000)

  it('tells of one that belongs to another installation, and of a clock that differs', async () => {
    const redis = await redisWith({ config: ['appendonly yes'] })
    const env = on(redis.url)
    await redis.cli('set', '{bangui}:cluster', 'aaaabbbb-of-somebody-else')
    const foreign = await diagnose(env, 'state')
    expect(foreign).toMatchObject({
      status: 1,
      cause: 'redis-of-another',
      text: expect.stringContaining('aaaabbbb'),
    })
    expect(foreign.text).toContain('/1')
    await redis.cli('flushall')
    const shifted = { NODE_OPTIONS: `--import=${SHIFTED}`, CLOCK_SHIFT_MS: '42000' }
    const apart = await diagnose({ ...env, ...shifted }, 'clock')
    expect(apart).toMatchObject({
      cause: 'apart',
      level: 'warning',
      text: expect.stringContaining('42 s ahead'),
    })
    expect(apart.text).toContain('set-ntp')
  }, 60_000)

  it('asks what the agent reported where this process has no way to fail2ban', async () => {
    const redis = await redisWith({ config: ['appendonly yes'] })
    const shared = on(redis.url, { SESSION_SECRET: SECRET })
    const web = { ...shared, BANGUI_ROLES: 'web,jobs', FAIL2BAN_SOCKET: '/nonexistent/fail2ban.sock' }
    const agent = { ...shared, BANGUI_ROLES: 'agent', DATABASE_URL: 'sqlite:/proc/none/bangui.db' }
    expect(await diagnose(agent, 'state')).toMatchObject({ status: 1, cause: 'redis-unclaimed' })
    await start(web)
    const alone = await diagnose(web, 'agent')
    expect(alone).toMatchObject({
      status: 1,
      cause: 'agent-missing',
      text: expect.stringContaining('BANGUI_ROLES=agent'),
    })
    const beside = spawnConsole(agent)
    consoles.push(beside)
    const well = /^All \d+ checks passed\./
    await waitFor(async () => well.test((await runDoctor(web)).output), {
      what: 'the report of the agent',
      timeoutMs: 60_000,
    })
    expect((await runDoctor(agent)).output).toMatch(well)
    const other = { ...web, SESSION_SECRET: 'another-secret-that-has-more-than-32-bytes' }
    const differs = await diagnose(other, 'secrets')
    expect(differs).toMatchObject({
      status: 1,
      cause: 'secrets-differ',
      text: expect.stringContaining('SESSION_SECRET'),
    })
    const memory = await diagnose({ DATABASE_URL: folder.database }, 'secrets')
    expect(memory).toMatchObject({ status: 1, cause: 'other-backend' })
  }, 120_000)
})

describe('the doctor and a console at work', () => {
  it('says in one line that all is well, and leaves nothing behind', async () => {
    const env = settings({ PORT: String(await freePort()) })
    const running = await start(env)
    const well = await runDoctor(env)
    expect(well).toEqual({ status: 0, output: expect.stringMatching(/^All 14 checks passed\.\n$/) })
    await running.stop()
    const files = readdirSync(folder.path)
    expect(await runDoctor(env)).toEqual({
      status: 0,
      output: expect.stringMatching(/^All \d+ checks passed\. BanGUI itself does not run here\.\n$/),
    })
    expect(readdirSync(folder.path)).toEqual(files)
  }, 60_000)

  it('tells of a proxy that the console was not told about, by what it has seen', async () => {
    const env = settings({ PORT: String(await freePort()) })
    const running = await start(env)
    await fetch(`${running.url()}/api/v1/setup`, { headers: { 'X-Forwarded-For': '203.0.113.9' } })
    const found = await diagnose(env, 'proxy')
    expect(found).toMatchObject({
      status: 0,
      cause: 'unknown-proxy',
      text: expect.stringContaining('TRUST_PROXY=1'),
    })
  }, 60_000)

  it('goes the way of the browsers: a proxy that says nothing, one that does, and a wrong address', async () => {
    const [port, front] = [await freePort(), await freePort()]
    const env = settings({ PORT: String(port), TRUST_PROXY: '1', PUBLIC_URL: `http://127.0.0.1:${front}/` })
    await start(env)
    expect(await diagnose(env, 'address')).toMatchObject({
      status: 0,
      cause: 'address-silent',
      level: 'warning',
    })
    let headers: Record<string, string> = {}
    const proxy = createServer((req, res) => {
      void fetch(`http://127.0.0.1:${port}${req.url}`, { headers }).then(async (answer) => {
        res.writeHead(answer.status).end(await answer.text())
      })
    }).listen(front, '127.0.0.1')
    servers.push(proxy)
    const silent = await diagnose(env, 'proxy')
    expect(silent).toMatchObject({
      cause: 'proxy-missing',
      text: expect.stringContaining('X-Forwarded-For $remote_addr'),
    })
    headers = { 'X-Forwarded-For': '203.0.113.9' }
    expect(await diagnose(env, 'proxy')).toMatchObject({ cause: 'known-proxy', level: 'ok' })
    expect(await diagnose(env, 'address')).toMatchObject({ cause: 'address-answers', level: 'ok' })
    const stranger = createServer((_req, res) => void res.writeHead(404).end('nothing here')).listen(
      0,
      '127.0.0.1',
    )
    servers.push(stranger)
    await waitFor(() => stranger.listening, { what: 'the other program to listen' })
    const wrong = `http://127.0.0.1:${(stranger.address() as AddressInfo).port}/`
    expect(await diagnose({ ...env, PUBLIC_URL: wrong }, 'address')).toMatchObject({
      cause: 'address-of-another',
    })
  }, 60_000)

  it('tells of a port that somebody else has, and of plain http for other machines', async () => {
    const stranger = createServer((_req, res) => void res.writeHead(200).end('hello')).listen(0, '127.0.0.1')
    servers.push(stranger)
    await waitFor(() => stranger.listening, { what: 'the other program to listen' })
    const env = settings({ PORT: String((stranger.address() as AddressInfo).port) })
    const taken = await diagnose(env, 'server')
    expect(taken).toMatchObject({ status: 1, cause: 'port-taken', text: expect.stringContaining('PORT=') })
    const open = await diagnose({ ...env, PORT: '0', HOST: '0.0.0.0' }, 'encryption')
    expect(open).toMatchObject({
      status: 0,
      cause: 'plain-http',
      text: expect.stringContaining('PUBLIC_URL=https'),
    })
  }, 60_000)
})
