import { describe, expect, it } from '@jest/globals'
import express from 'express'
import expressSession from 'express-session'
import * as fc from 'fast-check'
import { createHash } from 'node:crypto'
import request from 'supertest'
import { waitFor } from '../support/wait-for.ts'
import {
  expectUnavailable,
  fresh,
  nodeOf,
  sessionRecord,
  storeOf,
  whileAway,
  type Opened,
  type StateProviderSuite,
  type StateUnderTest,
} from './state-under-test.ts'

const DAY_MS = 86_400_000
const hashOf = (sid: string): string => createHash('sha256').update(sid).digest('hex')

export function describeSessions(opened: Opened, suffers: StateProviderSuite['suffers']): void {
  it('gives back on every node what one has saved', async () => {
    const under = opened()
    const [user] = under.users
    const sid = fresh('sid')
    const record = sessionRecord(user)
    await storeOf(nodeOf(under, 0)).set(sid, record)
    for (const node of under.nodes) {
      expect(JSON.parse(JSON.stringify(await storeOf(node).get(sid)))).toEqual(
        JSON.parse(JSON.stringify(record)),
      )
    }
  })

  it('answers neither a session nor an error for an unknown id', async () => {
    await expect(storeOf(nodeOf(opened(), 0)).get(fresh('sid'))).resolves.toBeUndefined()
  })

  it('copies in and out, so that nobody changes a session by accident', async () => {
    const under = opened()
    const store = storeOf(nodeOf(under, 0))
    const sid = fresh('sid')
    const record = sessionRecord(under.users[0])
    await store.set(sid, record)
    record['userId'] = 'somebody else'
    const given = await store.get(sid)
    Object.assign(given ?? {}, { userId: 'somebody else' })
    expect(await store.get(sid)).toMatchObject({ userId: under.users[0] })
  })

  it('keeps fifty sessions apart that are saved at once', async () => {
    const under = opened()
    const sids = Array.from({ length: 50 }, () => fresh('sid'))
    await Promise.all(
      sids.map((sid, i) =>
        storeOf(nodeOf(under, i)).set(sid, { ...sessionRecord(under.users[0]), authVersion: i }),
      ),
    )
    const read = await Promise.all(sids.map((sid, i) => storeOf(nodeOf(under, i + 1)).get(sid)))
    expect(read.map((record) => (record as { authVersion?: number } | undefined)?.authVersion)).toEqual(
      sids.map((_, i) => i),
    )
  })

  it.each([
    ['lacks who signed in', { cookie: { originalMaxAge: null, expires: null } }],
    ['holds more than who signed in', { ...sessionRecord('user-1'), basket: ['plums'] }],
  ])('refuses a session that %s', async (_, record) => {
    const store = storeOf(nodeOf(opened(), 0))
    const sid = fresh('sid')
    await expect(store.set(sid, record)).rejects.toThrow()
    expect(await store.get(sid)).toBeUndefined()
  })

  it('is read by the hash of its id, until it is destroyed', async () => {
    const under = opened()
    const [user] = under.users
    const sid = fresh('sid')
    await storeOf(nodeOf(under, 0)).set(sid, sessionRecord(user))
    const { sessions } = nodeOf(under, 1)
    const [listed] = await sessions.list(user)
    expect(await sessions.read(hashOf(sid))).toEqual({ ...listed, idHash: hashOf(sid) })
    expect(await sessions.read(sid)).toBeUndefined()
    await storeOf(nodeOf(under, 0)).destroy(sid)
    expect(await sessions.read(hashOf(sid))).toBeUndefined()
  })

  describe('the end of a session', () => describeEnds(opened))
  describe('destroying', () => describeDestroying(opened))

  it('lists the living sessions of one user by the hash of their ids', async () => {
    const under = opened()
    const [user, other] = under.users
    const sids = ['first', 'second', 'other', 'short', 'gone'].map(fresh)
    const [first = '', second = '', others = '', short = '', gone = ''] = sids
    const store = storeOf(nodeOf(under, 0))
    await store.set(first, sessionRecord(user))
    await store.set(second, sessionRecord(user))
    await store.set(others, sessionRecord(other))
    await store.set(short, sessionRecord(user, { ttlMs: 500 }))
    await store.set(gone, sessionRecord(user))
    await store.destroy(gone)
    await under.elapse(600)
    const listed = await waitFor(
      async () => {
        const sessions = await nodeOf(under, 1).sessions.list(user)
        return sessions.length === 2 && sessions
      },
      { what: 'two listed sessions' },
    )
    expect(listed.map(({ idHash }) => idHash).toSorted()).toEqual([hashOf(first), hashOf(second)].toSorted())
    expect(listed[0]).toMatchObject({ data: { userId: user, address: '203.0.113.7' } })
    expect(listed[0]?.data).not.toHaveProperty('cookie')
    for (const sid of sids) expect(JSON.stringify(listed)).not.toContain(sid)
  })

  if (suffers.outage) {
    it('says that it cannot be asked, never that there is no session', async () => {
      const under = opened()
      const { sessions } = nodeOf(under, 0)
      const store = storeOf(nodeOf(under, 0))
      const sid = fresh('sid')
      await store.set(sid, sessionRecord(under.users[0]))
      await whileAway(under, async () => {
        await expectUnavailable(store.get(sid))
        await expectUnavailable(store.get(fresh('sid')))
        await expectUnavailable(store.set(sid, sessionRecord(under.users[0])))
        await expectUnavailable(store.destroy(sid))
        await expectUnavailable(sessions.read(hashOf(sid)))
        await expectUnavailable(sessions.revoke(hashOf(sid)))
        await expectUnavailable(sessions.list(under.users[0]))
      })
      await waitFor(() => store.get(sid), { what: 'the session after the outage' })
    })
  }
}

