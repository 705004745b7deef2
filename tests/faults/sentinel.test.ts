import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { ADMIN } from '../support/console-process.ts'
import { startSentinelTrio, type SentinelTrio } from '../support/redis-sentinel.ts'
import { startReplicas, type Replicas } from '../support/replicas.ts'
import { waitFor } from '../support/wait-for.ts'
import { API, ask, whoAmI } from './http.ts'
import { firstAfter } from './observe.ts'
import { witness } from './witness.ts'

let trio: SentinelTrio
let replicas: Replicas
let cookies: string[]

beforeAll(async () => {
  trio = await startSentinelTrio()
  replicas = await startReplicas({
    count: 2,
    redis: await trio.master(),
    env: { REDIS_URL: '', REDIS_SENTINELS: trio.sentinels, REDIS_MASTER_NAME: trio.masterName },
  })
  cookies = await replicas.signIn(4)
}, 90_000)

afterAll(async () => {
  await replicas.stop()
  await trio.stop()
})

/** What is answered once it is not that Redis is away. */
async function settled(url: string, cookie: string): Promise<number> {
  return waitFor(
    async () => {
      const { status } = await whoAmI(url, cookie)
      return status !== 503 && status
    },
    { what: 'an answer other than 503' },
  )
}

describe('a failover of the Sentinels', () => {
  it.each([
    ['planned', async () => trio.failover()],
    [
      'after the master was killed',
      async () => {
        const master = await trio.master()
        await master.kill()
        await trio.untilAnotherThan(master.port)
        await master.restart()
      },
    ],
    [
      'after the master hung',
      async () => {
        const master = await trio.master()
        master.freeze()
        await trio.untilAnotherThan(master.port)
        master.thaw()
      },
    ],
  ])(
    '%s is over soon, signs nobody out, and brings back no session that was ended',
    async (_, failover) => {
      await trio.untilWhole()
      const [url = ''] = replicas.urls()
      let ended = ''
      let since = 0
      const answers = await witness({ replicas: replicas.all, cookies }, async (seen) => {
        await seen.calm(20)
        ;[ended = ''] = await replicas.signIn(1)
        expect((await ask(`${url}${API}/session`, { method: 'DELETE', cookie: ended })).status).toBe(204)
        since = performance.now()
        await failover()
        // Each Sentinel tells of it in its own time, and every word may mean another connection.
        await seen.calm(100)
      })
      // Unavailable until the Sentinels have agreed, which takes them two seconds of silence and a vote.
      const refused = answers.filter(({ status }) => status === 503)
      const lastRefusal = Math.max(since, ...refused.map(({ at }) => at))
      expect(lastRefusal - since).toBeLessThan(15_000)
      expect(firstAfter(answers, lastRefusal, 200)).toBeLessThan(3_000)
      for (const each of replicas.urls()) {
        for (const cookie of cookies) expect(await settled(each, cookie)).toBe(200)
        expect(await settled(each, ended)).toBe(401)
      }
      // Written where the master is now, not where it was.
      const [fresh = ''] = await replicas.signIn(1)
      for (const each of replicas.urls()) expect((await whoAmI(each, fresh)).status).toBe(200)
    },
    90_000,
  )

  it('loses nothing that is written once another master is named', async () => {
    await trio.untilWhole()
    await trio.failover()
    const namedAt = performance.now()
    const written: string[] = []
    // The old master takes writes for two more seconds, and forgets them when it becomes a replica.
    while (performance.now() < namedAt + 1_500) {
      const { status, setCookie } = await ask(`${replicas.urls()[written.length % 2]}${API}/session`, {
        method: 'POST',
        body: ADMIN,
      })
      const isNews = performance.now() < namedAt + 300
      if (status === 200 && !isNews) written.push(setCookie.map((line) => line.split(';')[0]).join('; '))
    }
    expect(written.length).toBeGreaterThan(0)
    await trio.untilWhole()
    for (const cookie of written) {
      expect(await settled(replicas.urls()[0] ?? '', cookie)).toBe(200)
    }
  }, 90_000)
})
