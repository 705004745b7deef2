import { InstanceReport, type Instance } from '../../../shared/cluster.ts'
import type { Logger } from '../../lib/logger.ts'
import type { ProcessVitals } from '../../lib/process-vitals.ts'
import type { AppRuntime } from '../../state/app-runtime.ts'
import { StateUnavailable, type RuntimeState } from '../../state/state-provider.ts'

/** Three reports missed: whoever is silent for longer is not listed. */
const SILENT_MS = 6_000
/** Nobody comes back after this; what a killed process left behind is cleared away. */
const GONE_MS = 60_000

const INSTANCE_KEY = /^instance\/./

export type InstanceIdentity = Pick<
  InstanceReport,
  'id' | 'pid' | 'hostname' | 'worker' | 'roles' | 'version' | 'startedAt'
>

/** Lets every process know that this one serves. */
export interface InstanceRegistry {
  /** Resolves after the first report, whether or not the provider could take it; goes on until `stop`. */
  start(): Promise<void>
  /** Takes the entry away, so that nobody has to wait until it counts as silent. Never fails. */
  stop(): Promise<void>
}

export function createInstanceRegistry(deps: {
  runtime: Pick<RuntimeState<AppRuntime>, 'get' | 'keys' | 'set' | 'remove'>
  identity: InstanceIdentity
  vitals: Pick<ProcessVitals, 'read'>
  isReady: () => boolean
  now: () => number
  log: Pick<Logger, 'debug' | 'error'>
  intervalMs?: number
}): InstanceRegistry {
  const { runtime, identity, now, log, intervalMs = 2_000 } = deps
  const key = `instance/${identity.id}` as const
  let timer: NodeJS.Timeout | undefined
  let reporting: Promise<void> | undefined
  let stopped = false

  async function report(): Promise<void> {
    const { eventLoopLag, rssBytes, heapUsedBytes } = deps.vitals.read()
    await runtime.set(key, { ...identity, ready: deps.isReady(), eventLoopLag, rssBytes, heapUsedBytes })
    for (const other of runtime.keys()) {
      const entry = runtime.get(other)
      if (!INSTANCE_KEY.test(String(other)) || !entry || now() - entry.at <= GONE_MS) continue
      await runtime.remove(other)
    }
  }

  async function reportAndPlan(): Promise<void> {
    try {
      await report()
    } catch (error) {
      // The provider tells of its own outages; this would only repeat it.
      const level = error instanceof StateUnavailable ? 'debug' : 'error'
      log[level]({ err: error }, 'this process could not tell the others of itself')
    }
    if (!stopped) timer = setTimeout(() => void tick(), intervalMs).unref()
  }

  function tick(): Promise<void> {
    reporting = reportAndPlan()
    return reporting
  }

  return {
    start: tick,
    async stop() {
      stopped = true
      clearTimeout(timer)
      try {
        // A report under way would bring the entry back.
        await reporting
        await runtime.remove(key)
      } catch (error) {
        log.debug({ err: error }, 'this process could not take its entry away; it fades within seconds')
      }
    },
  }
}

/** The processes that serve now, in the order of their start. What another version wrote and we cannot read is left out. */
export function listInstances(
  runtime: Pick<RuntimeState<AppRuntime>, 'get' | 'keys'>,
  now: number,
): Instance[] {
  const instances = runtime.keys().flatMap((key) => {
    const entry = INSTANCE_KEY.test(String(key)) ? runtime.get(key) : undefined
    if (!entry || now - entry.at > SILENT_MS) return []
    const report = InstanceReport.safeParse(entry.value)
    return report.success ? [{ ...report.data, seenAt: new Date(entry.at).toISOString() }] : []
  })
  return instances.toSorted(
    (a, b) => Date.parse(a.startedAt) - Date.parse(b.startedAt) || (a.id < b.id ? -1 : 1),
  )
}
