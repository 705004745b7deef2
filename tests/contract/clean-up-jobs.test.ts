import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { pino } from 'pino'
import { sessionsJobs } from '../../src/server/features/auth/sessions.jobs.ts'
import { createSessionsSeen } from '../../src/server/features/auth/sessions-seen.ts'
import { createSessionsRepository } from '../../src/server/features/auth/sessions.repository.ts'
import { instancesJobs } from '../../src/server/features/cluster/instances.jobs.ts'
import type { Job } from '../../src/server/jobs/job.ts'
import { NOON } from '../support/console-app.ts'
import { addUsers, openTestDatabase, type TestDatabase } from '../support/test-database.ts'

const HOUR_MS = 3_600_000
const now = () => NOON
const log = pino({ level: 'silent' })
let test: TestDatabase

beforeEach(async () => {
  test = await openTestDatabase()
})
afterEach(() => test.close())

async function run([job]: readonly Job[]): Promise<void> {
  await job?.run({ slot: NOON, attempt: 1, fence: 1, payload: null, signal: new AbortController().signal })
}

describe('the job that clears sessions away', () => {
  it('forgets those that have ended, and no other', async () => {
    await addUsers(test.db, ['somebody'])
    const archive = createSessionsRepository(test.db)
    const save = (idHash: string, expiresAt: number) =>
      archive.save({ idHash, userId: 'somebody', payload: '{}', expiresAt })
    await save('ended', NOON - 1)
    await save('open', NOON + 1)
    await test.db
      .insertInto('sessions_seen')
      .values([
        { id_hash: 'ended', user_id: 'somebody', seen_at: NOON - 8 * 24 * HOUR_MS },
        { id_hash: 'open', user_id: 'somebody', seen_at: NOON - 6 * 24 * HOUR_MS },
      ])
      .execute()
    await run(sessionsJobs({ archive, seen: createSessionsSeen({ db: test.db, log, now }), now }))
    for (const table of ['sessions', 'sessions_seen'] as const) {
      const left = await test.db.selectFrom(table).select('id_hash').execute()
      expect(left).toEqual([{ id_hash: 'open' }])
    }
  })
})

describe('the job that clears instances away', () => {
  it('forgets processes with Redis that were killed more than a day ago', async () => {
    const row = { hostname: 'alpha', pid: 1, pid_space: '', started_at: NOON - 100 * HOUR_MS }
    const rows = [
      { name: 'console/dead', provider: 'redis', heartbeat_at: NOON - 25 * HOUR_MS },
      { name: 'console/silent', provider: 'redis', heartbeat_at: NOON - HOUR_MS },
      { name: 'console', provider: 'memory', heartbeat_at: NOON - 25 * HOUR_MS },
    ] as const
    await test.db
      .insertInto('instance_leases')
      .values(rows.map((each) => ({ ...row, ...each, holder: each.name })))
      .execute()
    await run(instancesJobs({ db: test.db, now }))
    const left = await test.db.selectFrom('instance_leases').select('name').orderBy('name').execute()
    expect(left.map(({ name }) => name)).toEqual(['console', 'console/silent'])
  })
})
