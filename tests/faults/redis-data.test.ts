import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { ADMIN } from '../support/console-process.ts'
import { startReplicas, type Replicas } from '../support/replicas.ts'
import { waitFor } from '../support/wait-for.ts'
import { agentHolder, clusterAt, isHostOnline, untilReady } from './cluster-view.ts'
import { API, ask, whoAmI } from './http.ts'
import { witness } from './witness.ts'

let replicas: Replicas
let cookies: string[]
let url: string

beforeAll(async () => {
  replicas = await startReplicas({ count: 2, fail2ban: true })
  url = replicas.urls()[0] ?? ''
}, 60_000)

beforeEach(async () => {
  await untilReady(replicas.urls())
  cookies = await replicas.signIn(4)
  await agentHolder(url, cookies[0] ?? '')
  await waitFor(() => isHostOnline(url, cookies[0] ?? ''), { what: 'the host to be online' })
})

afterAll(() => replicas.stop())

const set = (name: string, value: string): Promise<string> => replicas.redis.cli('config', 'set', name, value)

/** Keys of BullMQ's schedulers. */
async function schedulers(): Promise<string[]> {
  const keys = (await replicas.redis.cli('--scan', '--pattern', '{bangui}:*:repeat'))
    .split('\n')
    .filter(Boolean)
  const members = await Promise.all(keys.map((key) => replicas.redis.cli('zrange', key, '0', '-1')))
  return members.flatMap((text) => text.split('\n').filter(Boolean)).toSorted((a, b) => a.localeCompare(b))
}

describe('a Redis that is flushed', () => {
  it('signs everybody out honestly, and everything else is rebuilt', async () => {
    const before = await waitFor(
      async () => {
        const found = await schedulers()
        return found.length > 0 && found
      },
      { what: 'the schedules' },
    )
    const [known] = [await clusterAt(url, cookies[0] ?? '')]
    let flushedAt = Number.POSITIVE_INFINITY
    let fresh: string[] = []
    const answers = await witness(
      { replicas: replicas.all, cookies, signedOutAfter: () => flushedAt - 50 },
      async (seen) => {
        await seen.more(20)
        flushedAt = performance.now()
        await replicas.redis.cli('flushall')
        await seen.more(20)
        fresh = await replicas.signIn(2)
        const online = async (): Promise<boolean> => {
          const told = await Promise.all(replicas.urls().map((each) => isHostOnline(each, fresh[0] ?? '')))
          return told.every(Boolean)
        }
        await waitFor(online, { what: 'every replica to know the host again', timeoutMs: 10_000 })
        await waitFor(async () => (await schedulers()).join() === before.join(), {
          what: 'the schedules to be back',
          timeoutMs: 35_000,
          everyMs: 200,
        })
      },
    )
    const late = answers.filter(({ at }) => at > flushedAt + 3_000)
    expect(late.filter(({ status }) => status !== 401)).toEqual([])
    expect(JSON.parse(late[0]?.body ?? '{}')).toMatchObject({ code: 'unauthenticated' })
    await agentHolder(url, fresh[0] ?? '')
    const now = await clusterAt(url, fresh[0] ?? '')
    expect(now.instances.map(({ id }) => id)).toEqual(
      expect.arrayContaining(known?.instances.map(({ id }) => id) ?? []),
    )
    expect(now.instances).toHaveLength(2)
    for (const { name, runs } of known?.jobs ?? []) {
      expect(now.jobs.find((job) => job.name === name)?.runs).toBeGreaterThanOrEqual(runs)
    }
  }, 90_000)
})

describe('a Redis that is full', () => {
  it('keeps people signed in, refuses new sessions with the reason, and lets everybody sign out', async () => {
    const [leaving = '', ...staying] = cookies
    await witness({ replicas: replicas.all, cookies: staying, allowed: [200] }, async (seen) => {
      await set('maxmemory', '1mb')
      try {
        await waitFor(async () => (await ask(`${url}/readyz`)).status === 503, {
          what: 'the replica to say that it is not ready',
        })
        expect((await ask(`${url}/readyz`)).body).toMatch(/memory|full/i)
        const refused = await ask(`${url}${API}/session`, { method: 'POST', body: ADMIN })
        expect(refused.status).toBe(503)
        expect(refused.setCookie).toEqual([])
        expect(refused.body).toMatch(/memory|full/i)
        expect((await ask(`${url}${API}/session`, { method: 'DELETE', cookie: leaving })).status).toBe(204)
        for (const each of replicas.urls()) expect((await whoAmI(each, leaving)).status).toBe(401)
        // Long enough for whatever spins to spin.
        await seen.more(200)
      } finally {
        await set('maxmemory', '0')
      }
      await untilReady(replicas.urls())
      expect((await whoAmI(url, leaving)).status).toBe(401)
    })
    const [again = ''] = await replicas.signIn(1)
    expect((await whoAmI(url, again)).status).toBe(200)
  }, 60_000)
})
