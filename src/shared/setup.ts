import * as z from 'zod/mini'

/** What the first administrator is led through after the account is made, in this order. */
export const SETUP_STEPS = ['fail2ban', 'allow', 'archive', 'summary'] as const
export const SetupStep = z.enum(SETUP_STEPS)
export type SetupStep = z.infer<typeof SetupStep>

export const SetupOutcome = z.enum(['done', 'skipped'])
export type SetupOutcome = z.infer<typeof SetupOutcome>

export const SetupState = z.object({
  /** Nobody has an account yet: the setup token makes the first one. */
  required: z.boolean(),
  /** The first step that is open; absent once the setup is finished, and while it is required. */
  step: z.optional(SetupStep),
  /** What was left out so far. */
  skipped: z.optional(z.array(SetupStep)),
})
export type SetupState = z.infer<typeof SetupState>

/** Settles one step, again if wanted. Settling the last one finishes the setup. */
export const SetupStepUpdate = z.strictObject({ step: SetupStep, outcome: SetupOutcome })
export type SetupStepUpdate = z.infer<typeof SetupStepUpdate>

/** What the server sees of the way to the caller. */
export const CallerAddress = z.object({
  /** Canonical, as in the session. */
  address: z.string(),
  /**
   * none: nothing says that a proxy is in between. trusted: TRUST_PROXY is set, and the address is what the proxy says.
   * ignored: a proxy says that it forwards for somebody, but is not trusted: the address is the proxy's own.
   */
  proxy: z.enum(['none', 'trusted', 'ignored']),
})
export type CallerAddress = z.infer<typeof CallerAddress>
