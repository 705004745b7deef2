import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import * as fc from 'fast-check'
import { createSessionsRepository } from '../../src/server/features/auth/sessions.repository.ts'
import { createMemoryState } from '../../src/server/state/memory/memory-state.ts'
import type { SessionArchive } from '../../src/server/state/memory/session-archive.ts'
import { SessionTable } from '../../src/server/state/memory/session-table.ts'
import { sessionIdHash, toSessionPayload } from '../../src/server/state/session-payload.ts'
import type { AppRuntime } from '../../src/server/state/app-runtime.ts'
import type { StateProvider } from '../../src/server/state/state-provider.ts'
import { simulateTime, type SimulatedTime } from '../support/simulated-time.ts'
import { addUsers, openTestDatabase, type TestDatabase } from '../support/test-database.ts'
import { expectUnavailable, fresh, sessionRecord, storeOf } from './state-under-test.ts'

const USER = 'user-1'

/** An archive whose next operations can be made to fail or to wait. */
interface MoodyArchive extends SessionArchive {
  mood: { fails: boolean; before: (operation: string) => Promise<void> }
}

function moody(archive: SessionArchive): MoodyArchive {
  const mood: MoodyArchive['mood'] = { fails: false, before: async () => undefined }
  const ask = async <T>(operation: string, work: () => Promise<T>): Promise<T> => {
    await mood.before(operation)
    if (mood.fails) throw new Error('the disk is full')
    return work()
  }
  return {
    mood,
    loadAll: (now) => ask('load', () => archive.loadAll(now)),
    save: (session) => ask('save', () => archive.save(session)),
    remove: (idHash) => ask('remove', () => archive.remove(idHash)),
    removeExpired: (now) => ask('removeExpired', () => archive.removeExpired(now)),
  }
}

