/**
 * A process of its own that runs jobs through BullMQ: OPTIONS, in JSON. Says `READY` when it has started, and of each run
 * `BEGIN job slot attempt fence` and `END job slot attempt fence`. On SIGTERM it stops, says `STOPPED milliseconds` and ends.
 */
import { setTimeout as pause } from 'node:timers/promises'
import { openDatabase } from '../../src/server/db/database.ts'
import { createRunLedger } from '../../src/server/features/jobs/run-ledger.repository.ts'
import { createBullmqScheduler } from '../../src/server/jobs/bullmq-scheduler.ts'
import { openConnection } from '../../src/server/state/redis/connections.ts'
import type { RedisTarget } from '../../src/server/state/redis/redis-target.ts'
import { haveEffect } from './effects.ts'

export interface JobProcessOptions {
  readonly redisPort: number
  readonly databasePath: string
  readonly jobs: ReadonlyArray<{ readonly name: string; readonly everyMs: number; readonly workMs: number }>
  readonly attempts?: number
  readonly appVersion?: string
  readonly stopMs?: number
  /** Those of production unless named. */
  readonly times?: { readonly leaseMs: number; readonly stalledMs: number; readonly reconcileMs: number }
}

const options = JSON.parse(process.argv[2] ?? '{}') as JobProcessOptions
const { redisPort: port, attempts = 1, appVersion = '1.0.0', stopMs = 5_000 } = options
const target: RedisTarget = {
  at: { kind: 'standalone', host: '127.0.0.1', port },
  username: undefined,
  password: undefined,
  db: 0,
  tls: undefined,
}
const say = (...words: unknown[]): boolean => process.stdout.write(`${words.join(' ')}\n`)
const db = await openDatabase({ kind: 'sqlite', path: options.databasePath })
const logLine = (level: string) => (about: object, text: string) => {
  process.stderr.write(
    `${level} ${text} ${JSON.stringify(about, ['cause', 'job', 'leftOut', 'set', 'removed'])}\n`,
  )
}

const scheduler = createBullmqScheduler({
  ledger: createRunLedger({ db, now: Date.now }),
  now: Date.now,
  log: { info: logLine('info'), warn: logLine('warn'), error: logLine('error') } as never,
  connect: (use) => openConnection(target, use),
  prefix: '{bangui}',
  appVersion,
  ...options.times,
})
for (const { name, everyMs, workMs } of options.jobs) {
  scheduler.define({
    name,
    schedule: { everyMs },
    timeoutMs: 600_000,
    attempts,
    async run({ slot, attempt, fence, signal }) {
      say('BEGIN', name, slot, attempt, fence)
      await pause(workMs, undefined, { signal })
      await haveEffect(db, { job: name, slot, fence })
      say('END', name, slot, attempt, fence)
    },
  })
}
process.once('SIGTERM', () => {
  const since = performance.now()
  void scheduler.stop(stopMs).then(() => {
    say('STOPPED', Math.round(performance.now() - since))
    process.exit(0)
  })
})
await scheduler.start()
say('READY')
process.stdin.resume()
