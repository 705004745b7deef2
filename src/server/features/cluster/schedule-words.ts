import type { Schedule } from '../../jobs/job.ts'

/** Whole phrases, which pages translate. */
const UNITS: ReadonlyArray<readonly [ms: number, one: string, several: (count: number) => string]> = [
  [86_400_000, 'every day', (count) => `every ${count} days`],
  [3_600_000, 'every hour', (count) => `every ${count} hours`],
  [60_000, 'every minute', (count) => `every ${count} minutes`],
  [1_000, 'every second', (count) => `every ${count} seconds`],
]

/** When a job runs, for people. */
export function scheduleInWords(schedule: Schedule): string {
  if ('everyMs' in schedule) return every(schedule.everyMs)
  if ('cron' in schedule) return `cron ${schedule.cron} (${schedule.timeZone})`
  return 'only when it is asked for'
}

/** In the largest unit that gives a whole number. */
function every(ms: number): string {
  for (const [unitMs, one, several] of UNITS) {
    if (ms === unitMs) return one
    if (ms % unitMs === 0) return several(ms / unitMs)
  }
  return `every ${ms} milliseconds`
}
