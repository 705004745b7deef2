import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { bangui } from '../support/command-line.ts'
import { startReplicas, type Replica, type Replicas } from '../support/replicas.ts'
import { waitFor } from '../support/wait-for.ts'

let replicas: Replicas
let web: Replica
let agent: Replica

beforeAll(async () => {
  replicas = await startReplicas({ count: 0 })
  web = await replicas.start({ BANGUI_ROLES: 'web,jobs' })
  agent = replicas.spawn({ BANGUI_ROLES: 'agent' })
  await waitFor(() => agent.output().includes('"ready: agent"'), {
    what: 'the agent to begin',
    timeoutMs: 30_000,
  })
}, 60_000)
afterAll(() => replicas.stop())

const settings = (env: Record<string, string>): Record<string, string> => ({
  STATE_BACKEND: 'redis',
  REDIS_URL: replicas.redis.url,
  ...env,
})

describe('bangui health', () => {
  it('is content while the port of a web process answers, and names the port when it does not', async () => {
    const { port } = new URL(web.url())
    // A container listens everywhere; the base path is none of its probes' business.
    const inContainer = {
      BANGUI_ROLES: 'web,jobs',
      HOST: '0.0.0.0',
      PUBLIC_URL: 'https://example.org/bangui/',
    }

    expect(await bangui(['health'], settings({ ...inContainer, PORT: port }))).toMatchObject({
      status: 0,
      stderr: '',
    })
    const nobody = await bangui(['health'], settings({ ...inContainer, PORT: '1' }))
    expect(nobody.status).toBe(1)
    expect(nobody.stderr).toContain('Nobody answers on http://127.0.0.1:1/healthz')
  }, 30_000)

  it('knows an agent by its sign of life: not one that hangs, nor one that is gone', async () => {
    const ask = () => bangui(['health'], settings({ BANGUI_ROLES: 'agent' }))
    expect(await ask()).toMatchObject({ status: 0, stderr: '' })

    agent.signal('SIGSTOP')
    try {
      const hanging = await waitFor(
        async () => {
          const result = await ask()
          return result.status === 1 && result
        },
        { what: 'the silence to be noticed', timeoutMs: 20_000 },
      )
      expect(hanging.stderr).toContain('No process with the roles agent has told of itself')
    } finally {
      agent.signal('SIGCONT')
    }
    await waitFor(async () => (await ask()).status === 0, {
      what: 'its next sign of life',
      timeoutMs: 20_000,
    })

    agent.signal('SIGTERM')
    await agent.exited
    expect((await ask()).status).toBe(1)
  }, 90_000)

  it('knows nothing of an agent while Redis does not answer, and says so', async () => {
    replicas.redis.freeze()
    try {
      const result = await bangui(['health'], settings({ BANGUI_ROLES: 'agent' }))
      expect(result.status).toBe(1)
      expect(result.stderr).toContain('Redis did not answer within 8 s')
    } finally {
      replicas.redis.thaw()
    }
  }, 30_000)
})
