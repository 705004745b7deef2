import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { startRedis, type RedisServer } from '../support/redis-server.ts'
import { startReplicas, type Replica, type Replicas } from '../support/replicas.ts'
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts'
import { waitFor } from '../support/wait-for.ts'
import { agentHolder, ban, clusterAt, isHostOnline, replicaOf, untilReady } from './cluster-view.ts'
import { ask, whoAmI, type Answer } from './http.ts'
import { firstAfter, median } from './observe.ts'
import { witness } from './witness.ts'

/** The first replica reaches Redis through a proxy, the second directly. */
let redis: RedisServer
let proxy: TcpProxy
let replicas: Replicas
let cookies: string[]

beforeAll(async () => {
  redis = await startRedis()
  proxy = await startTcpProxy(redis.port)
  const through = `redis://127.0.0.1:${proxy.port}/0`
  replicas = await startReplicas({
    count: 2,
    redis,
    fail2ban: true,
    envOf: (index) => (index === 0 ? { REDIS_URL: through } : {}),
  })
  cookies = await replicas.signIn(4)
}, 60_000)

afterEach(async () => {
  proxy.delay(0)
  proxy.heal()
  await untilReady(replicas.urls())
})

afterAll(async () => {
  await replicas.stop()
  await proxy.stop()
  await redis.stop()
})

const [far, near] = [(): Replica => at(0), (): Replica => at(1)]

function at(index: number): Replica {
  const replica = replicas.all[index]
  if (!replica) throw new Error(`There is no replica ${index}.`)
  return replica
}

const readyStatus = async (replica: Replica): Promise<number> => (await ask(`${replica.url()}/readyz`)).status

/** Middle of the times of what was asked for between two moments. */
function medianMs(answers: readonly Answer[], from: number, until: number): number {
  return median(answers.flatMap(({ at, ms }) => (at >= from && at < until ? [ms] : [])))
}

describe('a Redis that is slow', () => {
  it('at 100 ms a round trip serves everybody, at about one round trip each', async () => {
    const urls = [far().url()]
    let since = 0
    const answers = await witness({ replicas: replicas.all, urls, cookies, allowed: [200] }, async (seen) => {
      proxy.delay(50)
      await seen.more(10)
      since = performance.now()
      await seen.more(60)
    })
    expect(medianMs(answers, since, performance.now())).toBeLessThan(300)
  })

  it('at more than a second is refused at once instead of waited for, and used again when it is fast', async () => {
    const urls = [far().url()]
    let [since, until] = [0, 0]
    const answers = await witness({ replicas: replicas.all, urls, cookies }, async (seen) => {
      proxy.delay(700)
      await waitFor(async () => (await readyStatus(far())) === 503, { what: 'the replica to be not ready' })
      since = performance.now()
      await seen.more(60)
      until = performance.now()
      proxy.delay(0)
      await untilReady(urls)
      await seen.more(10)
    })
    expect(medianMs(answers, since, until)).toBeLessThan(200)
    expect(firstAfter(answers, until, 200)).toBeLessThan(6_000)
  })
})

/** Whoever was there first is the agent: the near one begins anew. */
async function farIsAgent(): Promise<void> {
  await replicas.end(near())
  await replicas.start()
  await waitFor(async () => (await agentHolder(far().url(), cookies[0] ?? '')).pid === far().pid, {
    what: 'the far replica to be the agent',
    timeoutMs: 20_000,
  })
}

describe.each([
  ['loses everything', () => proxy.cut(), '203.0.113.20'],
  ['delivers everything later', () => proxy.hold(), '203.0.113.21'],
])('a partition between one replica and Redis that %s', (_, begin, ip) => {
  it('takes that one alone out of service, and its work goes to another', async () => {
    await farIsAgent()
    const [cookie = ''] = cookies
    await witness({ replicas: replicas.all, cookies }, async (seen) => {
      await seen.more(10)
      begin()
      await waitFor(async () => (await readyStatus(far())) === 503, {
        what: 'the far replica to be not ready',
      })
      expect(await readyStatus(near())).toBe(200)
      await waitFor(
        async () =>
          near()
            .pids()
            .includes((await agentHolder(near().url(), cookie)).pid),
        { what: 'the near replica to become the agent', timeoutMs: 20_000 },
      )
      const banned = async (): Promise<boolean> => (await ban(near().url(), cookie, [ip])).status === 200
      await waitFor(banned, { what: `${ip} to be banned`, timeoutMs: 15_000, everyMs: 200 })
      expect((await whoAmI(far().url(), cookie)).status).toBe(503)
      expect(await readyStatus(near())).toBe(200)
      proxy.heal()
      await untilReady(replicas.urls())
      await seen.more(40)
    })
    // The lease stays where it went, and the ban happened once.
    const { pid } = await agentHolder(far().url(), cookie)
    expect(replicaOf(replicas.all, pid)).toBe(near())
    const bans = replicas.fail2ban
      .actionLog()
      .split('\n')
      .filter((line) => line.startsWith(`ban sshd ${ip} `))
    expect(bans).toHaveLength(1)
    await waitFor(async () => (await clusterAt(far().url(), cookie)).instances.length === 2, {
      what: 'both replicas to be listed',
    })
    expect(await isHostOnline(far().url(), cookie)).toBe(true)
  }, 90_000)
})
