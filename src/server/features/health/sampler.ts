import type { Logger } from '../../lib/logger.ts'
import type { AppRuntime, ConsoleSample } from '../../state/app-runtime.ts'
import { StateUnavailable, type StateProvider, type Versioned } from '../../state/state-provider.ts'
import { keepFigures, newFailures, takeSample, type SampleDeps } from './console-sample.ts'

/** Looks at the console itself from time to time, once for all processes. */
export interface Sampler {
  /** The last sample of whichever process. */
  last(): Versioned<ConsoleSample> | undefined
  /** Looks now, unless somebody has within the last second. Rejects with StateUnavailable. */
  look(): Promise<void>
  start(): void
  stop(): Promise<void>
}

export interface SamplerDeps extends Omit<SampleDeps, 'locks'> {
  readonly state: Pick<StateProvider<AppRuntime>, 'runtime' | 'locks'>
  readonly log: Pick<Logger, 'debug' | 'warn'>
}

const KEY = 'checks/console'
/** Whoever finds the last sample older than this takes the next one. */
const DUE_MS = 9_000
const EVERY_MS = 5_000
const FRESH_MS = 1_000

export function createSampler(deps: SamplerDeps): Sampler {
  const { runtime, locks } = deps.state
  const { db, hosts, log, now } = deps
  let timer: NodeJS.Timeout | undefined
  let looking: Promise<void> | undefined

  const last = (): Versioned<ConsoleSample> | undefined => runtime.get(KEY)

  async function lookUnlessWithin(ms: number): Promise<void> {
    const before = last()
    if (before && now() - before.at < ms) return
    const sample = await takeSample({ ...deps, locks }, before?.value)
    const { ok } = await runtime.set(KEY, sample, before?.rev ?? 'absent')
    // Somebody else was quicker, and keeps the figures.
    if (!ok || sample.database.fault !== undefined) return
    for (const { host } of hosts.list()) {
      if (host.online) await keepFigures(db, now(), host, newFailures(before?.value, sample, host.id))
    }
  }

  /** One look at a time; who comes meanwhile waits for it. */
  function look(ms: number): Promise<void> {
    looking ??= lookUnlessWithin(ms).finally(() => (looking = undefined))
    return looking
  }

  async function tick(): Promise<void> {
    try {
      await look(DUE_MS)
    } catch (error) {
      // The provider tells of its own outages.
      const level = error instanceof StateUnavailable ? 'debug' : 'warn'
      log[level]({ err: error }, 'the console could not look at itself')
    }
    if (timer) timer = setTimeout(() => void tick(), EVERY_MS).unref()
  }

  return {
    last,
    look: () => look(FRESH_MS),
    start() {
      timer ??= setTimeout(() => void tick(), 0).unref()
    },
    async stop() {
      clearTimeout(timer)
      timer = undefined
      await looking?.catch(() => undefined)
    },
  }
}
