import { afterEach, describe, expect, it } from '@jest/globals'
import { DatabaseSync } from 'node:sqlite'
import { ADMIN } from '../support/console-process.ts'
import { startReplicas, type Replicas } from '../support/replicas.ts'
import { waitFor } from '../support/wait-for.ts'
import { untilReady } from './cluster-view.ts'
import { API, ask, tally } from './http.ts'

const COUNT = 8

let replicas: Replicas

afterEach(() => replicas.stop())

/** All at the same moment, on nothing. */
async function bootTogether(env: Record<string, string> = {}): Promise<void> {
  replicas = await startReplicas({ count: 0 })
  for (let index = 0; index < COUNT; index += 1) replicas.spawn(env)
  await waitFor(() => replicas.urls().every((url) => url !== ''), {
    what: 'all of them to listen',
    timeoutMs: 90_000,
  })
  await untilReady(replicas.urls(), 60_000)
}

function rows(sql: string): Array<Record<string, unknown>> {
  const database = new DatabaseSync(replicas.databaseFile, { readOnly: true })
  try {
    return database.prepare(sql).all()
  } finally {
    database.close()
  }
}

const keysOf = async (pattern: string): Promise<string[]> =>
  (await replicas.redis.cli('--scan', '--pattern', pattern)).split('\n').filter(Boolean)

/** Names of the schedules that BullMQ keeps, as often as it does. */
async function schedulers(): Promise<string[]> {
  const keys = await keysOf('{bangui}:*:repeat')
  const members = await Promise.all(keys.map((key) => replicas.redis.cli('zrange', key, '0', '-1')))
  return members.flatMap((text) => text.split('\n').filter(Boolean))
}

/** The schedules for which a run is planned, as often as one is. */
async function plannedRuns(): Promise<string[]> {
  const keys = await keysOf('{bangui}:*:delayed')
  const members = await Promise.all(keys.map((key) => replicas.redis.cli('zrange', key, '0', '-1')))
  return members.flatMap((text) => [...text.matchAll(/^repeat:(.+):\d+$/gm)].map(([, name = '']) => name))
}

describe('eight consoles that begin at once on an empty database', () => {
  it.each([1, 2])(
    'print one setup token, which makes one administrator (round %s)',
    async () => {
      await bootTogether()
      const tokens = replicas.all.flatMap((replica) =>
        [...replica.output().matchAll(/with this setup token: (\w+)/g)].map(([, token]) => token),
      )
      expect(tokens).toHaveLength(1)
      const answers = await Promise.all(
        replicas.urls().map((url, index) =>
          ask(`${url}${API}/setup`, {
            method: 'POST',
            body: { token: tokens[0], username: `admin${index}`, password: ADMIN.password },
          }),
        ),
      )
      expect(tally(answers)).toEqual({ 201: 1, 409: COUNT - 1 })
      expect(rows('select role from users')).toHaveLength(1)
      const migrations = rows('select name from migrations').map(({ name }) => name)
      expect(new Set(migrations).size).toBe(migrations.length)
      const found = await schedulers()
      expect(found.length).toBeGreaterThan(0)
      expect(new Set(found).size).toBe(found.length)
      const planned = await plannedRuns()
      expect(new Set(planned).size).toBe(planned.length)
    },
    120_000,
  )

  it('make one administrator of those in the settings', async () => {
    await bootTogether({ BANGUI_ADMIN_USER: ADMIN.username, BANGUI_ADMIN_PASSWORD: ADMIN.password })
    const created = replicas.all.filter((replica) =>
      replica.output().includes('created the first administrator from the settings'),
    )
    expect(created).toHaveLength(1)
    expect(rows('select username from users')).toEqual([{ username: ADMIN.username }])
    expect(replicas.all.some((replica) => replica.output().includes('setup token'))).toBe(false)
    const [cookie = ''] = await replicas.signIn(1)
    const seen = await Promise.all(replicas.urls().map((url) => ask(`${url}${API}/session`, { cookie })))
    expect(tally(seen)).toEqual({ 200: COUNT })
  }, 120_000)
})
