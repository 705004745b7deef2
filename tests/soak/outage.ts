import { DatabaseSync } from 'node:sqlite'
import { setTimeout as pause } from 'node:timers/promises'
import { isHostOnline, untilReady } from '../faults/cluster-view.ts'
import { whoAmI } from '../faults/http.ts'
import { firstAfter, median, memoryOf, observe } from '../faults/observe.ts'
import { startRedis, type RedisServer } from '../support/redis-server.ts'
import { startReplicas, type Replicas } from '../support/replicas.ts'
import { waitFor } from '../support/wait-for.ts'
import type { SoakReport } from './soak-report.ts'

const SETTLED_MS = 60_000
/** Between one minute into the outage and its end; whatever queues would grow by much more. */
const GROWTH_BYTES = 24 << 20
/** In the first second after an outage each process looks, subscribes and catches up, no more. */
const COMMANDS_ON_RETURN = 1_500

/**
 * Redis away for some minutes while people work and fail2ban bans: nobody is signed out, nothing queues up, and what was
 * missed is caught up on once.
 */
export async function soakOutage(seconds: number): Promise<SoakReport> {
  const redis = await startRedis({ config: ['appendonly yes', 'appendfsync everysec'] })
  try {
    const replicas = await startReplicas({ count: 2, redis, fail2ban: true })
    try {
      return await throughOutage(redis, replicas, seconds * 1_000)
    } finally {
      await replicas.stop()
    }
  } finally {
    await redis.stop()
  }
}

async function throughOutage(redis: RedisServer, replicas: Replicas, outageMs: number): Promise<SoakReport> {
  if (outageMs <= SETTLED_MS) throw new Error(`An outage of ${SETTLED_MS / 1_000} s or less shows nothing.`)
  const cookies = await replicas.signIn(6)
  const urls = replicas.urls()
  const growth = new Map<number, number>()
  let [from, until, commands, slots] = [0, 0, 0, 0]
  const { answers, complaints } = await observe(
    { replicas: replicas.all, cookies, everyMs: 100 },
    async (seen) => {
      await seen.more(100)
      await redis.kill()
      from = performance.now()
      const goneAt = Date.now()
      await pause(SETTLED_MS)
      const settled = replicas.all.map(memoryOf)
      // fail2ban goes on by itself; the console hears of it later.
      replicas.fail2ban.writeFailures('sshd', '203.0.113.200', 3)
      await pause(outageMs - SETTLED_MS)
      replicas.all.forEach((replica, index) => growth.set(index, memoryOf(replica) - (settled[index] ?? 0)))
      await redis.restart()
      until = performance.now()
      await untilReady(urls)
      commands = await commandsSoFar(redis)
      await seen.more(200)
      await waitFor(() => slotsRun(replicas, goneAt, goneAt + outageMs) > 0, {
        what: 'a missed run to be caught up on',
        timeoutMs: 30_000,
      })
      await seen.more(100)
      slots = slotsRun(replicas, goneAt, goneAt + outageMs)
      await waitFor(() => isBanKnown(replicas), { what: 'the ban of meanwhile', timeoutMs: 30_000 })
      await waitFor(() => isHostOnline(urls[0] ?? '', cookies[0] ?? ''), { what: 'the host to be online' })
    },
  )
  const found = [...complaints]
  const during = answers.filter(({ at }) => at > from + 2_000 && at < until - 500)
  const back = firstAfter(answers, until, 200)
  if (during.some(({ status }) => status !== 503))
    found.push('Something but 503 was answered during the outage.')
  if (median(during.map(({ ms }) => ms)) > 200) found.push('A refusal was waited for.')
  if (back > 3_000) found.push(`Served again only ${Math.round(back)} ms after Redis was back.`)
  if (commands > COMMANDS_ON_RETURN) found.push(`${commands} commands came at once when Redis was back.`)
  if (slots > 1) found.push(`${slots} runs of one job were caught up on.`)
  for (const [index, bytes] of growth) {
    if (bytes > GROWTH_BYTES) found.push(`Replica ${index} grew by ${megabytes(bytes)} during the outage.`)
  }
  for (const cookie of cookies) {
    const statuses = await Promise.all(urls.map((url) => whoAmI(url, cookie)))
    if (statuses.some(({ status }) => status !== 200)) found.push('A session did not outlive the outage.')
  }
  return {
    facts: [
      `${during.length} requests were refused during the outage, the median after ${median(during.map(({ ms }) => ms)).toFixed(1)} ms.`,
      `Served again ${Math.round(back)} ms after Redis was back; ${commands} commands until ready.`,
      `Memory changed by ${[...growth.values()].map(megabytes).join(' and ')} between the first minute and the last.`,
      `${slots} missed run of the job that is due every 15 s was caught up on.`,
    ],
    complaints: found,
  }
}

const megabytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(1)} MB`

async function commandsSoFar(redis: RedisServer): Promise<number> {
  return Number(/^total_commands_processed:(\d+)/m.exec(await redis.cli('info', 'stats'))?.[1] ?? 0)
}

/** Runs of the job that is due every 15 seconds, for slots between two moments. */
function slotsRun({ databaseFile }: Replicas, from: number, until: number): number {
  const database = new DatabaseSync(databaseFile, { readOnly: true })
  try {
    const count = database.prepare(
      `select count(*) as n from job_runs where job = 'health.check' and slot between ? and ?`,
    )
    // The one that is due just as Redis returns is not missed.
    return Number(count.get(from, until - 1_000)?.['n'] ?? 0)
  } finally {
    database.close()
  }
}

function isBanKnown({ databaseFile }: Replicas): boolean {
  const database = new DatabaseSync(databaseFile, { readOnly: true })
  try {
    return database.prepare(`select 1 from active_bans where ip = '203.0.113.200'`).get() !== undefined
  } finally {
    database.close()
  }
}
