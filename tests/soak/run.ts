import { soakJobs } from './jobs.ts'
import { soakOutage } from './outage.ts'
import type { SoakReport } from './soak-report.ts'

/** What can be soaked, and for how many seconds unless others are named. */
const SOAKS: Record<string, { run: (seconds: number) => Promise<SoakReport>; seconds: number }> = {
  jobs: { run: soakJobs, seconds: 600 },
  outage: { run: soakOutage, seconds: 300 },
}

/** `npm run soak -- NAME [SECONDS]`: long runs under faults, which `npm test` has no time for. */
const [name = '', given] = process.argv.slice(2)
const soak = SOAKS[name]
const seconds = Number(given ?? soak?.seconds)
if (!soak || !(seconds > 0)) {
  console.error(`Usage: npm run soak -- ${Object.keys(SOAKS).join('|')} [SECONDS]`)
  process.exit(64)
}
const { facts, complaints } = await soak.run(seconds)
for (const fact of facts) console.log(fact)
for (const complaint of complaints) console.error(`NOT AS IT HAS TO BE: ${complaint}`)
console.log(complaints.length === 0 ? 'All was as it has to be.' : `${complaints.length} complaints.`)
process.exit(complaints.length === 0 ? 0 : 1)
