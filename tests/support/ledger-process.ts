/**
 * A process of its own for the tests of the run ledger and of the scheduler on it.
 *   claim PATH JOB FROM TO   claims the slots, says `CLAIMED slot attempt fence` for each it got, and finishes them
 *   run PATH LEASE_MS        runs a job five times a second until it is killed; says `BEGIN …` and `END …` of each run
 */
import { randomInt } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { openDatabase } from '../../src/server/db/database.ts'
import { createRunLedger } from '../../src/server/features/jobs/run-ledger.repository.ts'
import { createInProcessScheduler } from '../../src/server/jobs/in-process-scheduler.ts'

const [task, path = '', ...rest] = process.argv.slice(2)
const ledger = createRunLedger({
  db: await openDatabase({ kind: 'sqlite', path }),
  now: Date.now,
})
const say = (...words: unknown[]): boolean => process.stdout.write(`${words.join(' ')}\n`)

if (task === 'claim') {
  const [job = '', from, to] = rest
  for (let slot = Number(from); slot < Number(to); slot += 1) {
    for (;;) {
      const claim = await ledger.claim(job, slot, 10_000, 1)
      if (claim.kind === 'settled') break
      if (claim.kind === 'claimed') {
        say('CLAIMED', slot, claim.attempt, claim.fence)
        await ledger.finish(job, slot, claim.fence, { ok: true })
      }
    }
  }
} else {
  const log = { warn: () => undefined, error: () => undefined } as never
  const scheduler = createInProcessScheduler({ ledger, now: Date.now, log, leaseMs: Number(rest[0]) })
  scheduler.define({
    name: 'things.do',
    schedule: { everyMs: 200 },
    timeoutMs: 10_000,
    attempts: 1,
    async run({ slot, attempt, fence }) {
      say('BEGIN', process.pid, slot, attempt, fence, Date.now())
      await pause(randomInt(5, 120))
      say('END', process.pid, slot, attempt, fence, Date.now())
    },
  })
  await scheduler.start()
  say('READY')
  process.stdin.resume()
}