describe('sessions of the memory provider', () => {
  let time: SimulatedTime
  let database: TestDatabase
  let archive: MoodyArchive
  const running: Array<StateProvider<AppRuntime>> = []

  async function start(): Promise<StateProvider<AppRuntime>> {
    const state = createMemoryState({ now: Date.now, sessionArchive: archive })
    running.push(state)
    await state.start(new AbortController().signal)
    return state
  }

  beforeEach(async () => {
    time = simulateTime()
    database = await openTestDatabase()
    await addUsers(database.db, [USER])
    archive = moody(createSessionsRepository(database.db))
  })

  afterEach(async () => {
    archive.mood = { fails: false, before: async () => undefined }
    await Promise.all(running.splice(0).map((state) => state.stop(1_000)))
    await database.close()
    time.end()
  })

  const rows = (): Promise<Array<{ id_hash: string; user_id: string; expires_at: number; data: string }>> =>
    database.db.selectFrom('sessions').selectAll().execute()

  it('outlive the process, without their ids ever being written down', async () => {
    const sid = fresh('sid')
    await storeOf(await start()).set(sid, sessionRecord(USER, { ttlMs: 60_000 }))
    const [row] = await rows()
    expect(row).toMatchObject({ id_hash: sessionIdHash(sid), user_id: USER, expires_at: Date.now() + 60_000 })
    expect(JSON.stringify(row)).not.toContain(sid)
    const restarted = await start()
    expect(await storeOf(restarted).get(sid)).toMatchObject({ userId: USER, cookie: { path: '/' } })
    expect(await restarted.sessions.list(USER)).toHaveLength(1)
  })

  it('keep their end over a restart, and a later one when they were used', async () => {
    const sid = fresh('sid')
    const store = storeOf(await start())
    await store.set(sid, sessionRecord(USER, { ttlMs: 10_000 }))
    await time.elapse(5_000)
    await store.touch(sid, sessionRecord(USER, { ttlMs: 10_000 }))
    const restarted = storeOf(await start())
    await time.elapse(9_900)
    expect(await restarted.get(sid)).toBeDefined()
    await time.elapse(200)
    expect(await restarted.get(sid)).toBeUndefined()
    expect(await storeOf(await start()).get(sid)).toBeUndefined()
  })

  it('are acknowledged when they are on disk, not before', async () => {
    const gate = Promise.withResolvers<void>()
    const store = storeOf(await start())
    archive.mood.before = () => gate.promise
    let saved = false
    const sid = fresh('sid')
    const saving = store.set(sid, sessionRecord(USER)).then(() => (saved = true))
    await time.elapse(1_000)
    expect(saved).toBe(false)
    expect(await store.get(sid)).toBeUndefined()
    gate.resolve()
    await saving
    expect(await rows()).toHaveLength(1)
  })

  it('do not come back after a restart once destroyed, however the disk orders things ◇', async () => {
    const state = await start()
    const store = storeOf(state)
    const act = fc.record({ kind: fc.constantFrom('set', 'set', 'touch', 'destroy'), turns: fc.nat(20) })
    await fc.assert(
      fc.asyncProperty(
        fc.array(act, { maxLength: 10 }),
        fc.infiniteStream(fc.nat(10)),
        async (acts, waits) => {
          archive.mood.before = async () => turns(waits.next().value ?? 0)
          const sid = fresh('sid')
          await store.set(sid, sessionRecord(USER))
          await Promise.all(
            [...acts, { kind: 'destroy', turns: 5 }].map(async ({ kind, turns: before }) => {
              await turns(before)
              if (kind === 'set') await store.set(sid, sessionRecord(USER))
              if (kind === 'touch') await store.touch(sid, sessionRecord(USER, { ttlMs: 7_200_000 }))
              if (kind === 'destroy') await store.destroy(sid)
            }),
          )
          expect((await rows()).map((row) => row.id_hash)).not.toContain(sessionIdHash(sid))
        },
      ),
      { numRuns: 60 },
    )
  })

  it('that the disk refuses are refused, and health says so until it works again', async () => {
    const state = await start()
    const store = storeOf(state)
    const [kept, refused] = [fresh('sid'), fresh('sid')]
    await store.set(kept, sessionRecord(USER))
    archive.mood.fails = true
    await expectUnavailable(store.set(refused, sessionRecord(USER)))
    expect(await store.get(refused)).toBeUndefined()
    expect(await store.get(kept)).toBeDefined()
    expect(state.health()).toMatchObject({
      ok: false,
      reasons: [expect.stringContaining('the disk is full')],
    })
    archive.mood.fails = false
    await time.elapse(2_000)
    expect(state.health()).toMatchObject({ ok: true, reasons: [] })
  })

  it.each(['while it runs', 'when it stops'])(
    'whose destruction the disk refused are dead at once, and removed %s as soon as it works again',
    async (when) => {
      const state = await start()
      const store = storeOf(state)
      const sid = fresh('sid')
      await store.set(sid, sessionRecord(USER))
      archive.mood.fails = true
      await expectUnavailable(store.destroy(sid))
      expect(await store.get(sid)).toBeUndefined()
      await time.elapse(5_000)
      expect(await rows()).toHaveLength(1)
      archive.mood.fails = false
      if (when === 'while it runs') await time.elapse(2_000)
      else await state.stop(1_000)
      expect(await rows()).toEqual([])
    },
  )

  it('are waited for at the start as long as the disk does not give them', async () => {
    const sid = fresh('sid')
    await storeOf(await start()).set(sid, sessionRecord(USER))
    archive.mood.fails = true
    let state: StateProvider<AppRuntime> | undefined
    const starting = start().then((started) => (state = started))
    await time.elapse(3_000)
    expect(state).toBeUndefined()
    archive.mood.fails = false
    await time.elapse(6_000)
    await starting
    expect(await storeOf(await starting).get(sid)).toBeDefined()
  })

  it('are waited for no longer than the start is wanted', async () => {
    archive.mood.fails = true
    const state = createMemoryState({ now: Date.now, sessionArchive: archive })
    const wanted = new AbortController()
    const starting = expectUnavailable(state.start(wanted.signal))
    await time.elapse(1_000)
    wanted.abort()
    await starting
    expect(time.timerCount()).toBe(0)
  })

  it('that cannot be read are dropped, and the others are not', async () => {
    const sid = fresh('sid')
    await storeOf(await start()).set(sid, sessionRecord(USER))
    const broken = [
      '{',
      'null',
      '{}',
      JSON.stringify({ ...sessionRecord(USER), cookie: 7 }),
      JSON.stringify({ ...sessionRecord(USER), authVersion: 'one' }),
    ]
    const values = broken.map((data, i) => ({
      id_hash: `broken-${i}`,
      user_id: USER,
      data,
      expires_at: 9e15,
    }))
    await database.db.insertInto('sessions').values(values).execute()
    const restarted = await start()
    expect(await storeOf(restarted).get(sid)).toBeDefined()
    expect(await restarted.sessions.list(USER)).toHaveLength(1)
    await time.elapse(61_000)
    expect(await rows()).toHaveLength(1)
  })

  it('are swept from memory and disk after their end', async () => {
    const store = storeOf(await start())
    await store.set(fresh('sid'), sessionRecord(USER, { ttlMs: 30_000 }))
    await store.set(fresh('sid'), sessionRecord(USER, { ttlMs: 600_000 }))
    await time.elapse(61_000)
    expect(await rows()).toHaveLength(1)
  })

  it('push out the oldest when there are too many, on disk too', async () => {
    const table = new SessionTable({ archive, now: Date.now, mostSessions: 3 })
    for (const name of ['a', 'b', 'c', 'd']) await table.save(name, toSessionPayload(sessionRecord(USER)))
    await table.maintain()
    expect(['a', 'b', 'c', 'd'].filter((name) => table.read(name))).toEqual(['b', 'c', 'd'])
    expect((await rows()).map((row) => row.id_hash).toSorted()).toEqual(['b', 'c', 'd'])
  })

  it('go with their user', async () => {
    await storeOf(await start()).set(fresh('sid'), sessionRecord(USER))
    await database.db.deleteFrom('users').execute()
    expect(await rows()).toEqual([])
    // One that begins while its user is removed counts nowhere, and is no fault of the archive.
    await storeOf(await start()).set(fresh('sid'), sessionRecord(USER))
    expect(await rows()).toEqual([])
  })
})

async function turns(count: number): Promise<void> {
  for (let i = 0; i < count; i += 1) await Promise.resolve()
}
