import { arch, platform, release } from 'node:os'
import type { Cluster } from '../../../shared/cluster.ts'
import type { Diagnostics } from '../../../shared/diagnostics.ts'
import type { ProxySeen } from '../../../shared/health.ts'
import type { EnvironmentSetting } from '../../../shared/settings.ts'
import { StateUnavailable } from '../../state/state-provider.ts'
import type { HostDirectory } from '../../state/host-directory.ts'
import type { HealthService } from './health.service.ts'

export interface DiagnosticsService {
  collect(proxy: ProxySeen): Promise<Diagnostics>
}

export function createDiagnosticsService(deps: {
  version: string
  /** Secrets among them carry no value. */
  environment: readonly EnvironmentSetting[]
  health: Pick<HealthService, 'report'>
  hosts: Pick<HostDirectory, 'list'>
  describeCluster: () => Promise<Cluster>
  now: () => number
}): DiagnosticsService {
  return {
    async collect(proxy) {
      const cluster = await deps.describeCluster().catch((error: unknown) => {
        if (error instanceof StateUnavailable) return undefined
        throw error
      })
      return {
        at: new Date(deps.now()).toISOString(),
        version: deps.version,
        node: process.version,
        platform: `${platform()} ${release()} ${arch()}`,
        uptimeSeconds: Math.round(process.uptime()),
        settings: deps.environment.filter((setting) => setting.source !== 'default'),
        health: deps.health.report(proxy),
        hosts: deps.hosts.list().map(({ host, jails }) => ({ host, jails })),
        ...(cluster && { cluster }),
      }
    },
  }
}
