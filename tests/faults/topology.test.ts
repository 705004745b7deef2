import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { startReplicas, type Replicas } from '../support/replicas.ts'
import { ask } from './http.ts'

const IN_MEMORY = { STATE_BACKEND: 'memory', REDIS_URL: '' }

let replicas: Replicas

beforeEach(async () => {
  replicas = await startReplicas({ count: 0 })
})

afterEach(() => replicas.stop())

describe('one database', () => {
  it.each([
    ['in memory', 'one in memory is there', IN_MEMORY, IN_MEMORY],
    ['in memory', 'one with Redis is there', {}, IN_MEMORY],
    ['with Redis', 'one in memory is there', IN_MEMORY, {}],
  ])(
    'is refused, with status 75, to a console %s while %s',
    async (_mine, _theirs, first, second) => {
      const holder = await replicas.start(first)
      const refused = replicas.spawn(second)
      expect(await refused.exited).toBe(75)
      expect(refused.output()).toContain(`pid ${holder.pid}`)
      expect(refused.output()).toContain(
        'STATE_BACKEND=memory keeps sessions, limits and status inside one process',
      )
      expect(refused.output()).toContain('set STATE_BACKEND=redis and REDIS_URL')
      expect((await ask(`${holder.url()}/readyz`)).status).toBe(200)
    },
    60_000,
  )

  it('is refused to a console in memory while workers with Redis are there', async () => {
    const holder = await replicas.start({ BANGUI_WORKERS: '2' })
    const refused = replicas.spawn(IN_MEMORY)
    expect(await refused.exited).toBe(75)
    expect((await ask(`${holder.url()}/readyz`)).status).toBe(200)
  }, 60_000)
})
