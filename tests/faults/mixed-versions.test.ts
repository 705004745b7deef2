import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { Queue } from 'bullmq'
import { z } from 'zod'
import { startReplicas, type Replicas } from '../support/replicas.ts'
import { waitFor } from '../support/wait-for.ts'
import { agentHolder, clusterAt, isHostOnline, untilReady } from './cluster-view.ts'
import { API, ask, whoAmI } from './http.ts'
import { judgeLog, witness } from './witness.ts'

const RUNTIME = '{bangui}:runtime'

/** What a newer version of the console leaves in Redis, written by hand, while this version runs on it. */
let replicas: Replicas
let cookies: string[]

beforeAll(async () => {
  replicas = await startReplicas({ count: 2, fail2ban: true })
  cookies = await replicas.signIn(2)
  await agentHolder(replicas.urls()[0] ?? '', cookies[0] ?? '')
  for (const url of replicas.urls()) {
    await waitFor(() => isHostOnline(url, cookies[0] ?? ''), { what: 'the host to be online' })
  }
}, 60_000)

afterAll(() => replicas.stop())

const Entry = z.looseObject({ rev: z.int(), at: z.int(), value: z.record(z.string(), z.unknown()) })

/** Changes one value as a newer version would have written it, without telling: others find it when they compare. */
async function rewrite(key: string, change: (value: Record<string, unknown>) => unknown): Promise<void> {
  const { redis } = replicas
  const stored = await redis.cli('hget', RUNTIME, `v:${key}`)
  const { value } = stored.trim() === '' ? { value: {} } : Entry.parse(JSON.parse(stored))
  const rev = Number(await redis.cli('hget', RUNTIME, '#rev')) + 1
  const entry = { rev, at: Date.now(), value: change(value), schema: 99 }
  await redis.cli('hset', RUNTIME, `v:${key}`, JSON.stringify(entry), '#rev', String(rev))
}

describe('what a newer version has written', () => {
  it('is read as far as it is understood, and harms nothing', async () => {
    const [url = '', other = ''] = replicas.urls()
    const [cookie = ''] = cookies
    const { instances } = await clusterAt(url, cookie)
    await witness({ replicas: replicas.all, cookies, allowed: [200] }, async (seen) => {
      await rewrite('invention/of-tomorrow', () => ({ schema: 99, anything: [1, { deep: true }] }))
      await rewrite('instance/11111111-1111-4111-8111-111111111111', () => ({
        ...instances[0],
        id: '11111111-1111-4111-8111-111111111111',
        version: '99.0.0',
        schema: 99,
        roles: ['web', 'oracle'],
        mood: 'fine',
      }))
      await rewrite('instance/of-a-shape-nobody-knows', () => ({ schema: 99 }))
      await rewrite('host/local', (value) => ({ ...value, schema: 99, weather: 'sunny' }))
      await rewrite('feed/local', (value) => ({ ...value, schema: 99 }))
      await seen.more(100)
      const found = async (): Promise<boolean> =>
        (await clusterAt(other, cookie)).instances.some(({ version }) => version === '99.0.0')
      await waitFor(found, { what: 'the newer instance to be listed', timeoutMs: 5_000 })
      for (const each of [url, other]) {
        expect((await ask(`${each}${API}/hosts`, { cookie })).status).toBe(200)
        expect((await ask(`${each}${API}/hosts/local/jails`, { cookie })).status).toBe(200)
      }
      await untilReady(replicas.urls())
    })
    for (const replica of replicas.all) judgeLog(replica.log())
  }, 60_000)

  it('is kept: what this version does not know is not taken away', async () => {
    const kept = await replicas.redis.cli('hget', RUNTIME, 'v:invention/of-tomorrow')
    expect(kept).toContain('"deep":true')
  }, 60_000)

  it('counts in a session, too, which stays signed in', async () => {
    const { redis } = replicas
    const keys = (await redis.cli('--scan', '--pattern', 'bangui:sess:*')).split('\n').filter(Boolean)
    expect(keys.length).toBeGreaterThan(0)
    for (const key of keys) {
      const text = (await redis.cli('get', key)).trim()
      await redis.cli('set', key, text.replace(/}$/, ',"shoeSize":42}'), 'keepttl')
      expect(await redis.cli('get', key)).toContain('shoeSize')
    }
    for (const url of replicas.urls()) {
      for (const cookie of cookies) expect((await whoAmI(url, cookie)).status).toBe(200)
    }
  }, 60_000)

  it('stays of the schedules, too, while the newer version runs', async () => {
    const { redis } = replicas
    const queue = new Queue('jobs', { connection: { port: redis.port }, prefix: '{bangui}' })
    try {
      await redis.cli('hset', '{bangui}:job-versions', '99.0.0 0123abcd', String(Date.now()))
      await queue.upsertJobScheduler('oracle.ask', { pattern: '0 0 1 1 *', tz: 'UTC' })
      const before = (await queue.getJobSchedulers()).map(({ key, pattern }) => `${key} ${pattern}`)
      await replicas.start()
      expect((await queue.getJobSchedulers()).map(({ key, pattern }) => `${key} ${pattern}`)).toEqual(before)
    } finally {
      await queue.close()
    }
  }, 60_000)
})
