import type { Config } from './config.ts'
import type { Db } from './db/database.ts'
import type { InstanceIdentity } from './features/cluster/instance-registry.ts'
import type { Secrets } from './http/cookies.ts'
import type { Logger } from './lib/logger.ts'
import type { ProcessVitals } from './lib/process-vitals.ts'
import type { InstanceLease } from './startup/instance-lease.ts'
import type { WorkerLink } from './startup/worker-link.ts'
import type { AppRuntime } from './state/app-runtime.ts'
import type { StateProvider } from './state/state-provider.ts'

/** What a role finds when it opens. */
export interface Ground {
  readonly config: Config
  readonly log: Logger
  readonly identity: InstanceIdentity
  readonly state: StateProvider<AppRuntime>
  readonly vitals: ProcessVitals
  readonly workerLink: WorkerLink | undefined
  /** What is opened is closed in reverse. */
  readonly opened: AsyncDisposableStack
}

export interface Database {
  readonly db: Db
  readonly installationId: string
  readonly secrets: Secrets
  readonly lease: InstanceLease
}
