/**
 * A process of its own that wants the instance lease of a database: PATH OPTIONS, where OPTIONS is JSON. Says `HELD`, and
 * `LOST` when it has lost it; on SIGTERM it releases it. Refused, it writes why and exits 75, as the console does.
 */
import { openDatabase } from '../../src/server/db/database.ts'
import { acquireInstanceLease, InstanceLeaseHeld } from '../../src/server/startup/instance-lease.ts'
import { identifyProcess } from '../../src/server/startup/process-identity.ts'

interface Options {
  readonly provider: 'memory' | 'redis'
  readonly hostname: string
  /** As if it ran in another container. */
  readonly pidSpace?: string
  readonly times: Record<string, number>
}

const [path = '', options = '{}'] = process.argv.slice(2)
const { provider, hostname, pidSpace, times } = JSON.parse(options) as Options
const say = (...words: unknown[]): boolean => process.stdout.write(`${words.join(' ')}\n`)

const db = await openDatabase({ kind: 'sqlite', path })
const identity = { ...identifyProcess(), ...(pidSpace !== undefined && { pidSpace }) }
const quiet = (): void => undefined
const log = { info: (_: unknown, text: string) => say('INFO', text), warn: quiet, error: quiet } as never
try {
  const lease = await acquireInstanceLease({ db, provider, now: Date.now, hostname, log, identity, times })
  say('HELD', process.pid)
  lease.lost.addEventListener('abort', () => say('LOST'))
  process.once('SIGTERM', () => {
    void lease.release().then(() => {
      say('RELEASED')
      process.exit(0)
    })
  })
  process.stdin.resume()
} catch (error) {
  if (!(error instanceof InstanceLeaseHeld)) throw error
  process.stderr.write(error.message)
  process.exitCode = 75
}
