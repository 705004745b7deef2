import * as z from 'zod/mini'
import { Cluster } from './cluster.ts'
import { HealthReport } from './health.ts'
import { Host } from './host.ts'
import { Jail } from './jail.ts'
import { EnvironmentSetting } from './settings.ts'

/** What somebody who looks into a fault has to know. Holds no secret: of those only whether they are set. */
export const Diagnostics = z.object({
  at: z.iso.datetime(),
  version: z.string(),
  node: z.string(),
  platform: z.string(),
  uptimeSeconds: z.int(),
  settings: z.array(EnvironmentSetting),
  health: HealthReport,
  hosts: z.array(z.object({ host: Host, jails: z.array(Jail) })),
  /** Absent while the state provider is away. */
  cluster: z.optional(Cluster),
})
export type Diagnostics = z.infer<typeof Diagnostics>
