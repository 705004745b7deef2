import * as z from 'zod/mini'
import { OfflineReason } from './host.ts'

export const Check = z.object({
  name: z.string(),
  ok: z.boolean(),
  /** Only a failing `required` check makes the process not ready. */
  required: z.boolean(),
  detail: z.optional(z.string()),
})
export type Check = z.infer<typeof Check>

export const Readiness = z.object({
  ready: z.boolean(),
  version: z.string(),
  /** Tells this installation from another one. */
  installation: z.string(),
  checks: z.array(Check),
})
export type Readiness = z.infer<typeof Readiness>

/** What a request has come through: nothing that forwards for somebody, a proxy that is believed, or one that is not. */
export const ProxySeen = z.enum(['none', 'trusted', 'ignored'])
export type ProxySeen = z.infer<typeof ProxySeen>

/** The answer of `/readyz`; `proxy` is about the very request. */
export const ReadinessAnswer = z.extend(Readiness, { proxy: ProxySeen })
export type ReadinessAnswer = z.infer<typeof ReadinessAnswer>

/** failing: something does not work. warning: it works and needs somebody. unknown: nobody could look. */
export const HealthLevel = z.enum(['ok', 'warning', 'failing', 'unknown'])
export type HealthLevel = z.infer<typeof HealthLevel>

/** In the order in which they are told. */
export const CheckId = z.enum([
  'fail2ban',
  'agent',
  'jails',
  'log-files',
  'fail2ban-database',
  'fail2ban-log',
  'ban-feed',
  'database',
  'disk',
  'state',
  'clock',
  'jobs',
  'proxy',
  'encryption',
])
export type CheckId = z.infer<typeof CheckId>

const Names = z.array(z.string())

function cause<const C extends string, S extends Record<string, z.ZodMiniType>>(name: C, values: S) {
  return z.object({ cause: z.literal(name), ...values })
}

function plain<const C extends string>(name: C) {
  return z.object({ cause: z.literal(name) })
}

/** What a check found, as a code and values; whoever shows it words it. Each belongs to one check alone, but the first. */
export const Finding = z.discriminatedUnion('cause', [
  /** Nobody could look, because of something else. */
  cause('not-known', {
    because: z.enum(['fail2ban-away', 'agent-missing', 'state-unreachable', 'not-checked-yet']),
  }),
  // fail2ban
  cause('answers', { version: z.string() }),
  cause('outdated', { version: z.string(), least: z.string() }),
  cause('away', {
    reason: OfflineReason,
    since: z.iso.datetime(),
    /** In a sentence of the agent's. */
    detail: z.string(),
    remedy: z.string(),
  }),
  /** It answers, or did: the socket's file is mounted instead of its folder, and dead once fail2ban has started anew. */
  cause('socket-file', { isDead: z.boolean() }),
  // agent: `holder` is the id of an instance
  cause('agent-works', { holder: z.optional(z.string()) }),
  cause('agent-missing', { since: z.iso.datetime() }),
  // jails
  cause('all-active', { active: z.int() }),
  plain('no-jails'),
  cause('none-active', { idle: Names, stopped: Names }),
  cause('some-inactive', { active: z.int(), idle: Names, stopped: Names }),
  // log-files: `blind` jails have none left, so they cannot ban anybody
  plain('present'),
  cause('missing', {
    jails: z.array(z.object({ jail: z.string(), files: Names, blind: z.boolean() })),
  }),
  /** None of them is there for the agent, which says nothing of fail2ban. */
  cause('logs-elsewhere', { files: Names }),
  // fail2ban-database
  plain('readable'),
  plain('switched-off'),
  cause('unreadable', { detail: z.string() }),
  /** fail2ban says that it is there, and there it is not for the agent. */
  cause('database-elsewhere', { path: z.string() }),
  // fail2ban-log: `target` is a file, or a word such as STDOUT
  cause('log-read', { target: z.string() }),
  cause('no-log-file', { target: z.string() }),
  cause('log-elsewhere', { target: z.string() }),
  cause('log-unreadable', { target: z.string() }),
  /** How far the times of a jail's log are from fail2ban's own, in its words: `1h before`. */
  cause('odd-times', { jail: z.string(), distance: z.string() }),
  // ban-feed: addresses banned by fail2ban's counters and in the console's list
  cause('in-step', { banned: z.int() }),
  cause('catching-up', { fail2ban: z.int(), console: z.int() }),
  cause('out-of-step', { fail2ban: z.int(), console: z.int(), jails: Names, since: z.iso.datetime() }),
  // database
  cause('writable', { sizeBytes: z.optional(z.number()) }),
  cause('not-writable', { detail: z.string() }),
  // disk
  cause('enough', { freeBytes: z.number() }),
  cause('nearly-full', { freeBytes: z.number(), folder: z.string() }),
  plain('no-disk'),
  // state
  plain('in-this-process'),
  cause('in-redis', { version: z.string() }),
  cause('unreachable', { detail: z.string() }),
  cause('evicts', { policy: z.string() }),
  plain('not-kept'),
  // clock
  plain('one-clock'),
  cause('same-time', { skewMs: z.number() }),
  cause('apart', { skewMs: z.number() }),
  // jobs
  plain('done'),
  cause('failed', { jobs: z.array(z.object({ name: z.string(), error: z.string() })) }),
  cause('overdue', { jobs: Names }),
  // proxy: what the very request brought that asked
  plain('no-proxy'),
  plain('known-proxy'),
  plain('unknown-proxy'),
  plain('proxy-missing'),
  // encryption
  plain('encrypted'),
  plain('this-machine-only'),
  plain('plain-http'),
])
export type Finding = z.infer<typeof Finding>
export type Cause = Finding['cause']

/** What can be done about it: a command for a shell of the machine, a setting and what it should be, or a place in the console. */
export const Fix = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('command'), command: z.string() }),
  z.object({ kind: z.literal('setting'), name: z.string(), value: z.string() }),
  z.object({ kind: z.literal('jail'), host: z.string(), jail: z.string() }),
  z.object({ kind: z.literal('jails') }),
  z.object({ kind: z.literal('jobs') }),
])
export type Fix = z.infer<typeof Fix>

export const HealthCheck = z.object({
  id: CheckId,
  level: HealthLevel,
  /** The machine it is about; absent where it is about the console itself. */
  host: z.optional(z.string()),
  finding: Finding,
  fix: z.optional(Fix),
})
export type HealthCheck = z.infer<typeof HealthCheck>

/** partly: some jails ban nobody. unknown: whether anybody is banned cannot be told just now. */
export const ProtectionVerdict = z.enum(['working', 'partly', 'not-working', 'unknown'])
export type ProtectionVerdict = z.infer<typeof ProtectionVerdict>

export const HealthReport = z.object({
  /** The worst of all checks. */
  level: HealthLevel,
  /** About fail2ban alone: the console may be in trouble while it works. */
  verdict: ProtectionVerdict,
  checks: z.array(HealthCheck),
  /** What to see to first; absent where nothing is failing and there is no warning. */
  worst: z.optional(HealthCheck),
  /** When what is not known at any moment was last looked at. */
  sampledAt: z.optional(z.iso.datetime()),
})
export type HealthReport = z.infer<typeof HealthReport>
