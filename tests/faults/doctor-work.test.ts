import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { DatabaseSync } from 'node:sqlite'
import { join } from 'node:path'
import { signIn, startConsole, temporaryFolder, type ConsoleProcess } from '../support/console-process.ts'
import { diagnose } from '../support/doctor.ts'
import { startFail2ban, type Fail2banServer } from '../support/fail2ban-server.ts'
import { freePort, startRedis, type RedisServer } from '../support/redis-server.ts'
import { waitFor } from '../support/wait-for.ts'
import { API, ask } from './http.ts'

const JOB = 'sessions.prune'

let fail2ban: Fail2banServer
let redis: RedisServer
let folder: ReturnType<typeof temporaryFolder>
let consoles: ConsoleProcess[] = []
let env: Record<string, string>

beforeAll(async () => {
  fail2ban = await startFail2ban()
}, 60_000)
afterAll(() => fail2ban.stop())

beforeEach(async () => {
  folder = temporaryFolder()
  redis = await startRedis({ config: ['appendonly yes'] })
  env = {
    FAIL2BAN_SOCKET: fail2ban.socket,
    DATABASE_URL: folder.database,
    STATE_BACKEND: 'redis',
    REDIS_URL: redis.url,
    PORT: String(await freePort()),
  }
}, 60_000)

afterEach(async () => {
  await Promise.all(consoles.map((console_) => console_.stop()))
  await redis.stop()
  folder.dispose()
  consoles = []
})

async function start(more: Record<string, string> = {}): Promise<ConsoleProcess> {
  const console_ = await startConsole({ ...env, ...more })
  consoles.push(console_)
  return console_
}

/** As an administrator would with `sqlite3`, beside the consoles that serve it. */
function inDatabase<T>(work: (database: DatabaseSync) => T): T {
  const database = new DatabaseSync(join(folder.path, 'bangui.db'), { timeout: 10_000 })
  try {
    return work(database)
  } finally {
    database.close()
  }
}

/** As the buttons on the pages do. */
async function post(console_: ConsoleProcess, cookie: string, path: string): Promise<void> {
  const { status } = await ask(`${console_.url()}${API}${path}`, { method: 'POST', cookie })
  expect([200, 202]).toContain(status)
}

const RUN_JOB = `/cluster/jobs/${JOB}/run`

const hasRun = (): boolean =>
  inDatabase((database) => {
    const run = database.prepare("select 1 from job_runs where job = ? and status = 'done'").get(JOB)
    return run !== undefined
  })

/** Asks the doctor until it finds this, each time after the console has looked at itself anew. */
function untilFound(cause: string, id: string, console_: ConsoleProcess, cookie: string) {
  return waitFor(
    async () => {
      await post(console_, cookie, '/health/check')
      const found = await diagnose(env, id)
      return found.cause === cause && found
    },
    { what: `${cause} to be found`, timeoutMs: 40_000, everyMs: 500 },
  )
}

describe('the doctor and the work of a console', () => {
  it('tells of a job that has failed, and of what it failed', async () => {
    const console_ = await start()
    const cookie = await signIn(console_.url())
    await untilFound('done', 'jobs', console_, cookie)
    inDatabase((database) => database.exec('alter table sessions_seen rename to sessions_elsewhere'))
    await post(console_, cookie, RUN_JOB)
    const found = await untilFound('failed', 'jobs', console_, cookie)
    expect(found).toMatchObject({ status: 0, level: 'warning' })
    expect(found.text).toContain(`${JOB}: no such table: sessions_seen`)
    expect(found.text).toContain('run it again on the Health page')
  }, 60_000)

  it('tells that nobody runs the jobs, and that bans do not arrive in the list for that', async () => {
    const before = await start()
    const cookie = await signIn(before.url())
    await post(before, cookie, RUN_JOB)
    await waitFor(() => hasRun(), { what: 'the job to have run', timeoutMs: 20_000 })
    await untilFound('in-step', 'ban-feed', before, cookie)
    await before.stop()
    // As if it had ended hours ago.
    inDatabase((database) => database.exec('update job_runs set started_at = started_at - 3 * 3600000'))
    const without = await start({ BANGUI_ROLES: 'web,agent' })
    await fail2ban.client('set', 'sshd', 'banip', '203.0.113.7', '203.0.113.8')
    const jobs = await untilFound('overdue', 'jobs', without, cookie)
    expect(jobs).toMatchObject({ status: 0, level: 'warning' })
    expect(jobs.text).toContain(JOB)
    expect(jobs.text).toContain('BANGUI_ROLES=web,jobs')
    const feed = await untilFound('out-of-step', 'ban-feed', without, cookie)
    expect(feed).toMatchObject({ status: 0, level: 'warning' })
    expect(feed.text).toContain('fail2ban counts 2 bans, the list has 0. They differ in sshd.')
    expect(feed.text).toContain('BANGUI_ROLES=web,jobs')
  }, 120_000)

  it('tells of a console that runs and is not ready, and why', async () => {
    const console_ = await start()
    expect(await diagnose(env, 'server')).toMatchObject({ status: 0, cause: 'running' })
    await redis.kill()
    await waitFor(async () => (await ask(`${console_.url()}/readyz`)).status === 503, {
      what: 'the console to notice',
      timeoutMs: 20_000,
    })
    const found = await diagnose(env, 'server')
    expect(found).toMatchObject({ status: 1, cause: 'not-ready', level: 'failing' })
    expect(found.text).toContain('Redis')
    expect(found.text).toContain('/readyz')
  }, 60_000)

  it('tells of jails that are paused or stopped, which only the agent knows', async () => {
    const console_ = await start()
    const cookie = await signIn(console_.url())
    // Beside fail2ban the doctor asks that one, which does not tell.
    const web = { ...env, BANGUI_ROLES: 'web,jobs' }
    const untilOf = (cause: string) =>
      waitFor(
        async () => {
          const found = await diagnose(web, 'jails')
          return found.cause === cause && found
        },
        { what: `${cause} to be found`, timeoutMs: 20_000, everyMs: 500 },
      )
    await untilOf('all-active')
    await post(console_, cookie, '/hosts/local/jails/sshd/idle')
    const some = await untilOf('some-inactive')
    expect(some).toMatchObject({ status: 0, level: 'warning' })
    expect(some.text).toContain('Stopped: none. Paused: sshd.')
    expect(some.text).toContain('fail2ban-client reload')
    for (const jail of ['recidive', 'nginx-http-auth']) {
      await post(console_, cookie, `/hosts/local/jails/${jail}/stop`)
    }
    const none = await untilOf('none-active')
    expect(none).toMatchObject({ status: 1, level: 'failing' })
    expect(none.text).toContain('Stopped: nginx-http-auth, recidive. Paused: sshd.')
    expect(none.text).toContain('fail2ban-client reload')
  }, 60_000)
})
