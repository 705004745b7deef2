import type { ConsoleUnderTest } from './console-under-test.ts'
import type { Side } from './pairs.ts'

/** The read that is measured: with `moreJails` about 2 kB of a snapshot, which the console serialises once. */
export const JAILS = '/hosts/local/jails'

/** Each may make 1,200 requests a minute. */
export const SESSIONS = 250

/** That read from as many new sessions as a measurement needs. */
export async function jailReads(console_: ConsoleUnderTest): Promise<Side> {
  const bytes = Buffer.byteLength(await console_.settled(JAILS))
  const cookies = await console_.signInOften(SESSIONS)
  return { server: console_.server, port: console_.port, path: `/api/v1${JAILS}`, cookies, bytes }
}
