/** A primary with the small workers of worker-script.ts: OPTIONS, a JSON object. */
import { fileURLToPath } from 'node:url'
import { createLogger } from '../../src/server/lib/logger.ts'
import { runPrimary } from '../../src/server/primary.ts'
import type { WorkerGroupOptions } from './worker-group.ts'

const { workers, times } = JSON.parse(process.argv[2] ?? '') as WorkerGroupOptions
const stop = new AbortController()
process.on('SIGTERM', () => stop.abort())
const status = await runPrimary({
  workers,
  script: fileURLToPath(new URL('worker-script.ts', import.meta.url)),
  envOf: (worker) => ({ WORKER: String(worker) }),
  stop: stop.signal,
  log: await createLogger({ level: 'info', format: 'json' }),
  times,
})
process.exit(status)
