import { randomInt } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { runScript, type Child } from '../support/child-process.ts'
import { createEffects, effectsOf, type Effect } from '../support/effects.ts'
import type { JobProcessOptions } from '../support/job-process.ts'
import { startRedis, type RedisServer } from '../support/redis-server.ts'
import { openTestDatabase } from '../support/test-database.ts'
import { waitFor } from '../support/wait-for.ts'
import type { SoakReport } from './soak-report.ts'

const PROCESSES = 8
/** A slot that is taken over twice (40 s each time) is still done before the next one is due. */
const STRICT_PERIODS_MS = [120_000, 130_000, 140_000, 150_000, 160_000, 170_000, 180_000, 200_000]
/** Slots of these pass while a dead process's run waits to be taken over; then one run makes up for them. */
const FAST_PERIODS_MS = [1_000, 2_000, 5_000, 10_000]
const LONGEST_GAP_MS = 60_000
const BACK_AFTER_FLUSH_MS = 30_000
const SETTLE_MS = 90_000

type Jobs = JobProcessOptions['jobs']
const strict: Jobs = STRICT_PERIODS_MS.flatMap((everyMs) =>
  ['a', 'b'].map((half) => ({ name: `strict.${everyMs / 1_000}${half}`, everyMs, workMs: 1_500 })),
)
const fast: Jobs = FAST_PERIODS_MS.map((everyMs) => ({
  name: `fast.${everyMs / 1_000}`,
  everyMs,
  workMs: 300,
}))
const jobs = [...strict, ...fast]

interface Crowd {
  readonly all: readonly Child[]
  readonly kills: () => number
  /** For so long kills, or stops for a while, one process after another, and starts a new one for each. */
  torment(seconds: number): Promise<void>
  end(): Promise<void>
}

function startCrowd(start: () => Child): Crowd {
  const all: Child[] = []
  const living: Child[] = []
  const add = (): void => {
    const child = start()
    all.push(child)
    living.push(child)
  }
  for (let i = 0; i < PROCESSES; i += 1) add()
  let kills = 0
  return {
    all,
    kills: () => kills,
    async torment(seconds) {
      const until = performance.now() + seconds * 1_000
      while (performance.now() < until) {
        await pause(randomInt(2_000, 8_000))
        const [victim] = living.splice(randomInt(living.length), 1)
        if (victim) torment(victim)
        kills += 1
        add()
      }
    },
    async end() {
      for (const child of all) child.kill('SIGKILL')
      await Promise.all(all.map(({ ended }) => ended))
    },
  }
}

function torment(victim: Child): void {
  if (randomInt(4) > 0) {
    victim.kill('SIGKILL')
    return
  }
  const standsStillMs = randomInt(1_000, 30_000)
  victim.kill('SIGSTOP')
  // It goes on for a moment, to do what it can do wrong.
  setTimeout(() => victim.kill('SIGCONT'), standsStillMs)
  setTimeout(() => victim.kill('SIGKILL'), standsStillMs + 5_000)
}

/** Resolves with how long the schedules were gone. */
async function flush(redis: RedisServer): Promise<number> {
  await redis.cli('flushall')
  const since = performance.now()
  await waitFor(async () => Number(await redis.cli('zcard', '{bangui}:jobs:repeat')) === jobs.length, {
    what: 'the schedules to be back',
    timeoutMs: 2 * BACK_AFTER_FLUSH_MS,
  })
  return performance.now() - since
}

/**
 * Eight processes on one database and one Redis run jobs while they are killed and stopped at random, and Redis is flushed
 * once: every slot that was due has exactly one effect.
 */