function describeEnds(opened: Opened): void {
  const endOf = async (under: StateUnderTest, sid: string): Promise<number> => {
    const sessions = await nodeOf(under, 0).sessions.list(under.users[0])
    return sessions.find(({ idHash }) => idHash === hashOf(sid))?.expiresAt ?? Number.NaN
  }

  it('is the end of its cookie, exact to 50 ms', async () => {
    const under = opened()
    const store = storeOf(nodeOf(under, 0))
    const sid = fresh('sid')
    await store.set(sid, sessionRecord(under.users[0], { ttlMs: 1_000 }))
    await under.elapse(900)
    expect(await storeOf(nodeOf(under, 1)).get(sid)).toBeDefined()
    await under.elapse(150)
    expect(await storeOf(nodeOf(under, 1)).get(sid)).toBeUndefined()
    expect(await store.get(sid)).toBeUndefined()
  })

  it('is seven days after its last use where its cookie names none', async () => {
    const under = opened()
    const sid = fresh('sid')
    const at = Date.now()
    await storeOf(nodeOf(under, 0)).set(sid, sessionRecord(under.users[0], { ttlMs: null }))
    expect(Math.abs((await endOf(under, sid)) - (at + 7 * DAY_MS))).toBeLessThan(1_000)
  })

  it('is thirty days after signing in at the latest', async () => {
    const under = opened()
    const store = storeOf(nodeOf(under, 0))
    const sid = fresh('sid')
    const createdAt = Date.now() - 30 * DAY_MS + 1_000
    const record = sessionRecord(under.users[0], { createdAt })
    await store.set(sid, record)
    await store.touch(sid, { ...record, cookie: sessionRecord('', { ttlMs: 2 * 3_600_000 }).cookie })
    expect(await endOf(under, sid)).toBe(createdAt + 30 * DAY_MS)
    await under.elapse(1_050)
    expect(await store.get(sid)).toBeUndefined()
  })

  it('moves when the session is used, but not so often that reading means writing', async () => {
    const under = opened()
    const store = storeOf(nodeOf(under, 0))
    const sid = fresh('sid')
    const use = (): Promise<void> => store.touch(sid, sessionRecord(under.users[0], { ttlMs: 10_000 }))
    await store.set(sid, sessionRecord(under.users[0], { ttlMs: 10_000 }))
    const end = await endOf(under, sid)
    await under.elapse(500)
    await use()
    expect(await endOf(under, sid)).toBe(end)
    await under.elapse(700)
    await use()
    expect((await endOf(under, sid)) - end).toBeGreaterThanOrEqual(1_200)
    expect(await store.get(sid)).toMatchObject({ userId: under.users[0] })
  })

  it('does not come by use of a session that is missing', async () => {
    const under = opened()
    const store = storeOf(nodeOf(under, 0))
    const sid = fresh('sid')
    await store.touch(sid, sessionRecord(under.users[0]))
    expect(await store.get(sid)).toBeUndefined()
  })
}

