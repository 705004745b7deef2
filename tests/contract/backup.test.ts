import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { mkdirSync, readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { identifyProcess } from '../../src/server/startup/process-identity.ts'
import { bangui, banguiBytes } from '../support/command-line.ts'
import { addUsers, openTestDatabase, type TestDatabase } from '../support/test-database.ts'

let database: TestDatabase
let folder: string
let env: Readonly<Record<string, string>>

beforeEach(async () => {
  database = await openTestDatabase()
  folder = dirname(database.path)
  env = { DATABASE_URL: `sqlite:${database.path}` }
  await addUsers(database.db, ['ada', 'ben'])
})
afterEach(() => database.close())

const file = (name: string): string => join(folder, name)
const users = (path: string): unknown[] => query(path, 'select id from users order by id').map(({ id }) => id)

function query(path: string, sql: string): Array<Record<string, unknown>> {
  using opened = new DatabaseSync(path, { timeout: 5_000 })
  return opened.prepare(sql).all()
}

/** Without SQLite's own, which come and go. */
const others = (): string[] => readdirSync(folder).filter((name) => !/-(?:wal|shm)$/.test(name))

describe('bangui backup', () => {
  it('writes a file that its owner alone may read, and leaves nothing else behind', async () => {
    const { status, stdout } = await bangui(['backup', file('copy.db')], env)
    expect({ status, stdout }).toEqual({ status: 0, stdout: expect.stringContaining('users: 2') })
    expect(statSync(file('copy.db')).mode & 0o777).toBe(0o600)
    expect(users(file('copy.db'))).toEqual(['ada', 'ben'])
    expect(others()).toEqual([basename(database.path), 'copy.db'])
  })

  it('overwrites no file unless it is told to', async () => {
    writeFileSync(file('copy.db'), 'precious')
    const { status, stderr } = await bangui(['backup', file('copy.db')], env)
    expect({ status, stderr }).toEqual({ status: 1, stderr: expect.stringContaining('--force') })
    expect(readFileSync(file('copy.db'), 'utf8')).toBe('precious')
    expect((await bangui(['backup', file('copy.db'), '--force'], env)).status).toBe(0)
    expect(users(file('copy.db'))).toEqual(['ada', 'ben'])
  })

  it('writes to standard output, and says there nothing else', async () => {
    const { status, stdout, stderr } = await banguiBytes(['backup', '-'], env)
    expect({ status, stderr }).toEqual({ status: 0, stderr: expect.stringContaining('users: 2') })
    writeFileSync(file('copy.db'), stdout)
    expect(users(file('copy.db'))).toEqual(['ada', 'ben'])
  })

  it('says in a line why a file cannot be written', async () => {
    const { status, stderr } = await bangui(['backup', file('nowhere/copy.db')], env)
    expect({ status, stderr }).toEqual({
      status: 1,
      stderr: expect.stringMatching(/^bangui backup: ENOENT.*\n$/),
    })
  })

  it('takes a damaged database for no backup', async () => {
    const broken = await damagedDatabase()
    const { status, stderr } = await bangui(['backup', file('copy.db')], { DATABASE_URL: `sqlite:${broken}` })
    expect({ status, stderr }).toEqual({ status: 1, stderr: expect.stringContaining('malformed') })
    expect(others()).not.toContain('copy.db')
  })
})

describe('bangui restore', () => {
  const restore = (path = file('copy.db')) => bangui(['restore', path], env)

  async function backedUp(): Promise<void> {
    expect((await bangui(['backup', file('copy.db')], env)).status).toBe(0)
  }

  it('puts back what was there, and keeps what is there now beside it', async () => {
    await backedUp()
    await addUsers(database.db, ['cleo'])
    const { status, stdout } = await restore()
    expect(status).toBe(0)
    const [, kept = ''] = /What was there before is in (\S+)\./.exec(stdout) ?? []
    expect(users(kept)).toEqual(['ada', 'ben', 'cleo'])
    expect(statSync(kept).mode & 0o777).toBe(0o600)
    // Also for whoever has had it open all the time.
    expect(await database.db.selectFrom('users').select('id').orderBy('id').execute()).toEqual([
      { id: 'ada' },
      { id: 'ben' },
    ])
    expect(others()).toEqual([basename(database.path), basename(kept), 'copy.db'])
  })

  it('begins a database where there is none, whatever a former one has left', async () => {
    await backedUp()
    mkdirSync(file('new'))
    for (const end of ['-wal', '-shm']) writeFileSync(file(`new/bangui.db${end}`), 'of another database')
    const { status } = await bangui(['restore', file('copy.db')], {
      DATABASE_URL: `sqlite:${file('new/bangui.db')}`,
    })
    expect(status).toBe(0)
    expect(users(file('new/bangui.db'))).toEqual(['ada', 'ben'])
    expect(statSync(file('new/bangui.db')).mode & 0o777).toBe(0o600)
  })

  it('forgets sessions, processes and orders of that time, and gives no id twice', async () => {
    const { db } = database
    await db
      .insertInto('sessions')
      .values({ id_hash: 'a', user_id: 'ada', data: '{}', expires_at: Date.now() + 60_000 })
      .execute()
    await db.insertInto('unban_jobs').values(runningOrder).execute()
    await db
      .insertInto('instance_leases')
      .values({ ...lease, pid_space: 'another machine' })
      .execute()
    await backedUp()
    await db.deleteFrom('instance_leases').execute()
    // Sessions that end after the backup must not begin again with it.
    await db.updateTable('users').set({ auth_version: 7 }).execute()
    const event = {
      kind: 'ban',
      host: 'local',
      jail: 'sshd',
      ip: '203.0.113.1',
      ip_key: '1',
      at: 1,
      imported: 0,
    } as const
    for (let count = 0; count < 3; count += 1) await db.insertInto('ban_events').values(event).execute()
    expect((await restore()).status).toBe(0)
    expect(await db.selectFrom('sessions').selectAll().execute()).toEqual([])
    expect(await db.selectFrom('instance_leases').selectAll().execute()).toEqual([])
    expect(await db.selectFrom('unban_jobs').select('state').execute()).toEqual([{ state: 'cancelled' }])
    const versions = await db.selectFrom('users').select('auth_version').execute()
    expect(Math.min(...versions.map(({ auth_version }) => auth_version))).toBeGreaterThan(7)
    const { insertId } = await db.insertInto('ban_events').values(event).executeTakeFirstOrThrow()
    expect(insertId).toBe(4n)
  })

  it('refuses while a process serves the database, whatever the provider', async () => {
    await backedUp()
    const { pid, pidSpace, startTicks } = identifyProcess()
    for (const provider of ['memory', 'redis'] as const) {
      const alive = {
        ...lease,
        provider,
        pid,
        pid_space: pidSpace,
        holder: `${startTicks}.x`,
        hostname: hostname(),
      }
      await database.db.insertInto('instance_leases').values(alive).execute()
      const { status, stderr } = await restore()
      expect({ status, stderr }).toEqual({ status: 75, stderr: expect.stringContaining(`pid ${pid}`) })
      expect(await database.db.deleteFrom('instance_leases').executeTakeFirst()).toEqual({
        numDeletedRows: 1n,
      })
    }
    expect(others()).toEqual([basename(database.path), 'copy.db'])
  })

  it.each([
    ['is missing', () => undefined, 'no such file'],
    ['is no database', () => writeFileSync(file('copy.db'), 'x'.repeat(10_000)), 'not a database'],
    ['was cut off', () => truncateSync(file('copy.db'), 40_000), 'malformed'],
    ['is somebody else’s', () => rewrite('drop table migrations'), 'no database of BanGUI'],
    [
      'is of a newer BanGUI',
      () => rewrite("insert into migrations values ('9999-future', 1)"),
      '9999-future',
    ],
    ['is in use', () => writeFileSync(file('copy.db-wal'), 'more of it'), 'belongs to it'],
  ])('refuses a file that %s, and changes nothing', async (name, harm, says) => {
    if (name !== 'is missing') await backedUp()
    harm()
    await addUsers(database.db, ['cleo'])
    const { status, stderr } = await restore()
    expect({ status, stderr }).toEqual({ status: 1, stderr: expect.stringContaining(says) })
    expect(users(database.path)).toEqual(['ada', 'ben', 'cleo'])
    expect(others().filter((other) => other !== 'copy.db')).toEqual([basename(database.path)])
  })

  it('says what to do when the present database is damaged', async () => {
    await backedUp()
    const broken = await damagedDatabase()
    const { status, stderr } = await bangui(['restore', file('copy.db')], {
      DATABASE_URL: `sqlite:${broken}`,
    })
    expect({ status, stderr }).toEqual({
      status: 1,
      stderr: expect.stringContaining(`move it away together with ${broken}-wal`),
    })
  })
})

function rewrite(sql: string): void {
  using copy = new DatabaseSync(file('copy.db'))
  copy.exec(sql)
}

/** A backup whose pages were overwritten in the middle. */
async function damagedDatabase(): Promise<string> {
  const broken = file('broken.db')
  expect((await bangui(['backup', broken], env)).status).toBe(0)
  const bytes = readFileSync(broken)
  writeFileSync(broken, bytes.fill(0x5a, 4_096, bytes.length - 4_096))
  return broken
}

const lease = {
  name: 'console',
  holder: '1.x',
  hostname: 'elsewhere',
  pid: 1,
  pid_space: '',
  provider: 'memory',
  started_at: 1,
  heartbeat_at: 1,
} as const

const runningOrder = {
  id: 'order',
  username: 'ada',
  filter: '{}',
  state: 'running',
  total: 9,
  mark: 9,
  reached: 3,
  unbanned: 3,
  gone: 0,
  failed: 0,
  failures: '[]',
  problem: null,
  created_at: 1,
  finished_at: null,
} as const
