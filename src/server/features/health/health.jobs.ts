import { sql } from 'kysely'
import type { HostSnapshot } from '../../../shared/host.ts'
import type { Db } from '../../db/database.ts'
import type { Job } from '../../jobs/job.ts'
import { messageOf } from '../../lib/errors.ts'
import type { Logger } from '../../lib/logger.ts'
import { HostHealth, type AppRuntime } from '../../state/app-runtime.ts'
import type { HostDirectory } from '../../state/host-directory.ts'
import type { StateProvider } from '../../state/state-provider.ts'

export interface HealthJobsDeps {
  readonly hosts: Pick<HostDirectory, 'list'>
  readonly state: Pick<StateProvider<AppRuntime>, 'locks' | 'runtime'>
  readonly db: Db
  readonly log: Pick<Logger, 'info' | 'warn'>
  readonly now: () => number
}

/** Looks at what can be looked at cheaply. A fail2ban that is away is logged; what the console itself lacks fails the run. */
export function healthJobs(deps: HealthJobsDeps): Job[] {
  return [
    {
      name: 'health.check',
      schedule: { everyMs: 15_000 },
      timeoutMs: 10_000,
      attempts: 1,
      async run() {
        const faults = await Promise.all([
          faultOf('The database cannot be read', () => sql`select 1`.execute(deps.db)),
          faultOf('The leases cannot be read', () => deps.state.locks.holders()),
          faultOf('What is known of the hosts cannot be kept', () => checkHosts(deps)),
        ])
        const found = faults.filter((fault) => fault !== undefined)
        if (found.length > 0) throw new Error(found.join(' '))
      },
    },
  ]
}

async function faultOf(what: string, look: () => Promise<unknown>): Promise<string | undefined> {
  try {
    await look()
    return undefined
  } catch (error) {
    return `${what}: ${messageOf(error).replace(/\.$/, '')}.`
  }
}

async function checkHosts(deps: HealthJobsDeps): Promise<void> {
  for (const { host } of deps.hosts.list()) {
    // An agent that has only just begun may still find it.
    if (host.offline?.reason !== 'starting') await checkHost(deps, host)
  }
}

/** One line when it goes away and one when it is back, by whichever process looks next. */
async function checkHost(deps: HealthJobsDeps, { id, offline }: HostSnapshot['host']): Promise<void> {
  const { log, now } = deps
  const { runtime } = deps.state
  const known = runtime.get(`health/${id}`)
  const { data } = HostHealth.safeParse(known?.value)
  const away = data?.away ?? null
  if ((away === null) === (offline === undefined)) return
  const next = { away: offline ? { reason: offline.reason, since: offline.since } : null }
  const { ok } = await runtime.set(`health/${id}`, next, known?.rev ?? 'absent')
  if (!ok) return
  if (offline) {
    const about = { host: id, reason: offline.reason, since: offline.since }
    log.warn(about, `the fail2ban of ${id} is away: ${offline.detail} ${offline.remedy}`)
  } else if (away) {
    const awaySeconds = Math.round((now() - Date.parse(away.since)) / 1_000)
    log.info({ host: id, awaySeconds }, `the fail2ban of ${id} is back`)
  }
}
