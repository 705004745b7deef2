import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join, resolve } from 'node:path'
import { spawnConsole, temporaryFolder } from '../support/console-process.ts'
import { startReplicas, type Replica, type Replicas } from '../support/replicas.ts'
import { waitFor } from '../support/wait-for.ts'
import { runs } from '../support/worker-group.ts'
import { startLoad, type Load } from '../support/worker-load.ts'
import { API, whoAmI } from './http.ts'

const MAIN = resolve(import.meta.dirname, '../../src/server/main.ts')
const WORKERS = 4

describe('four workers on one Redis', () => {
  let replicas: Replicas
  let cookies: string[]
  let load: Load | undefined

  beforeEach(async () => {
    replicas = await startReplicas({ count: 1, workers: WORKERS })
    // Several, so that none reaches its rate limit.
    cookies = await replicas.signIn(8)
    await waitFor(() => said('a worker is ready').length === WORKERS, {
      what: 'all workers to be ready',
      timeoutMs: 60_000,
    })
  }, 90_000)

  afterEach(async () => {
    await load?.stop()
    load = undefined
    await replicas.stop()
  })

  const console_ = (): Replica => {
    const [replica] = replicas.all
    if (!replica) throw new Error('There is no console.')
    return replica
  }
  const said = (msg: string): Record<string, unknown>[] =>
    console_()
      .log()
      .filter((entry) => entry.msg.includes(msg))

  /** Browsers and proxies that keep their connections, and others with a new one for each request. */
  async function loaded(): Promise<Load> {
    const begun = startLoad(console_().url(), {
      path: `${API}/session`,
      cookies,
      kept: 12,
      fresh: 4,
      pauseMs: 40,
    })
    load = begun
    await waitFor(() => begun.total() > 100, { what: 'the load to begin', timeoutMs: 30_000 })
    return begun
  }

  it('are renewed at SIGHUP without a single failed request, and everybody stays signed in', async () => {
    const before = console_().pids().slice(1)
    const load = await loaded()
    console_().signal('SIGHUP')
    await waitFor(() => said('all workers have been renewed').length, {
      what: 'the reload to end',
      timeoutMs: 90_000,
      everyMs: 100,
    })
    const until = load.total() + 100
    await waitFor(() => load.total() > until, { what: 'some load afterwards', timeoutMs: 30_000 })
    await load.stop()
    expect(load.failures).toEqual([])
    expect(load.refused()).toBe(0)
    expect([...load.answers.keys()]).toEqual([200])
    const after = console_().pids().slice(1)
    expect(after).toHaveLength(WORKERS)
    expect(after.filter((pid) => before.includes(pid))).toEqual([])
    for (const cookie of cookies) expect((await whoAmI(console_().url(), cookie)).status).toBe(200)
    expect(said('a worker is ready').map(({ worker }) => worker)).toEqual([
      ...said('a worker is ready')
        .slice(0, WORKERS)
        .map(({ worker }) => worker),
      1,
      2,
      3,
      4,
    ])
  }, 180_000)

  it('stop at SIGTERM with every request answered that one of them had taken', async () => {
    const load = await loaded()
    console_().signal('SIGTERM')
    expect(await console_().exited).toBe(0)
    await load.stop()
    // Connections nobody had accepted yet end with the socket they waited at, reset or closed.
    expect(
      load.failures.filter((failure) => !/^new connection: .*(?:ECONNRESET|socket hang up)/.test(failure)),
    ).toEqual([])
    expect(load.failures.length).toBeLessThan(20)
    expect([...load.answers.keys()]).toEqual([200])
    expect(load.refused()).toBeGreaterThan(0)
    expect(
      said('stopped')
        .map(({ worker }) => worker)
        .filter(Boolean),
    ).toHaveLength(WORKERS)
  }, 60_000)

  it('end at once at a second SIGTERM, whatever is under way', async () => {
    const pids = console_().pids()
    const { port } = new URL(console_().url())
    // The head of a request whose body never comes.
    const socket = connect(Number(port), '127.0.0.1')
    socket.on('error', () => undefined)
    socket.write(`POST ${API}/session HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n`)
    socket.write('Content-Type: application/json\r\nExpect: 100-continue\r\n\r\n')
    await once(socket, 'data')
    console_().signal('SIGTERM')
    await waitFor(() => said('stopped').length === WORKERS - 1, { what: 'the idle workers to stop' })
    console_().signal('SIGTERM')
    expect(await console_().exited).toBe(1)
    await waitFor(() => !pids.some(runs), { what: 'the last worker to end', timeoutMs: 1_000 })
    socket.destroy()
  }, 60_000)

  it('tell the metrics of all of them, whichever is asked', async () => {
    const fresh = async (path: string): Promise<string> => {
      const answer = await fetch(`${console_().url()}${path}`, { headers: { connection: 'close' } })
      return answer.text()
    }
    for (let count = 0; count < 12; count += 1) await fresh('/healthz')
    for (let count = 0; count < 4; count += 1) {
      const metrics = await fresh('/metrics')
      expect(metrics).toContain('bangui_http_requests_total{method="GET",route="/healthz",status="200"} 12')
      expect(metrics).toMatch(/^bangui_workers 4$/m)
    }
  })

  it('say in every line which of them says it', async () => {
    const workers = new Set(said('start: database ready').map(({ worker }) => worker))
    expect(workers).toEqual(new Set([1, 2, 3, 4]))
  })
})

describe('a console with workers that cannot start', () => {
  it('says why once, starts nobody again and exits with the same status', async () => {
    const folder = temporaryFolder()
    writeFileSync(join(folder.path, 'bangui.db'), 'this is no database, whatever its name says')
    const console_ = spawnConsole({
      DATABASE_URL: folder.database,
      STATE_BACKEND: 'redis',
      REDIS_URL: 'redis://127.0.0.1:1/0',
      BANGUI_WORKERS: '4',
    })
    expect(await console_.exited).toBe(78)
    expect(console_.output().match(/Set DATABASE_URL/g)).toHaveLength(1)
    folder.dispose()
  })

  it('cannot be talked into several processes with STATE_BACKEND=memory', async () => {
    const folder = temporaryFolder()
    // What another program would have to do: fork it as a worker, and say that it is one of ours.
    const forge = `
      import cluster from 'node:cluster'
      cluster.setupPrimary({ exec: ${JSON.stringify(MAIN)}, execArgv: [] })
      cluster.fork({ BANGUI_WORKER_NUMBER: '1' }).on('exit', (status) => process.exit(status))`
    const forger = spawn(process.execPath, ['--input-type=module', '--eval', forge], {
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { PATH: process.env['PATH'], DATABASE_URL: folder.database, PORT: '0' },
    })
    let complaint = ''
    forger.stderr.setEncoding('utf8').on('data', (text: string) => (complaint += text))
    expect(await once(forger, 'close')).toEqual([78, null])
    expect(complaint).toContain('BanGUI refuses to start')
    expect(complaint).toContain('STATE_BACKEND=memory')
    folder.dispose()
  })
})
