import type { EnvironmentSetting } from '../shared/settings.ts'
import type { Db } from './db/database.ts'
import { sessionsJobs } from './features/auth/sessions.jobs.ts'
import { createSessionsSeen } from './features/auth/sessions-seen.ts'
import { createSessionsRepository } from './features/auth/sessions.repository.ts'
import type { BanIngest } from './features/bans/ban-ingest.ts'
import { createBansFeature } from './features/bans/bans.feature.ts'
import type { JailPath } from './features/bans/bans.service.ts'
import { instancesJobs } from './features/cluster/instances.jobs.ts'
import { createEventStream, type EventStream, type EventStreamDeps } from './features/events/event-stream.ts'
import { eventsEndpoints } from './features/events/events.endpoints.ts'
import { createEventsRepository } from './features/events/events.repository.ts'
import { createStreamAdmission } from './features/events/stream-admission.ts'
import { healthJobs } from './features/health/health.jobs.ts'
import { hostsEndpoints } from './features/hosts/hosts.endpoints.ts'
import { ipEndpoints } from './features/ip/ip.endpoints.ts'
import { createAllowService } from './features/jails/allow.service.ts'
import { jailsEndpoints } from './features/jails/jails.endpoints.ts'
import { createJailsService } from './features/jails/jails.service.ts'
import { settingsEndpoints } from './features/settings/settings.endpoints.ts'
import { createSettingsService, type FixedSettings } from './features/settings/settings.service.ts'
import { probeEndpoints } from './features/setup/probe.endpoints.ts'
import { statsEndpoints } from './features/stats/stats.endpoints.ts'
import { statsJobs } from './features/stats/stats.jobs.ts'
import { createStatsRepository } from './features/stats/stats.repository.ts'
import { createStatsService } from './features/stats/stats.service.ts'
import type { SessionUser } from './http/admit.ts'
import type { Endpoint } from './http/endpoint.ts'
import type { Job } from './jobs/job.ts'
import type { Logger } from './lib/logger.ts'
import { createAgentCommands } from './state/agent-commands.ts'
import type { AppRuntime } from './state/app-runtime.ts'
import { createHostDirectory, type HostDirectory } from './state/host-directory.ts'
import type { StateProvider } from './state/state-provider.ts'

/** What the console knows and does about fail2ban; it reaches fail2ban only through the agents. */
export interface Console {
  readonly endpoints: readonly Endpoint[]
  readonly hosts: HostDirectory
  /** Where an address is banned, itself or within a network. */
  readonly bansOf: (address: string) => Promise<JailPath[]>
  /** Of the web role: to be started before the server listens, and stopped before it is waited for. */
  readonly events: EventStream
  /** Of the jobs role. */
  readonly ingest: BanIngest
  readonly jobs: readonly Job[]
}

export interface ConsoleDeps {
  readonly db: Db
  readonly state: StateProvider<AppRuntime>
  /** Id of the fail2ban host of this installation. */
  readonly host: string
  readonly fixedSettings: FixedSettings
  readonly environment: readonly EnvironmentSetting[]
  readonly findUser: (id: string) => Promise<SessionUser | undefined>
  /** Lets some process run a job now. */
  readonly trigger: (job: string) => Promise<void>
  readonly log: Logger
  readonly now: () => number
  readonly streams?: Pick<EventStreamDeps, 'timing' | 'limits'>
}

export function createConsole(deps: ConsoleDeps): Console {
  const { db, state, host, findUser, log, now } = deps
  const hosts = createHostDirectory({ runtime: state.runtime, host, now })
  const commands = createAgentCommands(state.requests)
  const archive = createEventsRepository(db)
  const settings = createSettingsService({ db, fixed: deps.fixedSettings, log })
  const keepDays = async () => (await settings.values()).historyDays
  const stats = createStatsRepository(db)
  const { trigger } = deps
  const bans = createBansFeature({ db, state, host, hosts, commands, keepDays, trigger, log, now })
  const { repository } = bans
  const seen = createSessionsSeen({ db, log, now })
  const events = createEventStream({
    repository: archive,
    state,
    hosts,
    admitted: createStreamAdmission({
      sessions: state.sessions,
      findUser,
      noteSeen: (actor) => seen.note(actor),
    }),
    log,
    ...deps.streams,
  })
  return {
    hosts,
    events,
    bansOf: bans.bansOf,
    ingest: bans.ingest,
    jobs: [
      ...bans.jobs,
      ...healthJobs({ hosts, state, db, log, now }),
      ...instancesJobs({ db, now }),
      ...statsJobs({ repository: stats, keepDays, now }),
      ...sessionsJobs({ archive: createSessionsRepository(db), seen, now }),
    ],
    endpoints: [
      ...hostsEndpoints(hosts),
      ...jailsEndpoints(
        createJailsService({ hosts, commands, log, now }),
        createAllowService({
          hosts,
          commands,
          bansCovering: (entry) => repository.covering(entry),
          log,
        }),
      ),
      ...bans.endpoints,
      ...ipEndpoints({
        bansCovering: (entry) => repository.covering(entry),
        bansInside: (network, limit) => repository.inside(network, limit),
        eventsOf: (ip, limit) => archive.ofIp(ip, limit),
        ignoreLists: () =>
          hosts.list().map(({ host: { id } }) => ({
            host: id,
            lists: state.runtime.get(`ignore/${id}`)?.value ?? {},
          })),
      }),
      ...eventsEndpoints(events),
      ...statsEndpoints(createStatsService({ repository: stats, now })),
      ...probeEndpoints({ hosts, commands }),
      ...settingsEndpoints({ settings, environment: deps.environment }),
    ],
  }
}
