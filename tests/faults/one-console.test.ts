import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { z } from 'zod'
import { ADMIN } from '../support/console-process.ts'
import { startHttpBalancer, type HttpBalancer } from '../support/http-balancer.ts'
import { startReplicas, type Replicas } from '../support/replicas.ts'
import { API, ask, tally, type Answer } from './http.ts'
import { askOften, openPeople, signInAs, type People } from './people.ts'

/** Connections kept open at a time: several for every process. */
const WIDTH = 24
const TRIES = 1_000
const RACES = 200

/** All of them with this status; where the machine is starved of time, a hundredth may ask to be sent again. */
function expectOnly(answers: readonly Answer[], status: number): void {
  const counts = tally(answers)
  expect(Object.keys(counts).filter((each) => each !== String(status) && each !== '503')).toEqual([])
  expect(counts[status]).toBeGreaterThanOrEqual(answers.length * 0.99)
}

/**
 * However many processes answer, people see one console: whatever one process knows, all know at once.
 */
describe.each([
  ['four workers', { count: 1, workers: 4 }],
  ['three replicas behind a balancer without stickiness', { count: 3 }],
])('%s', (_, size) => {
  let replicas: Replicas
  let balancer: HttpBalancer
  let people: People
  let url: string

  beforeAll(async () => {
    replicas = await startReplicas({ ...size, env: { TRUST_PROXY: '1' } })
    balancer = await startHttpBalancer(replicas.urls())
    // Workers share a port, and the kernel's connections go round among them.
    url = size.count === 1 ? (replicas.urls()[0] ?? '') : balancer.url
    people = openPeople(replicas.databaseFile)
  }, 90_000)

  afterAll(async () => {
    people.close()
    await balancer.stop()
    await replicas.stop()
  })

  let names = 0
  /** A user of this test's own, signed in so many times. */
  async function person(
    role: 'viewer' | 'operator' | 'admin',
    sessions: number,
  ): Promise<{ name: string; cookies: string[] }> {
    names += 1
    const name = `person${names}`
    people.add(name, role)
    const cookies: string[] = []
    for (let index = 0; index < sessions; index += 1) cookies.push(await signInAs(url, name))
    return { name, cookies }
  }

  const path = (text: string): string => `${url}${API}${text}`
  const afterwards = (cookie: string, where = '/session'): Promise<Answer[]> =>
    askOften(TRIES, WIDTH, () => ({ url: path(where), cookie }))

  it('sign nobody out in 10,000 requests', async () => {
    const { cookies } = await person('viewer', 20)
    const answers = await askOften(10_000, WIDTH, (index) => ({
      url: path('/session'),
      cookie: cookies[index % cookies.length] ?? '',
    }))
    expectOnly(answers, 200)
    expect(answers.flatMap(({ setCookie }) => setCookie)).toEqual([])
    if (size.count > 1) {
      const shares = replicas.urls().map((each) => balancer.passed.get(each) ?? 0)
      expect(Math.min(...shares)).toBeGreaterThan(3_000)
    }
  }, 120_000)

  it('all know at once that somebody signed out', async () => {
    const [mine = '', other = ''] = (await person('viewer', 2)).cookies
    expect((await ask(path('/session'), { method: 'DELETE', cookie: mine })).status).toBe(204)
    expectOnly(await afterwards(mine), 401)
    expect((await ask(path('/session'), { cookie: other })).status).toBe(200)
  }, 60_000)

  it('all know at once that a session was revoked', async () => {
    const [mine = '', other = ''] = (await person('viewer', 2)).cookies
    const listed = await ask(path('/sessions'), { cookie: mine })
    const { items } = z
      .object({ items: z.array(z.object({ id: z.string(), current: z.boolean() })) })
      .parse(JSON.parse(listed.body))
    expect(items).toHaveLength(2)
    const victim = items.find(({ current }) => !current)?.id ?? ''
    expect((await ask(path(`/sessions/${victim}`), { method: 'DELETE', cookie: mine })).status).toBe(204)
    expectOnly(await afterwards(other), 401)
    expect((await ask(path('/session'), { cookie: mine })).status).toBe(200)
  }, 60_000)

  it('all know at once that a password was changed', async () => {
    const [mine = '', other = ''] = (await person('viewer', 2)).cookies
    const changed = await ask(path('/password'), {
      method: 'POST',
      cookie: mine,
      body: { current: ADMIN.password, new: 'an entirely different password' },
    })
    expect(changed.status).toBe(204)
    expectOnly(await afterwards(other), 401)
    const renewed = changed.setCookie.map((line) => line.split(';')[0]).join('; ')
    expect((await ask(path('/session'), { cookie: renewed })).status).toBe(200)
  }, 60_000)

  it.each([
    ['is an administrator no longer', '/cluster', { role: 'viewer' }, 403],
    ['was disabled', '/session', { disabled: 1 }, 401],
    ['was signed out everywhere', '/session', { auth_version: 2 }, 401],
  ] as const)(
    'all know at once that somebody %s',
    async (_, where, columns, refusal) => {
      const { name, cookies } = await person('admin', 1)
      const [cookie = ''] = cookies
      expect((await ask(path(where), { cookie })).status).toBe(200)
      people.change(name, columns)
      expectOnly(await afterwards(cookie, where), refusal)
    },
    60_000,
  )

  it('bring back no session that was ended while another request was writing it', async () => {
    const outcomes: Answer[] = []
    while (outcomes.length < RACES) {
      const [cookie = ''] = (await person('viewer', 1)).cookies
      // Signing out all others writes this session anew.
      const [, signedOut] = await Promise.all([
        ask(path('/sessions'), { method: 'DELETE', cookie }),
        ask(path('/session'), { method: 'DELETE', cookie }),
        ask(path('/sessions'), { method: 'DELETE', cookie }),
      ])
      if (signedOut.status === 204) outcomes.push(await ask(path('/session'), { cookie }))
    }
    expect(tally(outcomes)).toEqual({ 401: RACES })
  }, 240_000)

  it('count sign-ins together: of 200 guesses at once five are looked at', async () => {
    const { name } = await person('viewer', 0)
    const guesses = await askOften(200, 200, (index) => ({
      url: path('/session'),
      method: 'POST',
      body: { username: name, password: `wrong guess ${index}` },
      headers: { 'x-forwarded-for': '192.0.2.77' },
    }))
    expect(tally(guesses)).toEqual({ 401: 5, 429: 195 })
    expect(guesses.flatMap(({ setCookie }) => setCookie)).toEqual([])
  }, 60_000)
})
