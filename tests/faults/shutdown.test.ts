import { afterEach, describe, expect, it } from '@jest/globals'
import { startHttpBalancer, type HttpBalancer } from '../support/http-balancer.ts'
import { startReplicas, type Replicas } from '../support/replicas.ts'
import { waitFor } from '../support/wait-for.ts'
import { ask, tally, whoAmI } from './http.ts'
import { judgeLog, witness } from './witness.ts'

let replicas: Replicas
let balancer: HttpBalancer | undefined

afterEach(async () => {
  await balancer?.stop()
  balancer = undefined
  await replicas.stop()
})

describe('stopping under load', () => {
  it('one replica after the other fails no request behind a balancer that looks at their readiness', async () => {
    replicas = await startReplicas({ count: 2 })
    const cookies = await replicas.signIn(4)
    const front = await startHttpBalancer(replicas.urls())
    balancer = front
    await witness({ replicas: [], urls: [front.url], cookies, everyMs: 10, allowed: [200] }, async (seen) => {
      for (let round = 0; round < 2; round += 1) {
        await seen.more(50)
        const [leaving] = replicas.all
        if (!leaving) throw new Error('There is no replica.')
        const others = replicas.urls().slice(1)
        leaving.signal('SIGTERM')
        // What a balancer does at the next probe.
        await waitFor(async () => (await ask(`${leaving.url()}/readyz`)).status !== 200, {
          what: 'the replica to say that it stops',
        })
        front.use(others)
        expect(await leaving.exited).toBe(0)
        await replicas.end(leaving)
        const next = await replicas.start()
        front.use([...others, next.url()])
      }
      await seen.more(50)
    })
    expect(front.failures).toEqual([])
  }, 60_000)

  it('with several workers ends with status 0 and leaves no process behind', async () => {
    replicas = await startReplicas({ count: 1, workers: 2 })
    const cookies = await replicas.signIn(2)
    const [console_] = replicas.all
    const pids = console_?.pids() ?? []
    expect(pids).toHaveLength(3)
    await witness({ replicas: [], urls: replicas.urls(), cookies, allowed: [200, 503, 0] }, async (seen) => {
      await seen.more(10)
      console_?.signal('SIGTERM')
      expect(await console_?.exited).toBe(0)
    })
    expect(console_?.pids()).toEqual([console_?.pid])
  }, 60_000)
})

describe('stopping while Redis is away', () => {
  it.each([
    ['dead', () => replicas.redis.kill()],
    ['hung', async () => replicas.redis.freeze()],
  ])(
    '(%s) ends with status 0 within the deadline',
    async (_, begin) => {
      replicas = await startReplicas({ count: 1, fail2ban: true })
      const cookies = await replicas.signIn(2)
      const [console_] = replicas.all
      if (!console_) throw new Error('There is no replica.')
      const url = console_.url()
      let asked = 0
      const answers = await witness(
        { replicas: [], urls: [url], cookies, allowed: [200, 503, 0] },
        async (seen) => {
          await seen.more(10)
          await begin()
          await waitFor(async () => (await whoAmI(url, cookies[0] ?? '')).status === 503, {
            what: 'a refusal',
          })
          console_.signal('SIGTERM')
          asked = performance.now()
          expect(await console_.exited).toBe(0)
        },
      )
      expect(performance.now() - asked).toBeLessThan(20_000)
      expect(tally(answers)).not.toHaveProperty('401')
      judgeLog(console_.log())
    },
    60_000,
  )

  it('with workers ends with status 0, too', async () => {
    replicas = await startReplicas({ count: 1, workers: 2 })
    await replicas.redis.kill()
    const [console_] = replicas.all
    await waitFor(async () => (await ask(`${console_?.url()}/readyz`)).status === 503, {
      what: 'the workers to be not ready',
    })
    console_?.signal('SIGTERM')
    expect(await console_?.exited).toBe(0)
  }, 60_000)
})