function describeDestroying(opened: Opened): void {
  const moves = fc.array(
    fc.record({
      act: fc.constantFrom('set', 'set', 'touch', 'get', 'destroy', 'revoke'),
      node: fc.nat(2),
      afterTurns: fc.nat(12),
    }),
    { minLength: 1, maxLength: 12 },
  )
  const turns = async (count: number): Promise<void> => {
    for (let i = 0; i < count; i += 1) await Promise.resolve()
  }

  it('◇ wins over every save, before, during and after it', async () => {
    const under = opened()
    const [user] = under.users
    await fc.assert(
      fc.asyncProperty(moves, fc.nat(2), fc.nat(12), async (others, destroyer, afterTurns) => {
        const sid = fresh('sid')
        const act = { act: 'destroy', node: destroyer, afterTurns }
        await storeOf(nodeOf(under, 0)).set(sid, sessionRecord(user))
        await Promise.all(
          [...others, act].map(async (move) => {
            const node = nodeOf(under, move.node)
            const store = storeOf(node)
            await turns(move.afterTurns)
            if (move.act === 'set') await store.set(sid, sessionRecord(user))
            if (move.act === 'touch') await store.touch(sid, sessionRecord(user, { ttlMs: 2 * 3_600_000 }))
            if (move.act === 'get') await store.get(sid)
            if (move.act === 'destroy') await store.destroy(sid)
            if (move.act === 'revoke') await node.sessions.revoke(hashOf(sid))
          }),
        )
        await storeOf(nodeOf(under, 1)).set(sid, sessionRecord(user))
        for (const node of under.nodes) expect(await storeOf(node).get(sid)).toBeUndefined()
        const listed = await nodeOf(under, 0).sessions.list(user)
        expect(listed.map(({ idHash }) => idHash)).not.toContain(hashOf(sid))
      }),
      { numRuns: 60 },
    )
  })

  it('wins over a slower request that has loaded the session and changes it', async () => {
    const under = opened()
    const slow = Promise.withResolvers<void>()
    let loaded = 0
    const app = express()
    app.use(
      expressSession({
        name: 'sid',
        secret: 'for this test only',
        store: nodeOf(under, 0).sessions.store,
        resave: false,
        saveUninitialized: false,
      }),
    )
    app.post('/in', (req, res) => {
      const { cookie: _, ...data } = sessionRecord(under.users[0])
      Object.assign(req.session, data)
      res.end()
    })
    app.post('/change', (req, res) => {
      loaded += 1
      void slow.promise.then(() => {
        Object.assign(req.session, { authVersion: 2 })
        res.end()
      })
    })
    app.post('/out', (req, res) => void req.session.destroy(() => res.end()))
    app.get(
      '/who',
      (req, res) => void res.json({ user: (req.session as { userId?: string }).userId ?? null }),
    )

    const entered = await request(app).post('/in').expect(200)
    const [cookie = ''] = entered.get('Set-Cookie')?.[0]?.split(';') ?? []
    await request(app).get('/who').set('Cookie', cookie).expect({ user: under.users[0] })
    const changes = Array.from({ length: 3 }, () =>
      request(app)
        .post('/change')
        .set('Cookie', cookie)
        .then((res) => res.status),
    )
    await waitFor(() => loaded === 3, { what: 'three requests that have loaded the session' })
    await request(app).post('/out').set('Cookie', cookie).expect(200)
    slow.resolve()
    expect(await Promise.all(changes)).toEqual([200, 200, 200])
    await request(app).get('/who').set('Cookie', cookie).expect({ user: null })
  })

  it('by the hash that is listed does the same, and may be repeated', async () => {
    const under = opened()
    const sid = fresh('sid')
    await storeOf(nodeOf(under, 0)).set(sid, sessionRecord(under.users[0]))
    await nodeOf(under, 1).sessions.revoke(hashOf(sid))
    await nodeOf(under, 2).sessions.revoke(hashOf(sid))
    await nodeOf(under, 2).sessions.revoke(hashOf(fresh('never there')))
    for (const node of under.nodes) expect(await storeOf(node).get(sid)).toBeUndefined()
  })

  it('leaves all other sessions alone', async () => {
    const under = opened()
    const store = storeOf(nodeOf(under, 0))
    const [kept, destroyed] = [fresh('sid'), fresh('sid')]
    await store.set(kept, sessionRecord(under.users[0]))
    await store.set(destroyed, sessionRecord(under.users[0]))
    await store.destroy(destroyed)
    await store.destroy(fresh('never there'))
    expect(await store.get(kept)).toBeDefined()
  })
}
