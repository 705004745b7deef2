import * as z from 'zod/mini'

export const Check = z.object({
  name: z.string(),
  ok: z.boolean(),
  /** Only a failing `required` check makes the process not ready. */
  required: z.boolean(),
  detail: z.optional(z.string()),
})
export type Check = z.infer<typeof Check>

export const Readiness = z.object({ ready: z.boolean(), version: z.string(), checks: z.array(Check) })
export type Readiness = z.infer<typeof Readiness>
