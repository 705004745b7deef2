import { ensureSystemPackages } from '../support/system-packages.ts'
import { commands } from './commands.ts'
import { httpRead } from './http-read.ts'
import { idle } from './idle.ts'
import { liveEvents } from './live-events.ts'
import { loginStorm } from './login-storm.ts'
import { manyBans } from './many-bans.ts'
import { redisMode } from './redis-mode.ts'
import { redisOrMemory } from './redis-or-memory.ts'
import { information, print, type Row } from './report.ts'
import { startAndMemory } from './start-and-memory.ts'
import { workers } from './workers.ts'

/**
 * Targets for one process and for state in Redis, each against a reference kept in this folder or an absolute, loose limit. Figures
 * of time are ratios of programs measured in turn in the same minutes; absolute milliseconds depend on the machine.
 * `npm run bench -- T2 T15` runs some.
 */
const BENCHES = [
  { targets: ['T1', 'T4'], run: redisMode },
  { targets: ['T2'], run: httpRead },
  { targets: ['T3'], run: redisOrMemory },
  { targets: ['T5'], run: workers },
  { targets: ['T6'], run: againstFastApi },
  { targets: ['T13'], run: commands },
  { targets: ['T14'], run: idle },
  { targets: ['T15'], run: startAndMemory },
  { targets: ['T7', 'bulk'], run: manyBans },
  { targets: ['T12'], run: liveEvents },
  { targets: ['T16'], run: loginStorm },
] as const

/** The earlier console's stack; for information only, as nothing here depends on it. */
async function againstFastApi(): Promise<Row[]> {
  const why = 'it needs the Python packages fastapi and uvicorn, which this project neither has nor installs'
  return [information('T6', 'CPU per request ÷ FastAPI on uvicorn', 'not measured', why)]
}

ensureSystemPackages(['fail2ban', 'redis-server'])
const wanted = process.argv.slice(2)
for (const bench of BENCHES) {
  if (wanted.length > 0 && !bench.targets.some((target) => wanted.includes(target))) continue
  print(await bench.run())
}
