import * as z from 'zod/mini'

/** Stable names of everything that can go wrong. Clients branch on `code`; the catalogue gives each one its status and title. */
export const ErrorCode = z.enum([
  'validation-failed',
  'malformed-request',
  'payload-too-large',
  'unsupported-media-type',
  'unauthenticated',
  'sign-in-failed',
  'forbidden',
  'cross-site-refused',
  'not-found',
  'host-not-found',
  'jail-not-found',
  'already-set-up',
  'setup-required',
  'setup-token-wrong',
  'username-taken',
  'last-administrator',
  'own-account',
  'conflict',
  'setting-locked',
  'rate-limited',
  'busy',
  'state-unavailable',
  'shutting-down',
  'fail2ban-unavailable',
  'fail2ban-refused',
  'fail2ban-timeout',
  'internal',
])
export type ErrorCode = z.infer<typeof ErrorCode>

/** Where in the request one fault is: `pointer` is a JSON pointer into the body, path or query. */
export const FieldError = z.object({
  in: z.enum(['body', 'path', 'query']),
  pointer: z.string(),
  detail: z.string(),
})
export type FieldError = z.infer<typeof FieldError>

/** RFC 9457 problem document, the body of every answer that is not a success. */
export const Problem = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  code: ErrorCode,
  detail: z.optional(z.string()),
  /** Id of the request, the same as in the server's log. */
  instance: z.optional(z.string()),
  /** What the reader can do about it. */
  nextStep: z.optional(z.string()),
  retryAfterSeconds: z.optional(z.int()),
  errors: z.optional(z.array(FieldError)),
})
export type Problem = z.infer<typeof Problem>
