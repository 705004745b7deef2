import { setTimeout as pause } from 'node:timers/promises'
import { openDatabaseReader, type DatabaseReader } from '../fail2ban/database-reader.ts'
import type { Fail2banClient } from '../fail2ban/fail2ban-client.ts'
import { captureJailStream, readJailStream } from '../fail2ban/jail-stream.ts'
import type { PathMap } from '../fail2ban/path-map.ts'
import type { Logger } from '../lib/logger.ts'
import type { AppRuntime } from '../state/app-runtime.ts'
import { StateUnavailable, type Lease, type StateProvider } from '../state/state-provider.ts'
import { BanFeed } from './ban-feed.ts'
import { BanRecords } from './ban-records.ts'
import { createCommandHandler } from './command-handler.ts'
import { createConfiguredJails } from './configured-jails.ts'
import { createHostReport } from './host-report.ts'
import { HostWatch } from './host-watch.ts'
import { createProbe } from './probe.ts'
import { SourceWatch } from './source-watch.ts'
import { SurroundingsWatch, withHidden } from './surroundings.ts'

/** The role next to fail2ban. Of all processes that have it for one host, the holder of the lease `agent/<host>` works. */
export interface Agent {
  start(): void
  /** Resolves once the connections are closed and the lease is free. */
  stop(): Promise<void>
}

export interface AgentDeps {
  readonly host: string
  /** Id of this process, shown as the holder of the lease. */
  readonly instanceId: string
  /** Called twice: what watches never waits behind a command that takes long, nor is it lost with one. */
  readonly openClient: (mayAsk: () => boolean) => Fail2banClient
  /** For what people are told. */
  readonly socketPath: string
  /** Instead of what the server says, where its path is not ours. */
  readonly databasePath?: string | undefined
  /** Where the paths that the server names are for us. */
  readonly pathMap?: PathMap
  readonly configDir: string
  readonly state: Pick<StateProvider<AppRuntime>, 'locks' | 'requests' | 'runtime'>
  readonly now?: () => number
  readonly log: Logger
  readonly intervalMs?: number
  readonly openDatabase?: (path: string) => DatabaseReader
}

const LEASE_TTL_MS = 10_000
const LEASE_WAIT_MS = 5_000
const RETRY_MS = 1_000

export function createAgent(deps: AgentDeps): Agent {
  const { host, state, log } = deps
  const stopped = new AbortController()
  let running: Promise<void> | undefined

  async function run(): Promise<void> {
    while (!stopped.signal.aborted) {
      try {
        const holder = deps.instanceId
        const lease = await state.locks.acquire(`agent/${host}`, {
          ttlMs: LEASE_TTL_MS,
          waitMs: LEASE_WAIT_MS,
          holder,
        })
        if (lease === 'busy') continue
        try {
          await work(deps, lease, AbortSignal.any([stopped.signal, lease.signal]))
        } finally {
          await lease.release()
        }
      } catch (error) {
        if (stopped.signal.aborted) return
        // The provider tells of its own outages.
        const level = error instanceof StateUnavailable ? 'debug' : 'warn'
        log[level]({ err: error, host }, 'the agent was interrupted; it tries again')
        await pause(RETRY_MS, undefined, { signal: stopped.signal }).catch(() => undefined)
      }
    }
  }

  return {
    start() {
      running ??= run()
    },
    async stop() {
      stopped.abort()
      await running
    },
  }
}

/**
 * The agent's work while it holds the lease. A process that stood still may have lost it without knowing: whatever has an
 * effect is preceded by the question whether it is still held.
 */
async function work(deps: AgentDeps, lease: Lease, signal: AbortSignal): Promise<void> {
  const { host, state, log, now = Date.now, intervalMs = 500 } = deps
  const isCurrent = (): boolean => lease.isHeld()
  const [watching, working] = [deps.openClient(isCurrent), deps.openClient(isCurrent)]
  const records = new BanRecords({ open: deps.openDatabase ?? openDatabaseReader, now, log })
  const { sources, surroundings, report } = createReport(deps, records)
  const feed = new BanFeed({
    host,
    client: watching,
    records,
    requests: state.requests,
    isCurrent: () => lease.isHeld(),
    position: () => state.runtime.get(`feed/${host}`)?.value,
    wake: () => watch.wake(),
    now,
    log,
  })
  const watch = new HostWatch({
    client: watching,
    feed,
    records,
    report,
    sources,
    surroundings,
    socketPath: deps.socketPath,
    databasePath: deps.databasePath,
    pathMap: deps.pathMap ?? [],
    publish: async (snapshot) => {
      if (lease.isHeld()) await state.runtime.set(`host/${host}`, snapshot)
    },
    publishIgnored: async (lists) => {
      if (lease.isHeld()) await state.runtime.set(`ignore/${host}`, lists)
    },
    now,
    intervalMs,
    log,
  })
  const look = (): Promise<void> => watch.look()
  const handle = createCommandHandler({
    client: working,
    feed,
    report,
    sources,
    configured: createConfiguredJails({ readStream: (jail) => readJailStream({ ...deps, jail }), now }),
    probe: createProbe({
      ...deps,
      databasePath: deps.databasePath,
      openClient: () => deps.openClient(isCurrent),
      records,
      look,
    }),
    captureStream: (jail) => captureJailStream({ ...deps, jail }),
    now,
    look,
    isCurrent: () => lease.isHeld(),
    log,
  })
  const stopServing = await state.requests.serve(`agent/${host}`, handle, { takes: () => lease.isHeld() })
  const closeConnections = (): void => void Promise.all([watching.close(), working.close()])
  signal.addEventListener('abort', closeConnections, { once: true })
  try {
    await watch.run(signal)
  } finally {
    signal.removeEventListener('abort', closeConnections)
    await stopServing()
    await feed.stop()
    records.close()
    await Promise.all([watching.close(), working.close()])
  }
}

/** What is told of the host, with a look at the files beside fail2ban. */
function createReport(deps: AgentDeps, records: BanRecords) {
  const { host, socketPath, databasePath, pathMap = [], now = Date.now } = deps
  const earlier = deps.state.runtime.get(`host/${host}`)?.value
  const sources = new SourceWatch({
    now,
    // fail2ban's paths are ours, too, where its database is found at the one it names.
    seesFiles: () => databasePath === undefined && pathMap.length === 0 && records.state.database === 'ok',
    pathMap,
    earlier,
  })
  const surroundings = new SurroundingsWatch({ now, earlier: earlier?.host.surroundings })
  const report = createHostReport({
    host,
    socketPath,
    missingOf: (jail) => sources.missingOf(jail),
    surroundings: () => withHidden(surroundings.known, sources.hidden),
    earlier,
  })
  return { sources, surroundings, report }
}
