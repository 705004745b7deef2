import * as z from 'zod/mini'

/** How long the event loop kept things waiting during the last seconds. */
export const EventLoopLag = z.object({ p50Ms: z.number(), p99Ms: z.number(), maxMs: z.number() })
export type EventLoopLag = z.infer<typeof EventLoopLag>

/** What a serving process publishes of itself; read by processes of other versions too. */
export const InstanceReport = z.object({
  id: z.string(),
  pid: z.int(),
  hostname: z.string(),
  /** Number among the workers of one primary, from 1; absent where the process is not a worker. */
  worker: z.optional(z.int()),
  roles: z.array(z.string()),
  version: z.string(),
  startedAt: z.iso.datetime(),
  ready: z.boolean(),
  eventLoopLag: EventLoopLag,
  rssBytes: z.number(),
  heapUsedBytes: z.number(),
})
export type InstanceReport = z.infer<typeof InstanceReport>

/** One serving process. */
export const Instance = z.extend(InstanceReport, {
  /** When it last told of itself; every two seconds while it is well. */
  seenAt: z.iso.datetime(),
})
export type Instance = z.infer<typeof Instance>

/** The Redis behind the shared state, as the answering process last found it. */
export const StateServerFacts = z.object({
  version: z.string(),
  topology: z.enum(['standalone', 'sentinel', 'cluster']),
  role: z.string(),
  latencyMs: z.number(),
  usedMemoryBytes: z.number(),
  /** 0: no limit. */
  maxMemoryBytes: z.number(),
  evictionPolicy: z.string(),
  persistence: z.enum(['aof', 'rdb', 'none']),
  /** Of its clock against the answering process's; positive where it is ahead. */
  clockSkewMs: z.number(),
})
export type StateServerFacts = z.infer<typeof StateServerFacts>

export const StateReport = z.object({
  ok: z.boolean(),
  /** Why it is not, in sentences. */
  reasons: z.array(z.string()),
  /** What works and still needs a look, in sentences with the remedy. */
  warnings: z.array(z.string()),
  sampledAt: z.iso.datetime(),
  server: z.optional(StateServerFacts),
})
export type StateReport = z.infer<typeof StateReport>

export const HeldLease = z.object({
  /** `agent/local`: to talk to the fail2ban of the host `local`. */
  name: z.string(),
  /** Id of an instance. */
  holder: z.string(),
  expiresAt: z.iso.datetime(),
})
export type HeldLease = z.infer<typeof HeldLease>

export const JobReport = z.object({
  name: z.string(),
  /** When it runs, in words. */
  schedule: z.string(),
  /** Absent before its first run; so is what follows. */
  lastRunAt: z.optional(z.iso.datetime()),
  lastDurationMs: z.optional(z.number()),
  lastResult: z.optional(z.enum(['done', 'failed', 'running'])),
  lastError: z.optional(z.string()),
  nextRunAt: z.optional(z.iso.datetime()),
  /** Effects, ever, by whichever process: a slot that is done counts once. */
  runs: z.int(),
})
export type JobReport = z.infer<typeof JobReport>

/** How the console itself is doing. All replicas tell the same within 2.5 s. */
export const Cluster = z.object({
  provider: z.enum(['memory', 'redis']),
  state: StateReport,
  instances: z.array(Instance),
  leases: z.array(HeldLease),
  jobs: z.array(JobReport),
})
export type Cluster = z.infer<typeof Cluster>

export const JobName = z.string().check(z.minLength(1), z.maxLength(100))

/** A run that was asked for; whichever process has the role jobs does it. */
export const RequestedRun = z.object({ name: z.string(), requestedAt: z.iso.datetime() })
export type RequestedRun = z.infer<typeof RequestedRun>
