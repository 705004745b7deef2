import { Diagnostics } from '../../../shared/diagnostics.ts'
import { HealthReport } from '../../../shared/health.ts'
import { endpoint, type Endpoint } from '../../http/endpoint.ts'
import type { DiagnosticsService } from './diagnostics.service.ts'
import type { HealthService } from './health.service.ts'

export function healthEndpoints(health: HealthService, diagnostics: DiagnosticsService): Endpoint[] {
  return [
    endpoint({
      method: 'get',
      path: '/health',
      tag: 'health',
      summary:
        'Whether fail2ban protects and the console works: a verdict, and every check with its cause and remedy',
      access: 'viewer',
      response: HealthReport,
      handle: async ({ caller }) => health.report(caller.proxy),
    }),
    endpoint({
      method: 'post',
      path: '/health/check',
      tag: 'health',
      summary:
        'Looks again now at what is otherwise looked at every ten seconds, and answers as `GET /health`',
      access: 'viewer',
      response: HealthReport,
      handle: ({ caller }) => health.recheck(caller.proxy),
    }),
    endpoint({
      method: 'get',
      path: '/diagnostics',
      tag: 'health',
      summary:
        'Versions, settings, health and cluster in one, for a report of a fault; holds no password or token',
      access: 'admin',
      response: Diagnostics,
      handle: ({ caller }) => diagnostics.collect(caller.proxy),
    }),
  ]
}
