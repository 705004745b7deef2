import type {
  HealthCheck,
  HealthLevel,
  HealthReport,
  ProtectionVerdict,
  ProxySeen,
} from '../../../shared/health.ts'
import type { HostDirectory } from '../../state/host-directory.ts'
import type { StateProvider } from '../../state/state-provider.ts'
import { checksOfConsole, type ConsoleFacts } from './console-checks.ts'
import { checksOfHost, verdictOf } from './fail2ban-checks.ts'
import type { Sampler } from './sampler.ts'

export interface HealthService {
  /** What is known now, without asking anybody. Frozen, and the same object until something changes. */
  report(proxy: ProxySeen): HealthReport
  /** Looks at what is not known at any moment, then reports. */
  recheck(proxy: ProxySeen): Promise<HealthReport>
}

export interface HealthDeps {
  readonly hosts: Pick<HostDirectory, 'list'>
  readonly state: Pick<StateProvider, 'health'>
  readonly sampler: Pick<Sampler, 'last' | 'look'>
  readonly facts: ConsoleFacts & { readonly socketPath: string | undefined }
  readonly now: () => number
}

/** Three samples missed: what was known says nothing about now. */
const SAMPLE_HOLDS_MS = 30_000
/** Ages change levels too. */
const HOLDS_MS = 1_000

const WORST_FIRST: readonly HealthLevel[] = ['failing', 'warning', 'unknown', 'ok']
const WORST_VERDICT_FIRST: readonly ProtectionVerdict[] = ['not-working', 'unknown', 'partly', 'working']

export function createHealthService(deps: HealthDeps): HealthService {
  const { hosts, state, sampler, facts, now } = deps
  let made: { at: number; hosts: unknown; sample: unknown; reports: Map<ProxySeen, HealthReport> } | undefined

  function make(proxy: ProxySeen): HealthReport {
    const snapshots = hosts.list()
    const entry = sampler.last()
    const at = now()
    const sample = entry && at - entry.at <= SAMPLE_HOLDS_MS ? entry.value : undefined
    const checks = [
      ...snapshots.flatMap((snapshot) =>
        checksOfHost(snapshot, { sample, socketPath: facts.socketPath, now: at }),
      ),
      ...checksOfConsole(facts, sample, state.health(), proxy),
    ]
    const [worst] = inOrder(checks)
    const isProblem = worst?.level === 'failing' || worst?.level === 'warning'
    const verdicts = snapshots.map(verdictOf)
    return Object.freeze({
      level: worst?.level ?? 'unknown',
      verdict: WORST_VERDICT_FIRST.find((verdict) => verdicts.includes(verdict)) ?? 'unknown',
      checks,
      ...(isProblem && { worst }),
      ...(entry && { sampledAt: new Date(entry.at).toISOString() }),
    })
  }

  function report(proxy: ProxySeen): HealthReport {
    const [list, sample] = [hosts.list(), sampler.last()]
    const isFresh = made && now() - made.at < HOLDS_MS && made.hosts === list && made.sample === sample
    if (!made || !isFresh) made = { at: now(), hosts: list, sample, reports: new Map() }
    const known = made.reports.get(proxy) ?? make(proxy)
    made.reports.set(proxy, known)
    return known
  }

  return {
    report,
    async recheck(proxy) {
      await sampler.look()
      return report(proxy)
    },
  }
}

/** The worst first, otherwise in the order of the checks. */
function inOrder(checks: readonly HealthCheck[]): HealthCheck[] {
  return checks.toSorted((a, b) => WORST_FIRST.indexOf(a.level) - WORST_FIRST.indexOf(b.level))
}
