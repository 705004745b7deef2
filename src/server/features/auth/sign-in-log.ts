import type { Logger } from '../../lib/logger.ts'

/** The first 64 characters, none of them cut in half. */
const NAME = /^.{0,64}/su

/**
 * The line that docs/fail2ban/filter.d/bangui.conf matches; changing it breaks people's jails. Whoever signs in chooses the
 * user name, so nothing in it may end the quotes, the line or the match; nor be spelt differently by what stores the log, as
 * Docker does with < > and &, which would hide the failure from the filter.
 */
export function logFailedSignIn(log: Logger, username: string, address: string): void {
  log.warn(`BanGUI sign-in failed for user "${printable(username)}" from ${address}`)
}

function printable(username: string): string {
  const harmless = username.replace(/[^\p{L}\p{M}\p{N}\p{P}\p{S} ]|["\\<>&]/gu, '?')
  return NAME.exec(harmless)?.[0] ?? ''
}
