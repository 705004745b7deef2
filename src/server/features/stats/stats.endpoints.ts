import { z } from 'zod'
import { HostId } from '../../../shared/host.ts'
import { isTimeZone } from '../../../shared/settings.ts'
import { Stats, StatsRange } from '../../../shared/stats.ts'
import { endpoint, type Endpoint } from '../../http/endpoint.ts'
import type { StatsService } from './stats.service.ts'

const Query = z.strictObject({
  range: z.union([z.literal(''), StatsRange]).optional(),
  host: z.union([z.literal(''), HostId]).optional(),
  zone: z
    .string()
    .refine(
      (zone) => zone === '' || isTimeZone(zone),
      'must be the name of a time zone, such as Europe/Vienna',
    )
    .optional(),
})

export function statsEndpoints(stats: StatsService): Endpoint[] {
  return [
    endpoint({
      method: 'get',
      path: '/stats',
      tag: 'stats',
      summary:
        'Bans over time, by jail, with the time before to compare, and repeat offenders; `zone` says whose days are meant',
      access: 'viewer',
      query: Query,
      response: Stats,
      handle: ({ query }) =>
        stats.read({
          range: query.range || '24h',
          host: query.host || undefined,
          zone: query.zone || 'UTC',
        }),
    }),
  ]
}
