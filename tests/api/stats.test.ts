import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { Stats } from '../../src/shared/stats.ts'
import type { BanFact } from '../../src/shared/feed.ts'
import { ban, createConsoleApp, fact, NOON, type ConsoleApp } from '../support/console-app.ts'
import type { Agent } from '../support/test-app.ts'

const STATS = '/api/v1/stats'
const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

let test: ConsoleApp
let viewer: Agent
let now: number

beforeEach(async () => {
  now = NOON
  test = await createConsoleApp({ now: () => now })
  viewer = await test.signedIn('viewer')
})
afterEach(() => test.close())

async function read(query: Record<string, string> = {}): Promise<Stats> {
  const { body } = await viewer.get(STATS).query(query).expect(200)
  return Stats.parse(body)
}

/** So many bans of addresses of their own in a jail, at one time. */
async function bans(
  count: number,
  jail: string,
  bannedAt: number,
  more: Partial<BanFact> = {},
): Promise<void> {
  const offset = (bannedAt / 1_000) % 50_000
  await test.tell(
    ...Array.from({ length: count }, (_, index) =>
      ban(`2001:db8:${offset.toString(16)}::${index.toString(16)}`, { jail, bannedAt, ...more }),
    ),
  )
}

const sum = (counts: readonly number[]): number => counts.reduce((total, count) => total + count, 0)

describe('GET /stats', () => {
  it('needs a session, and a range, host and zone that exist', async () => {
    await test.browser().get(STATS).expect(401)
    await viewer.get(STATS).query({ range: '2h' }).expect(400)
    await viewer.get(STATS).query({ host: 'no host' }).expect(400)
    await viewer.get(STATS).query({ zone: 'Mars/Olympus' }).expect(400)
    await viewer.get(STATS).query({ since: 'ever' }).expect(400)
  })

  it('tells of nothing where nobody was ever banned', async () => {
    const stats = await read()
    expect(stats).toMatchObject({ range: '24h', series: [], total: 0, jails: [] })
    expect(stats.latestBan).toBeUndefined()
    expect(stats.previousTotal).toBeUndefined()
    expect(stats.repeatOffenders).toEqual({ days: 7, leastBans: 3, count: 0, items: [] })
    expect(stats.buckets).toHaveLength(48)
  })

  it('counts the bans of each jail by when they happened, and all series make the total', async () => {
    await bans(3, 'sshd', now - 5 * MINUTE)
    await bans(2, 'recidive', now - 2 * HOUR)
    await bans(7, 'sshd', now - 30 * HOUR)
    const day = await read({ range: '24h' })
    expect(day.series).toMatchObject([
      { jail: 'sshd', total: 3 },
      { jail: 'recidive', total: 2 },
    ])
    expect(day.total).toBe(5)
    expect(day.series[0]?.counts.at(-1)).toBe(0)
    expect(day.series[0]?.counts.at(-2)).toBe(3)
    expect(sum(day.series[1]?.counts ?? [])).toBe(2)
    expect(await read({ range: '1h' })).toMatchObject({ total: 3 })
    expect(await read({ range: '7d' })).toMatchObject({ total: 12 })
    expect(await read({ range: '30d', zone: 'Europe/Vienna' })).toMatchObject({ total: 12 })
  })

  it('names five jails and adds up the others', async () => {
    for (const [index, jail] of ['a', 'b', 'c', 'd', 'e', 'f', 'g'].entries()) {
      await bans(10 - index, jail, now - (index + 1) * MINUTE)
    }
    const { series, total, jails } = await read()
    expect(series.map((each) => each.jail)).toEqual(['a', 'b', 'c', 'd', 'e', undefined])
    expect(series.at(-1)?.total).toBe(5 + 4)
    expect(series.reduce((all, each) => all + sum(each.counts), 0)).toBe(total)
    expect(jails).toHaveLength(7)
  })

  it('compares with as much time before, as soon as the archive reaches back so far', async () => {
    await bans(4, 'sshd', now - 26 * HOUR)
    await bans(2, 'sshd', now - HOUR)
    expect((await read()).previousTotal).toBeUndefined()
    await bans(1, 'sshd', now - 3 * DAY)
    now += 4_000
    expect(await read()).toMatchObject({ total: 2, previousTotal: 4 })
  })

  it('tells of every jail when it banned last, even before the range', async () => {
    await bans(1, 'sshd', now - 3 * DAY)
    await bans(1, 'recidive', now - 30 * MINUTE)
    const { jails, latestBan } = await read({ range: '1h' })
    expect(jails).toMatchObject([
      { jail: 'recidive', total: 1, lastBanAt: new Date(now - 30 * MINUTE).toISOString() },
      { jail: 'sshd', total: 0, lastBanAt: new Date(now - 3 * DAY).toISOString() },
    ])
    expect(latestBan).toEqual({
      host: 'local',
      jail: 'recidive',
      at: new Date(now - 30 * MINUTE).toISOString(),
    })
  })

  it('counts for one host alone when asked', async () => {
    await bans(2, 'sshd', now - MINUTE)
    expect(await read({ host: 'local' })).toMatchObject({ total: 2 })
    expect(await read({ host: 'elsewhere' })).toMatchObject({ total: 0, jails: [] })
  })

  it('counts a ban once that was told of again, and where it belongs once its time is known', async () => {
    await test.tell(ban('203.0.113.7', { bannedAt: now - MINUTE, reason: null }))
    await test.tell({ kind: 'detail', ...fact('203.0.113.7', { bannedAt: now - 3 * HOUR }) })
    await test.tell({ kind: 'past', ...fact('203.0.113.7', { bannedAt: now - 3 * HOUR }) })
    const { total, series } = await read()
    expect(total).toBe(1)
    expect(series[0]?.counts.at(-7)).toBe(1)
  })

  it('answers the same for a moment, and then anew', async () => {
    const first = await viewer.get(STATS).expect(200)
    await bans(1, 'sshd', now - 1_000)
    await viewer
      .get(STATS)
      .set('If-None-Match', first.headers['etag'] ?? '')
      .expect(304)
    now += 3_000
    expect(await read()).toMatchObject({ total: 1 })
  })
})

