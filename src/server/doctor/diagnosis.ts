import type { CheckId, Finding, Fix, HealthLevel } from '../../shared/health.ts'
import type { OfflineReason } from '../../shared/host.ts'

/** In the order in which they are told; those of the Health page have its names. */
export type DoctorCheckId = 'settings' | CheckId | 'server' | 'address' | 'secrets'

/** Why fail2ban cannot be talked to, each a cause of its own here. */
export type AwayReason = Exclude<
  OfflineReason,
  'starting' | 'agent-missing' | 'state-unknown' | 'permission-denied'
>

/** What the doctor finds that the Health page has no words for: it runs where BanGUI may not even start. */
export type OwnFinding =
  | { readonly cause: 'settings-fine' }
  | { readonly cause: 'settings-advice'; readonly advice: readonly string[] }
  | { [R in AwayReason]: { readonly cause: R; readonly detail: string; readonly path: string } }[AwayReason]
  | {
      readonly cause: 'socket-forbidden'
      readonly detail: string
      readonly path: string
      /** That this process runs as. */
      readonly group: string
      readonly blockedBy?: string | undefined
    }
  /** The folder that is mounted was removed where it comes from. */
  | { readonly cause: 'folder-dead'; readonly folder: string }
  | { readonly cause: 'future-bans'; readonly aheadSeconds: number }
  | { readonly cause: 'database-too-new'; readonly migration: string }
  | { readonly cause: 'database-broken'; readonly detail: string; readonly path: string }
  /** BanGUI would not start with this Redis: the sentence says why and what to do. */
  | { readonly cause: 'redis-refused'; readonly detail: string }
  | { readonly cause: 'redis-of-another'; readonly theirs: string; readonly ours: string }
  | { readonly cause: 'redis-unclaimed' }
  | { readonly cause: 'evicts-refused'; readonly policy: string }
  | { readonly cause: 'not-running' }
  | { readonly cause: 'running'; readonly version: string }
  | { readonly cause: 'not-ready'; readonly reasons: readonly string[] }
  | { readonly cause: 'other-version'; readonly running: string; readonly here: string }
  | { readonly cause: 'port-taken'; readonly address: string; readonly detail: string }
  | { readonly cause: 'address-answers'; readonly url: string }
  | { readonly cause: 'address-silent'; readonly url: string; readonly detail: string }
  | { readonly cause: 'address-of-another'; readonly url: string }
  | { readonly cause: 'secrets-agree' }
  | {
      readonly cause: 'secrets-differ'
      readonly ours: string
      readonly theirs: string
      readonly holder: string
    }
  | {
      readonly cause: 'other-backend'
      readonly ours: string
      readonly theirs: string
      readonly holder: string
    }
  | { readonly cause: 'no-time'; readonly seconds: number }

/** `away` is told by its reason. */
export type DoctorFinding = Exclude<Finding, { cause: 'away' }> | OwnFinding

export interface Diagnosis {
  readonly id: DoctorCheckId
  readonly level: HealthLevel
  /** The machine it is about, where that may be another one. */
  readonly host?: string | undefined
  readonly finding: DoctorFinding
  readonly fix?: Fix | undefined
}

/** Waits for `work` so long, and takes what stands in for it afterwards. What it throws is passed on. */
export async function inTime<T, U>(ms: number, work: Promise<T>, otherwise: U): Promise<T | U> {
  const { promise, resolve } = Promise.withResolvers<U>()
  const timer = setTimeout(() => resolve(otherwise), ms)
  try {
    return await Promise.race([work, promise])
  } finally {
    clearTimeout(timer)
  }
}
