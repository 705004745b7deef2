import { passwordFault } from '../../../shared/password.ts'
import { AppError } from '../../lib/errors.ts'

/** Refuses a chosen password that is easily guessed, with `validation-failed` at `pointer`; schemas have looked at its length. */
export function assertPassword(
  password: string,
  known: { readonly username: string; readonly token?: string },
  pointer = '/password',
): void {
  const fault = passwordFault(password, known)
  if (fault === undefined) return
  const detail = FAULTS[fault]
  throw new AppError('validation-failed', detail, { errors: [{ in: 'body', pointer, detail }] })
}

const FAULTS = {
  short: 'The password is too short.',
  long: 'The password is too long.',
  'is-user-name': 'The password is the user name. Choose one that cannot be guessed from it.',
  'is-token': 'The password is the setup token, which is in the log. Choose another one.',
  'well-known': 'The password is one of those that are tried first. Choose one that is your own.',
  repetitive: 'The password repeats a few characters. Choose one with more in it.',
} as const
