import type { Db } from '../../db/database.ts'
import type { Endpoint } from '../../http/endpoint.ts'
import type { Job } from '../../jobs/job.ts'
import type { Logger } from '../../lib/logger.ts'
import type { AgentCommands } from '../../state/agent-commands.ts'
import type { AppRuntime } from '../../state/app-runtime.ts'
import type { HostDirectory } from '../../state/host-directory.ts'
import type { StateProvider } from '../../state/state-provider.ts'
import { createBanFeedRepository } from './ban-feed.repository.ts'
import { createBanIngest, type BanIngest } from './ban-ingest.ts'
import { bansEndpoints } from './bans.endpoints.ts'
import { bansJobs } from './bans.jobs.ts'
import { createBansRepository, type BansRepository } from './bans.repository.ts'
import { createBansService, type BansService } from './bans.service.ts'
import { createUnbanJobsRepository } from './unban-jobs.repository.ts'
import { createUnbanMatching } from './unban-matching.ts'

export interface BansFeatureDeps {
  readonly db: Db
  readonly state: StateProvider<AppRuntime>
  /** Id of the fail2ban host of this installation. */
  readonly host: string
  readonly hosts: HostDirectory
  readonly commands: AgentCommands
  readonly keepDays: () => Promise<number>
  /** Lets some process run a job now. */
  readonly trigger: (job: string) => Promise<void>
  readonly log: Logger
  readonly now: () => number
}

/** Active bans: what agents tell of them, and what people look for, lift and set. */
export interface BansFeature {
  readonly repository: BansRepository
  readonly bansOf: BansService['bansOf']
  readonly ingest: BanIngest
  readonly jobs: readonly Job[]
  readonly endpoints: readonly Endpoint[]
}

export function createBansFeature(deps: BansFeatureDeps): BansFeature {
  const { db, state, host, hosts, commands, keepDays, trigger, log, now } = deps
  const feed = createBanFeedRepository(db)
  const repository = createBansRepository(db)
  const service = createBansService({ repository, hosts, commands, log })
  const jobs = createUnbanJobsRepository(db)
  const matching = createUnbanMatching({ jobs, bans: repository, commands, trigger, now, log })
  return {
    repository,
    bansOf: (address) => service.bansOf(address),
    ingest: createBanIngest({ repository: feed, state, host, log }),
    jobs: [...bansJobs({ repository: feed, keepDays, now }), matching.job],
    endpoints: bansEndpoints(service, matching),
  }
}
