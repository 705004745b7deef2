import type { Cluster } from '../../../shared/cluster.ts'
import type { EnvironmentSetting } from '../../../shared/settings.ts'
import type { Db } from '../../db/database.ts'
import type { Endpoint } from '../../http/endpoint.ts'
import type { JobScheduler } from '../../jobs/job.ts'
import type { Logger } from '../../lib/logger.ts'
import type { AppRuntime } from '../../state/app-runtime.ts'
import type { HostDirectory } from '../../state/host-directory.ts'
import type { StateProvider } from '../../state/state-provider.ts'
import { createDiagnosticsService } from './diagnostics.service.ts'
import { healthEndpoints } from './health.endpoints.ts'
import { createHealthService, type HealthDeps } from './health.service.ts'
import { createSampler, type Sampler } from './sampler.ts'

export interface HealthFeature {
  readonly endpoints: readonly Endpoint[]
  /** To be started once the state provider has. */
  readonly sampler: Sampler
}

export interface HealthFeatureDeps {
  readonly version: string
  readonly db: Db
  readonly state: StateProvider<AppRuntime>
  readonly hosts: HostDirectory
  readonly scheduler: Pick<JobScheduler, 'status'>
  readonly describeCluster: () => Promise<Cluster>
  readonly environment: readonly EnvironmentSetting[]
  readonly facts: HealthDeps['facts']
  readonly log: Logger
  readonly now: () => number
}

/** What the console says of itself and of fail2ban. */
export function createHealthFeature(deps: HealthFeatureDeps): HealthFeature {
  const { db, state, hosts, scheduler, facts, log, now } = deps
  const { databasePath } = facts
  const sampler = createSampler({ db, databasePath, hosts, state, scheduler, log, now })
  const health = createHealthService({ hosts, state, sampler, facts, now })
  const diagnostics = createDiagnosticsService({ ...deps, health })
  return { endpoints: healthEndpoints(health, diagnostics), sampler }
}
