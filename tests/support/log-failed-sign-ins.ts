import { readFileSync } from 'node:fs'
import { logFailedSignIn } from '../../src/server/features/auth/sign-in-log.ts'
import { createLogger } from '../../src/server/lib/logger.ts'

/** Logs as the console does: `node log-failed-sign-ins.ts FORMAT`, with a JSON list of attempts on standard input. */
const format = process.argv[2] === 'pretty' ? 'pretty' : 'json'
const log = await createLogger({ level: 'info', format })
const attempts = JSON.parse(readFileSync(0, 'utf8')) as Array<{ username: string; address: string }>
for (const { username, address } of attempts) {
  logFailedSignIn(log, username, address)
  // The same text where other parts of the console might log it.
  log.warn({ username, err: new Error(username) }, username)
}
