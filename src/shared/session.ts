import * as z from 'zod/mini'

/** viewer reads; operator bans, unbans and allows; admin also configures and manages users. Each includes the one before. */
export const Role = z.enum(['viewer', 'operator', 'admin'])
export type Role = z.infer<typeof Role>

export const Username = z
  .string()
  .check(
    z.minLength(1, 'Enter a user name.'),
    z.maxLength(64, 'A user name has at most 64 characters.'),
    z.regex(/^[\p{L}\p{N}._@-]+$/u, 'Use letters, digits and . _ @ - only.'),
  )

/** For choosing a password. Signing in accepts any text, so that old passwords keep working when this rule changes. */
export const NewPassword = z
  .string()
  .check(
    z.minLength(12, 'Use at least 12 characters: a few words in a row are easy to remember.'),
    z.maxLength(256, 'A password has at most 256 characters.'),
  )

export const SignInRequest = z.strictObject({
  username: z.string().check(z.minLength(1, 'Enter your user name.'), z.maxLength(256)),
  password: z.string().check(z.minLength(1, 'Enter your password.'), z.maxLength(256)),
})
export type SignInRequest = z.infer<typeof SignInRequest>

export const SetupRequest = z.strictObject({
  token: z.string().check(z.minLength(1, 'Enter the setup token from the server’s log.'), z.maxLength(256)),
  username: Username,
  password: NewPassword,
})
export type SetupRequest = z.infer<typeof SetupRequest>

export const PasswordChange = z.strictObject({
  current: z.string().check(z.minLength(1, 'Enter your current password.'), z.maxLength(256)),
  new: NewPassword,
})
export type PasswordChange = z.infer<typeof PasswordChange>

export const Account = z.object({ id: z.string(), username: z.string(), role: Role })
export type Account = z.infer<typeof Account>

/** Who is signed in, and how the server sees this browser. */
export const CurrentSession = z.object({
  user: Account,
  /** The caller's own address as the server sees it, canonical. */
  address: z.string(),
  /** Jails in which the caller's own address is banned; empty is the normal case. */
  bannedIn: z.array(z.object({ host: z.string(), jail: z.string() })),
  createdAt: z.iso.datetime(),
})
export type CurrentSession = z.infer<typeof CurrentSession>

/** One signed-in browser in a list. `id` is not the cookie's value and cannot be used as one. */
export const SessionInfo = z.object({
  id: z.string(),
  current: z.boolean(),
  address: z.string(),
  userAgent: z.string(),
  createdAt: z.iso.datetime(),
  /** To the minute. */
  lastSeenAt: z.iso.datetime(),
  expiresAt: z.iso.datetime(),
})
export type SessionInfo = z.infer<typeof SessionInfo>
