import { soakJobs } from './jobs.ts'
import type { SoakReport } from './soak-report.ts'

/** What can be soaked, for so many seconds where that can be chosen. */
const SOAKS: Record<string, (seconds: number) => Promise<SoakReport>> = {
  jobs: soakJobs,
}

/** `npm run soak -- NAME [SECONDS]`: long runs under faults, which `npm test` has no time for. */
const [name = '', seconds = '600'] = process.argv.slice(2)
const soak = SOAKS[name]
if (!soak || !(Number(seconds) > 0)) {
  console.error(`Usage: npm run soak -- ${Object.keys(SOAKS).join('|')} [SECONDS]`)
  process.exit(64)
}
const { facts, complaints } = await soak(Number(seconds))
for (const fact of facts) console.log(fact)
for (const complaint of complaints) console.error(`NOT AS IT HAS TO BE: ${complaint}`)
console.log(complaints.length === 0 ? 'All was as it has to be.' : `${complaints.length} complaints.`)
process.exit(complaints.length === 0 ? 0 : 1)
