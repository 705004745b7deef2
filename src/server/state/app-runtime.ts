import { z } from 'zod'
import type { InstanceReport } from '../../shared/cluster.ts'
import type { FeedPosition } from '../../shared/feed.ts'
import type { HostSnapshot } from '../../shared/host.ts'

/** Since when the last health check knows a host's fail2ban to be away, and why; null while it is there. */
export const HostHealth = z.object({
  away: z.object({ reason: z.string(), since: z.iso.datetime() }).nullable(),
})
export type HostHealth = z.infer<typeof HostHealth>

/** The keys of RuntimeState. */
export interface AppRuntime extends Record<string, unknown> {
  /** What a host's agent last saw; written by the agent, read by every screen. */
  [key: `host/${string}`]: HostSnapshot
  /** Where a host's archive ends; written by the ingest, read by the agent when it starts. */
  [key: `feed/${string}`]: FeedPosition
  /** What a serving process tells of itself, by its id; renewed every two seconds. */
  [key: `instance/${string}`]: InstanceReport
  /** What the last health check found at a host; written and read by the job. */
  [key: `health/${string}`]: HostHealth
}
