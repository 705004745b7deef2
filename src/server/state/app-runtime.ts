import { z } from 'zod'
import { InstanceReport } from '../../shared/cluster.ts'
import { FeedPosition } from '../../shared/feed.ts'
import { HostSnapshot, IgnoreLists } from '../../shared/host.ts'

/** Since when the last health check knows a host's fail2ban to be away, and why; null while it is there. */
export const HostHealth = z.object({
  away: z.object({ reason: z.string(), since: z.iso.datetime() }).nullable(),
})
export type HostHealth = z.infer<typeof HostHealth>

/** How a host's bans in the console compare with fail2ban's own counters. */
const FeedSample = z.object({
  /** Addresses banned, by fail2ban's counters and in the console's list. */
  fail2ban: z.int(),
  console: z.int(),
  /** Jails where the two differ, since when, and whether the console's list has changed since the sample before. */
  apart: z.array(z.string()),
  since: z.iso.datetime().optional(),
  isMoving: z.boolean(),
})

/** What cannot be known at any moment of the console itself, looked at every ten seconds by whichever process comes first. */
export const ConsoleSample = z.object({
  database: z.object({ fault: z.string().optional(), sizeBytes: z.number().optional() }),
  disk: z.object({ freeBytes: z.number(), folder: z.string() }).optional(),
  jobs: z.object({
    failed: z.array(z.object({ name: z.string(), error: z.string() })),
    overdue: z.array(z.string()),
  }),
  /** Holders, by the lease's name. */
  leases: z.record(z.string(), z.string()),
  /** By host; those whose fail2ban is away are left out. */
  feeds: z.record(z.string(), FeedSample),
  /** Failures counted by fail2ban, by host and jail, from which the next sample tells how many are new. */
  failedTotals: z.record(z.string(), z.record(z.string(), z.int())),
})
export type ConsoleSample = z.infer<typeof ConsoleSample>

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
  /** `checks/console`: the last sample of the console itself; written by whoever looked, read by the health report. */
  [key: `checks/${string}`]: ConsoleSample
}

const VALUES = [
  ['host/', HostSnapshot],
  ['ignore/', IgnoreLists],
  ['feed/', FeedPosition],
  ['instance/', InstanceReport],
  ['health/', HostHealth],
  ['checks/', ConsoleSample],
] as const

/**
 * What another process wrote, as far as this version understands it: fields it does not know are left out, and so is a value
 * that is not what its key says. Keys of a newer version are nobody's business here.
 */
export function readAppRuntime(key: string, value: unknown): unknown {
  const [, schema] = VALUES.find(([prefix]) => key.startsWith(prefix)) ?? []
  return schema?.safeParse(value).data
}
