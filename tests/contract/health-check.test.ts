import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { openDatabase, type Db } from '../../src/server/db/database.ts'
import { healthJobs, type HealthJobsDeps } from '../../src/server/features/health/health.jobs.ts'
import type { AppRuntime } from '../../src/server/state/app-runtime.ts'
import { createHostDirectory } from '../../src/server/state/host-directory.ts'
import { createMemoryState } from '../../src/server/state/memory/memory-state.ts'
import { StateUnavailable, type StateProvider } from '../../src/server/state/state-provider.ts'
import type { Host } from '../../src/shared/host.ts'
import { NOON } from '../support/console-app.ts'

const noArchive = {
  loadAll: async () => [],
  save: async () => undefined,
  remove: async () => undefined,
  removeExpired: async () => undefined,
}

let at: number
let db: Db
let state: StateProvider<AppRuntime>
let logged: string[]
const now = (): number => at

beforeEach(async () => {
  at = NOON
  logged = []
  db = await openDatabase({ kind: 'sqlite', path: ':memory:' })
  state = createMemoryState({ now, sessionArchive: noArchive })
  await state.start(new AbortController().signal)
})
afterEach(async () => {
  await state.stop(1_000)
  await db.destroy()
})

/** The job as one of several processes would run it. */
function check(more: Partial<HealthJobsDeps> = {}): Promise<void> {
  const log = {
    info: (_about: object, text: string) => logged.push(`info ${text}`),
    warn: (_about: object, text: string) => logged.push(`warn ${text}`),
  } as unknown as HealthJobsDeps['log']
  const hosts = createHostDirectory({ runtime: state.runtime, host: 'local', now })
  const [job] = healthJobs({ hosts, state, db, log, now, ...more })
  if (!job) throw new Error('there is no job')
  const signal = new AbortController().signal
  return job.run({ slot: at, attempt: 1, fence: 1, payload: null, signal })
}

async function publish(host: Partial<Host>): Promise<void> {
  const whole = { id: 'local', online: true, database: 'ok' as const, currentlyBanned: 0, jailCount: 0 }
  await state.runtime.set('host/local', { host: { ...whole, ...host }, jails: [] })
}

const stopped: Partial<Host> = {
  online: false,
  offline: {
    reason: 'socket-missing',
    since: new Date(NOON).toISOString(),
    detail: 'fail2ban is not running.',
    remedy: 'Start it.',
  },
}

describe('the health check', () => {
  it('says nothing while everything is well, nor while the agent has only just begun', async () => {
    await check()
    await publish({})
    await check()
    expect(logged).toEqual([])
  })

  it('writes one line when a fail2ban goes away and one when it is back, whichever process looks', async () => {
    await publish(stopped)
    await check()
    await check()
    expect(logged).toEqual(['warn the fail2ban of local is away: fail2ban is not running. Start it.'])
    await publish({})
    await check()
    await check()
    expect(logged.slice(1)).toEqual(['info the fail2ban of local is back'])
  })

  it('notices an agent that has gone silent', async () => {
    await publish({})
    at += 10_001
    await check()
    expect(logged).toEqual([
      expect.stringContaining('warn the fail2ban of local is away: No process of BanGUI'),
    ])
  })

  it('does not fail because a fail2ban is away', async () => {
    await publish(stopped)
    await expect(check()).resolves.toBeUndefined()
  })

  it('fails with a sentence when the leases or the hosts cannot be asked about', async () => {
    await publish(stopped)
    const away = () => Promise.reject(new StateUnavailable())
    const broken = {
      locks: { ...state.locks, holders: away },
      runtime: { ...state.runtime, set: away },
    }
    await expect(check({ state: broken })).rejects.toThrow(
      /^The leases cannot be read: The connection .* What is known of the hosts cannot be kept: .*\.$/,
    )
  })

  it('fails with a sentence when the database cannot be read', async () => {
    const closed = await openDatabase({ kind: 'sqlite', path: ':memory:' })
    await closed.destroy()
    await expect(check({ db: closed })).rejects.toThrow(/^The database cannot be read: .*\.$/)
  })
})
