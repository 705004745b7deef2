import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { runScript, type Child } from '../support/child-process.ts'
import { bangui, type CommandResult } from '../support/command-line.ts'
import { ADMIN, signIn } from '../support/console-process.ts'
import { startReplicas, type Replicas } from '../support/replicas.ts'
import { waitFor } from '../support/wait-for.ts'
import { agentHolder, ban, isHostOnline } from './cluster-view.ts'
import { API, ask } from './http.ts'

const BACKUPS = 3
const BANS_AT_A_TIME = 5

/** Two consoles whose bans stream in, and a process that writes without end. */
describe('bangui backup and restore, under write load', () => {
  let replicas: Replicas
  let env: Readonly<Record<string, string>>
  let writer: Child
  let cookie: string

  beforeAll(async () => {
    replicas = await startReplicas({ count: 2, fail2ban: true })
    env = {
      DATABASE_URL: `sqlite:${replicas.databaseFile}`,
      STATE_BACKEND: 'redis',
      REDIS_URL: replicas.redis.url,
    }
    const [url = ''] = replicas.urls()
    cookie = await signIn(url)
    await agentHolder(url, cookie)
    await waitFor(() => isHostOnline(url, cookie), { what: 'the console to know the host' })
    writer = runScript('database-writer.ts', [replicas.databaseFile])
  }, 90_000)

  afterAll(async () => {
    writer.kill('SIGKILL')
    await replicas.stop()
  })

  const file = (index: number): string => join(replicas.folder, `backup-${index}.db`)
  const restore = (index: number): Promise<CommandResult> => bangui(['restore', file(index)], env)
  const written = (): number => Number(writer.lines.at(-1) ?? 0)

  it('copies every row that was committed before, and no half of a transaction', async () => {
    const bans = streamOfBans(replicas.urls(), cookie)
    await waitFor(() => written() > 200 && bans.done() > 20, { what: 'a load', timeoutMs: 30_000 })
    for (let index = 0; index < BACKUPS; index += 1) {
      const before = { written: written(), bans: archivedBans(replicas.databaseFile) }
      const { status, stdout, stderr } = await bangui(['backup', file(index)], env)
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
      expect(stdout).toContain(`bangui restore ${file(index)}`)
      expect(written()).toBeGreaterThan(before.written)
      const facts = factsOf(file(index))
      expect(facts.integrity).toEqual([{ integrity_check: 'ok' }])
      expect(facts.halves).toEqual({ left: facts.rows, right: facts.rows, last: facts.rows })
      expect(facts.rows).toBeGreaterThanOrEqual(before.written)
      // What consoles write in one transaction: a ban, its place in the archive, and the figures that count both.
      expect(facts.counted).toEqual(facts.real)
      const there = new Set(archivedBans(file(index)))
      expect(before.bans.filter((id) => !there.has(id))).toEqual([])
      await waitFor(() => bans.done() > before.bans.length, { what: 'more bans' })
    }
    expect(await bans.end()).toEqual({ failed: 0 })
    writer.kill('SIGKILL')
    await writer.ended
  }, 120_000)

  it('is restored only once the last replica has stopped', async () => {
    const rows = (path: string): number => archivedBans(path).length
    const now = rows(replicas.databaseFile)
    for (let replica = replicas.all[0]; replica; replica = replicas.all[0]) {
      const { status, stderr } = await restore(0)
      expect({ status, stderr }).toEqual({
        status: 75,
        stderr: expect.stringContaining(`BanGUI uses ${replicas.databaseFile}`),
      })
      expect(rows(replicas.databaseFile)).toBe(now)
      await replicas.end(replica)
    }
    const { status, stdout } = await restore(0)
    expect({ status, stdout }).toEqual({ status: 0, stdout: expect.stringContaining('Restored') })
    const [, kept = ''] = /What was there before is in (\S+)\./.exec(stdout) ?? []
    expect(rows(kept)).toBe(now)
    expect(factsOf(replicas.databaseFile)).toEqual(factsOf(file(0)))
  }, 60_000)

  it('serves again from there: people sign in anew, and fail2ban’s bans are all back', async () => {
    const again = await replicas.start()
    const url = again.url()
    expect((await ask(`${url}${API}/session`, { cookie })).status).toBe(401)
    const fresh = await signIn(url, ADMIN)
    const truth = (await replicas.fail2ban.client('get', 'sshd', 'banip')).trim().split(/\s+/)
    await waitFor(async () => (await activeBans(url, fresh)) === truth.length, {
      what: 'the bans since the backup',
      timeoutMs: 30_000,
    })
  }, 90_000)
})

/** Bans one address after the other on each of the consoles until it is ended. */
function streamOfBans(
  urls: readonly string[],
  cookie: string,
): { done: () => number; end: () => Promise<{ failed: number }> } {
  let done = 0
  let failed = 0
  const ended = new AbortController()
  const line = async (url: string, index: number): Promise<void> => {
    for (let count = 0; !ended.signal.aborted; count += 1) {
      const ips = Array.from(
        { length: BANS_AT_A_TIME },
        (_, ip) => `2001:db8:${index + 1}::${(count * BANS_AT_A_TIME + ip).toString(16)}`,
      )
      if ((await ban(url, cookie, ips)).status === 200) done += ips.length
      else failed += 1
    }
  }
  const lines = Promise.all(urls.map(line))
  const end = async (): Promise<{ failed: number }> => {
    ended.abort()
    await lines
    return { failed }
  }
  return { done: () => done, end }
}

function archivedBans(path: string): unknown[] {
  using database = new DatabaseSync(path, { timeout: 10_000 })
  return database
    .prepare("select id from ban_events where kind = 'ban'")
    .all()
    .map(({ id }) => id)
}

function factsOf(path: string) {
  using database = new DatabaseSync(path, { timeout: 10_000 })
  const one = (sql: string): Record<string, unknown> => ({ ...database.prepare(sql).get() })
  return {
    integrity: database
      .prepare('pragma integrity_check')
      .all()
      .map((row) => ({ ...row })),
    rows: Number(one('select count(*) as rows from left_half')['rows']),
    halves: one(`select (select count(*) from left_half) as left, (select count(*) from right_half) as right,
                        (select max(number) from right_half) as last`),
    real: one(`select (select count(*) from ban_events where kind = 'ban') as bans,
                      (select count(*) from active_bans) as active`),
    counted: one(`select (select coalesce(sum(bans), 0) from ban_counts where span_ms = 0) as bans,
                         (select coalesce(sum(count), 0) from active_ban_counts) as active`),
  }
}

async function activeBans(url: string, cookie: string): Promise<number> {
  const { body } = await ask(`${url}${API}/bans?jail=sshd&limit=1`, { cookie })
  return (JSON.parse(body) as { total: number }).total
}
