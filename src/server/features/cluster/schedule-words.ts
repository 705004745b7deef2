import type { Schedule } from '../../jobs/job.ts'

const UNITS = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1_000],
] as const

/** When a job runs, for people. */
export function scheduleInWords(schedule: Schedule): string {
  if ('everyMs' in schedule) return every(schedule.everyMs)
  if ('cron' in schedule) return `cron ${schedule.cron} (${schedule.timeZone})`
  return 'only when it is asked for'
}

/** In the largest unit that gives a whole number. */
function every(ms: number): string {
  const [unit, unitMs] = UNITS.find(([, each]) => ms % each === 0) ?? ['millisecond', 1]
  const count = ms / unitMs
  return count === 1 ? `every ${unit}` : `every ${count} ${unit}s`
}
