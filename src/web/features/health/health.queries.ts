import { t } from '@lingui/core/macro'
import { queryOptions, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { HealthReport, type HealthCheck } from '../../../shared/health.ts'
import type { Host } from '../../../shared/host.ts'
import { jailProblem, type Jail } from '../../../shared/jail.ts'
import { ApiError } from '../../api/api-error.ts'
import { call } from '../../api/http.ts'

/** What changes at fail2ban is told by events, and then asked for at once; the rest is looked at every ten seconds. */
export const healthQuery = queryOptions({
  queryKey: ['health'],
  queryFn: ({ signal }) => call(HealthReport, 'GET', 'health', { signal }),
  staleTime: 4_000,
  refetchInterval: 5_000,
  // The next question comes soon enough.
  retry: false,
})

export interface Health {
  /** Undefined until the first answer. */
  readonly report: HealthReport | undefined
  /** Why nothing newer is known. */
  readonly error: Error | null
  readonly updatedAt: number
}

export function useHealth(): Health {
  const { data, error, dataUpdatedAt } = useQuery(healthQuery)
  return { report: data && withError(data, error), error, updatedAt: dataUpdatedAt }
}

/** How many checks are failing or warn; 0 until that is known. */
export function useHealthCount(): number {
  const { report } = useHealth()
  return report ? problemsOf(report).length : 0
}

export function problemsOf({ checks }: HealthReport): HealthCheck[] {
  return checks.filter(({ level }) => level === 'failing' || level === 'warning')
}

export function useRecheck() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: () => call(HealthReport, 'POST', 'health/check'),
    onSuccess: (report) => client.setQueryData(healthQuery.queryKey, report),
  })
}

/** While the shared state is away the server can answer nothing else: then this one check is known better than it was. */
function withError(report: HealthReport, error: Error | null): HealthReport {
  if (!(error instanceof ApiError) || error.code !== 'state-unavailable') return report
  const state: HealthCheck = {
    id: 'state',
    level: 'failing',
    finding: { cause: 'unreachable', detail: t`It does not answer.` },
    fix: { kind: 'command', command: 'redis-cli ping' },
  }
  const checks = report.checks.map((check) => (check.id === 'state' ? state : check))
  const worst = report.level === 'failing' ? report.worst : state
  return { ...report, level: 'failing', checks, ...(worst && { worst }) }
}

/** What of a host decides its checks; when it changes, health has to be asked for again. */
export function healthMark(host: Host | undefined, jails: readonly Jail[] | undefined): string {
  const { online, offline, database, version } = host ?? {}
  const named = jails?.map((jail) => [jail.name, jailProblem(jail)])
  return JSON.stringify([online, offline?.reason, database, version, named])
}
