import * as z from 'zod/mini'
import { Account, NewPassword, Role, Username } from './session.ts'

/** One user as administrators see them. */
export const UserInfo = z.extend(Account, {
  /** A disabled user is signed out everywhere and cannot sign in. */
  disabled: z.boolean(),
  createdAt: z.iso.datetime(),
  /** Absent until the first sign-in. */
  lastSignInAt: z.optional(z.iso.datetime()),
  /** To the minute; absent until the first sign-in. */
  lastSeenAt: z.optional(z.iso.datetime()),
  /** In how many browsers they are signed in. */
  sessions: z.int(),
})
export type UserInfo = z.infer<typeof UserInfo>

/** In the order of their names. */
export const UserPage = z.object({
  items: z.array(UserInfo),
  total: z.int(),
  nextCursor: z.optional(z.string()),
})
export type UserPage = z.infer<typeof UserPage>

export const NewUser = z.strictObject({ username: Username, role: Role, password: NewPassword })
export type NewUser = z.infer<typeof NewUser>

export const UserChange = z
  .strictObject({ role: z.optional(Role), disabled: z.optional(z.boolean()) })
  .check(
    z.refine(
      ({ role, disabled }) => role !== undefined || disabled !== undefined,
      'Name a role, or whether the user is disabled.',
    ),
  )
export type UserChange = z.infer<typeof UserChange>

export const PasswordReset = z.strictObject({ password: NewPassword })
export type PasswordReset = z.infer<typeof PasswordReset>
