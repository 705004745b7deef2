import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { z } from 'zod'
import { ADMIN } from '../support/console-process.ts'
import { startReplicas, type Replicas } from '../support/replicas.ts'
import { waitFor } from '../support/wait-for.ts'
import { listenTo, type EventListener } from './event-listener.ts'
import { API, ask, tally, type Answer } from './http.ts'
import { askOften, openPeople, signInAs, type People } from './people.ts'

/** Connections at a time: several for each worker. */
const WIDTH = 8
const TRIES = 200
const RACES = 40
const STREAMS = 6
/** The page asks again within a second of the end of its stream, which leaves it more than three. */
const AT_ONCE = { timeoutMs: 2_000, everyMs: 20 }

/** What one worker is told of somebody, the other knows as well, and what both are told at once is decided once. */
describe('two workers', () => {
  let replicas: Replicas
  let people: People
  let url: string
  let admin: string

  beforeAll(async () => {
    replicas = await startReplicas({ count: 1, workers: 2, env: { TRUST_PROXY: '1' } })
    url = replicas.urls()[0] ?? ''
    people = openPeople(replicas.databaseFile)
    admin = await signInAs(url, ADMIN.username)
  }, 90_000)

  afterAll(async () => {
    people.close()
    await replicas.stop()
  })

  const path = (text: string): string => `${url}${API}${text}`

  let names = 0
  /** A user of this test's own, signed in so many times. */
  async function person(
    role: 'viewer' | 'admin',
    sessions: number,
  ): Promise<{ id: string; cookies: string[] }> {
    names += 1
    const name = `person${names}`
    people.add(name, role)
    const cookies: string[] = []
    for (let index = 0; index < sessions; index += 1) cookies.push(await signInAs(url, name))
    const { items } = Users.parse(JSON.parse((await ask(path('/users?limit=500'), { cookie: admin })).body))
    return { id: items.find(({ username }) => username === name)?.id ?? '', cookies }
  }

  const everywhere = async (cookie: string, where = '/session'): Promise<Record<string, number>> =>
    tally(await askOften(TRIES, WIDTH, () => ({ url: path(where), cookie })))

  /** Live streams of a session on both workers. */
  const streamsOf = (cookie: string): Promise<EventListener[]> =>
    Promise.all(Array.from({ length: STREAMS }, () => listenTo(url, cookie)))

  const allEnd = (streams: readonly EventListener[]): Promise<unknown> =>
    waitFor(() => streams.every((stream) => !stream.isOpen()), { what: 'the streams to end', ...AT_ONCE })

  it('U1 end the streams of a revoked session, and answer it 401 from then on', async () => {
    const { cookies } = await person('viewer', 2)
    const [mine = '', other = ''] = cookies
    const [kept, lost] = [await streamsOf(mine), await streamsOf(other)]
    const { items } = Sessions.parse(JSON.parse((await ask(path('/sessions'), { cookie: mine })).body))
    const victim = items.find(({ current }) => !current)?.id ?? ''
    expect((await ask(path(`/sessions/${victim}`), { method: 'DELETE', cookie: mine })).status).toBe(204)
    await allEnd(lost)
    expect(await everywhere(other)).toEqual({ 401: TRIES })
    expect(kept.every((stream) => stream.isOpen())).toBe(true)
    for (const stream of kept) stream.close()
  }, 60_000)

  it('U2 end all other sessions and keep the one that asked', async () => {
    const [mine = '', ...others] = (await person('viewer', 3)).cookies
    const lost = (await Promise.all(others.map(streamsOf))).flat()
    expect((await ask(path('/sessions'), { method: 'DELETE', cookie: mine })).status).toBe(204)
    await allEnd(lost)
    expect(await everywhere(mine)).toEqual({ 200: TRIES })
    for (const other of others) expect(await everywhere(other)).toEqual({ 401: TRIES })
  }, 60_000)

  it('U3 know of another role from the next request on', async () => {
    const { id, cookies } = await person('viewer', 1)
    const [cookie = ''] = cookies
    for (const [role, status] of [
      ['admin', 200],
      ['viewer', 403],
    ] as const) {
      const changed = await ask(path(`/users/${id}`), { method: 'PATCH', cookie: admin, body: { role } })
      expect(changed.status).toBe(200)
      expect(await everywhere(cookie, '/users')).toEqual({ [status]: TRIES })
    }
  }, 60_000)

  it.each([
    ['disabled', 200, (id: string) => ({ url: `/users/${id}`, method: 'PATCH', body: { disabled: true } })],
    ['deleted', 204, (id: string) => ({ url: `/users/${id}`, method: 'DELETE' })],
    [
      'given a new password',
      204,
      (id: string) => ({
        url: `/users/${id}/password`,
        method: 'POST',
        body: { password: 'an entirely different password' },
      }),
    ],
  ])(
    'sign out whoever is %s',
    async (_, status, question) => {
      const { id, cookies } = await person('viewer', 2)
      const streams = (await Promise.all(cookies.map(streamsOf))).flat()
      const { url: where, ...rest } = question(id)
      expect((await ask(path(where), { ...rest, cookie: admin })).status).toBe(status)
      await allEnd(streams)
      for (const cookie of cookies) expect(await everywhere(cookie)).toEqual({ 401: TRIES })
    },
    60_000,
  )

  it('leave an administrator, whatever two of them do to each other at the same time', async () => {
    const pair = [await person('admin', 1), await person('admin', 1)]
    const { items } = Users.parse(JSON.parse((await ask(path('/users?limit=500'), { cookie: admin })).body))
    const adminId = items.find(({ username }) => username === ADMIN.username)?.id ?? ''
    const [one = { id: '', cookies: [] }, two = { id: '', cookies: [] }] = pair
    const change = (by: { cookies: string[] }, id: string, body: object): Promise<Answer> =>
      ask(path(`/users/${id}`), { method: 'PATCH', cookie: by.cookies[0] ?? '', body })
    // These two are the only ones from here on.
    expect((await change(one, adminId, { role: 'viewer' })).status).toBe(200)
    try {
      for (let race = 0; race < RACES; race += 1) {
        const answers = await Promise.all([
          change(one, two.id, { role: 'viewer' }),
          change(two, one.id, { role: 'viewer' }),
        ])
        const counts = tally(answers)
        expect(counts[200]).toBe(1)
        // The other one came second, or was no administrator any more when it came.
        expect((counts[409] ?? 0) + (counts[403] ?? 0)).toBe(1)
        const [first] = answers
        const [winner, loser] = first?.status === 200 ? [one, two] : [two, one]
        expect((await change(winner, loser.id, { role: 'admin' })).status).toBe(200)
      }
    } finally {
      people.change(ADMIN.username, { role: 'admin' })
    }
  }, 60_000)

  it('count wrong current passwords together', async () => {
    const [cookie = ''] = (await person('viewer', 1)).cookies
    const guesses = await askOften(30, 30, (index) => ({
      url: path('/password'),
      method: 'POST',
      cookie,
      body: { current: `wrong guess ${index}`, new: 'an entirely different password' },
    }))
    expect(tally(guesses)).toEqual({ 400: 10, 429: 20 })
  }, 60_000)
})

const Users = z.object({ items: z.array(z.object({ id: z.string(), username: z.string() })) })
const Sessions = z.object({ items: z.array(z.object({ id: z.string(), current: z.boolean() })) })
