import { z } from 'zod'
import { InstanceReport } from '../../shared/cluster.ts'
import { FeedPosition } from '../../shared/feed.ts'
import { HostSnapshot, IgnoreLists } from '../../shared/host.ts'

/** Since when the last health check knows a host's fail2ban to be away, and why; null while it is there. */
export const HostHealth = z.object({
  away: z.object({ reason: z.string(), since: z.iso.datetime() }).nullable(),
})
export type HostHealth = z.infer<typeof HostHealth>

/** The keys of RuntimeState. */
export interface AppRuntime extends Record<string, unknown> {
  /** What a host's agent last saw; written by the agent, read by every screen. */
  [key: `host/${string}`]: HostSnapshot
  /** What a host's running jails never ban; written by the agent. */
  [key: `ignore/${string}`]: IgnoreLists
  /** Where a host's archive ends; written by the ingest, read by the agent when it starts. */
  [key: `feed/${string}`]: FeedPosition
  /** What a serving process tells of itself, by its id; renewed every two seconds. */
  [key: `instance/${string}`]: InstanceReport
  /** What the last health check found at a host; written and read by the job. */
  [key: `health/${string}`]: HostHealth
}

const VALUES = [
  ['host/', HostSnapshot],
  ['ignore/', IgnoreLists],
  ['feed/', FeedPosition],
  ['instance/', InstanceReport],
  ['health/', HostHealth],
] as const

/**
 * What another process wrote, as far as this version understands it: fields it does not know are left out, and so is a value
 * that is not what its key says. Keys of a newer version are nobody's business here.
 */
export function readAppRuntime(key: string, value: unknown): unknown {
  const [, schema] = VALUES.find(([prefix]) => key.startsWith(prefix)) ?? []
  return schema?.safeParse(value).data
}