export async function soakJobs(seconds: number): Promise<SoakReport> {
  const redis = await startRedis()
  const database = await openTestDatabase()
  await createEffects(database.db)
  const options: JobProcessOptions = { redisPort: redis.port, databasePath: database.path, jobs, attempts: 5 }
  const crowd = startCrowd(() => runScript('job-process.ts', [JSON.stringify(options)]))
  try {
    await waitFor(() => crowd.all.every(({ lines }) => lines.includes('READY')), {
      what: 'the processes to start',
      timeoutMs: 60_000,
    })
    const from = Date.now()
    await crowd.torment(seconds / 2)
    const goneMs = await flush(redis)
    await crowd.torment(seconds / 2)
    const to = Date.now()
    await waitFor(async () => missing(await effectsOf(database.db), from, to).length === 0, {
      what: 'the last slots to be done',
      timeoutMs: SETTLE_MS,
      everyMs: 1_000,
    }).catch(() => undefined)
    const effects = await effectsOf(database.db)
    const facts = figures({ seconds, crowd, effects, goneMs, from, to })
    const complaints = [
      ...missing(effects, from, to).map((slot) => `no effect of ${slot}`),
      ...doubled(effects).map((slot) => `two effects of ${slot}`),
      ...gaps(effects, to),
      ...(goneMs > BACK_AFTER_FLUSH_MS ? [`the schedules came back after ${Math.round(goneMs)} ms`] : []),
    ]
    return { facts, complaints }
  } finally {
    await crowd.end()
    await redis.stop()
    await database.close()
  }
}

const keyOf = ({ job, slot }: Pick<Effect, 'job' | 'slot'>): string =>
  `${job} at ${new Date(slot).toISOString()}`

/** Due slots of the strict jobs, the one that was current at the beginning included, that have no effect. */
function missing(effects: readonly Effect[], from: number, to: number): string[] {
  const done = new Set(effects.map(keyOf))
  return strict.flatMap(({ name: job, everyMs }) => {
    const due: string[] = []
    for (let slot = Math.floor(from / everyMs) * everyMs; slot <= to; slot += everyMs)
      due.push(keyOf({ job, slot }))
    return due.filter((key) => !done.has(key))
  })
}

function doubled(effects: readonly Effect[]): string[] {
  return [...Map.groupBy(effects, keyOf)].filter(([, same]) => same.length > 1).map(([key]) => key)
}

/** Times without any effect that are longer than taking over takes. */
function gaps(effects: readonly Effect[], to: number): string[] {
  return fast.flatMap(({ name }) => {
    const times = effects.filter(({ job, at }) => job === name && at <= to).map(({ at }) => at)
    const longest = Math.max(...times.map((at, i) => (times[i + 1] ?? to) - at))
    return longest > LONGEST_GAP_MS ? [`${name} did nothing for ${Math.round(longest / 1_000)} s`] : []
  })
}

function figures(soak: {
  seconds: number
  crowd: Crowd
  effects: readonly Effect[]
  goneMs: number
  from: number
  to: number
}): string[] {
  const { seconds, crowd, effects, goneMs, from, to } = soak
  const of = (some: Jobs): Effect[] => effects.filter(({ job }) => some.some(({ name }) => name === job))
  const count = (word: string): number =>
    crowd.all.flatMap(({ lines }) => lines).filter((line) => line.startsWith(`${word} `)).length
  const lateness = of(strict)
    .filter(({ slot }) => slot > from)
    .map(({ slot, at }) => at - slot)
  const fastSlots = fast.reduce(
    (sum, { everyMs }) => sum + Math.floor(to / everyMs) - Math.floor(from / everyMs),
    0,
  )
  const warnings = crowd.all.flatMap(({ errors }) => errors).filter((line) => !line.startsWith('info '))
  return [
    `${seconds} s, ${PROCESSES} processes at a time, ${crowd.all.length} in all, ${crowd.kills()} killed or stopped`,
    `runs begun ${count('BEGIN')}, ended ${count('END')}, effects ${effects.length}, twice ${doubled(effects).length}`,
    `strict jobs: ${of(strict).length} effects, ${missing(effects, from, to).length} missing, ${Math.max(0, ...lateness)} ms late at most`,
    `fast jobs: ${of(fast).length} effects for ${fastSlots} slots, the rest made up for`,
    `schedules back ${Math.round(goneMs)} ms after the flush`,
    `${warnings.length} warnings and errors logged`,
  ]
}