describe('repeat offenders', () => {
  const times = (...hoursAgo: number[]) => hoursAgo.map((hours) => now - hours * HOUR)

  async function banned(ip: string, ats: readonly number[], jail = 'sshd'): Promise<void> {
    for (const bannedAt of ats) await test.tell(ban(ip, { bannedAt, jail }))
  }

  it('are addresses that were banned three times in seven days, in whichever jails', async () => {
    await banned('203.0.113.1', times(100, 50))
    await banned('203.0.113.1', times(1), 'recidive')
    await banned('203.0.113.2', times(100, 50))
    await banned('203.0.113.3', times(9 * 24, 50, 1))
    const { repeatOffenders } = await read()
    expect(repeatOffenders.count).toBe(1)
    expect(repeatOffenders.items).toEqual([
      {
        host: 'local',
        ip: '203.0.113.1',
        bans: 3,
        jails: ['sshd', 'recidive'],
        lastBanAt: new Date(now - HOUR).toISOString(),
      },
    ])
  })

  it('are found in whichever order their bans become known', async () => {
    await banned('203.0.113.1', times(1))
    await test.tell(
      { kind: 'past', ...fact('203.0.113.1', { bannedAt: now - 90 * HOUR }) },
      { kind: 'past', ...fact('203.0.113.1', { bannedAt: now - 80 * HOUR }) },
    )
    expect((await read()).repeatOffenders).toMatchObject({ count: 1, items: [{ bans: 3 }] })
  })

  it('are so no longer when the third last of their bans is seven days old', async () => {
    await banned('203.0.113.1', times(100, 50, 1))
    expect((await read()).repeatOffenders.count).toBe(1)
    now += 69 * HOUR
    expect((await read()).repeatOffenders).toMatchObject({ count: 0, items: [] })
  })

  it('are listed by how often, eight at most', async () => {
    for (let each = 1; each <= 10; each += 1) {
      await banned(`203.0.113.${each}`, times(...Array.from({ length: each + 2 }, (_, index) => index + 1)))
    }
    const { repeatOffenders } = await read()
    expect(repeatOffenders.count).toBe(10)
    expect(repeatOffenders.items.map((item) => item.bans)).toEqual([12, 11, 10, 9, 8, 7, 6, 5])
  })
})
