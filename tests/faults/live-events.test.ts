import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { startReplicas, type Replicas } from '../support/replicas.ts'
import { waitFor } from '../support/wait-for.ts'
import { agentHolder, ban, isHostOnline } from './cluster-view.ts'
import { listenTo } from './event-listener.ts'

let replicas: Replicas
let cookie: string
let here: string
let there: string

beforeAll(async () => {
  replicas = await startReplicas({ count: 2, fail2ban: true })
  const [first = '', second = ''] = replicas.urls()
  ;[here, there] = [first, second]
  ;[cookie = ''] = await replicas.signIn(1)
  await agentHolder(here, cookie)
  for (const url of [here, there]) {
    await waitFor(() => isHostOnline(url, cookie), { what: 'every replica to know the host' })
  }
}, 60_000)

afterAll(() => replicas.stop())

const addresses = (from: number, count: number): string[] =>
  Array.from({ length: count }, (_, index) => `203.0.113.${from + index}`)

describe('live events', () => {
  it('show within a second on one replica what another was told', async () => {
    const streams = [await listenTo(here, cookie), await listenTo(there, cookie)]
    const lateness: number[] = []
    for (const [index, ip] of addresses(1, 10).entries()) {
      const sentAt = performance.now()
      const [told, watched] = index % 2 === 0 ? [here, streams[1]] : [there, streams[0]]
      expect((await ban(told, cookie, [ip])).status).toBe(200)
      const event = await waitFor(() => watched?.banOf(ip), { what: `news of ${ip}`, everyMs: 2 })
      lateness.push(event.at - sentAt)
    }
    for (const stream of streams) stream.close()
    const typical = lateness.toSorted((a, b) => a - b)[lateness.length >> 1]
    expect(typical).toBeLessThan(1_000)
    expect(Math.max(...lateness)).toBeLessThan(3_000)
  }, 60_000)

  it('resume on another replica where they stopped, with nothing missing and nothing twice', async () => {
    const ips = addresses(50, 12)
    const first = await listenTo(here, cookie)
    await ban(here, cookie, ips.slice(0, 4))
    await waitFor(() => ips.slice(0, 4).every((ip) => first.banOf(ip)), { what: 'the first bans' })
    const seen = first.events.filter(({ event }) => event === 'ban')
    const lastId = seen.at(-1)?.id ?? ''
    first.close()
    await ban(there, cookie, ips.slice(4, 8))
    const second = await listenTo(there, cookie, { lastEventId: lastId })
    await ban(here, cookie, ips.slice(8))
    await waitFor(() => ips.slice(4).every((ip) => second.banOf(ip)), { what: 'the bans that were missed' })
    const ids = second.events.filter(({ event }) => event === 'ban').map(({ id }) => Number(id))
    expect(ids).toEqual([...new Set(ids)].toSorted((a, b) => a - b))
    expect(ids).toHaveLength(8)
    expect(Math.min(...ids)).toBeGreaterThan(Number(lastId))
    expect(second.events.some(({ event }) => event === 'reset')).toBe(false)
    second.close()
  }, 60_000)
})
