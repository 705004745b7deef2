/**
 * A small worker for the tests of its primary: OPTIONS, a JSON object. What it does is read from a file at its start, so that
 * a test can have later ones behave differently. `GET /` names it; `/wait?ms=` answers late, `/block?ms=` stops the event
 * loop, `/metrics` asks for those of all workers.
 */
import { readFileSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { createLogger } from '../../src/server/lib/logger.ts'
import { listen } from '../../src/server/startup/http-server.ts'
import { connectToPrimary } from '../../src/server/startup/worker-link.ts'
import type { WorkerBehaviour, WorkerGroupOptions } from './worker-group.ts'

const { behaviourFile, aliveEveryMs } = JSON.parse(process.argv[2] ?? '') as WorkerGroupOptions
const worker = Number(process.env['WORKER'])
const behaviour = JSON.parse(readFileSync(behaviourFile, 'utf8')) as WorkerBehaviour
const log = (await createLogger({ level: 'info', format: 'json' })).child({ worker })

log.info({ pid: process.pid }, 'begun')
process.on('SIGINT', () => undefined)
process.on('SIGHUP', () => undefined)
const primary = connectToPrimary({ worker, log, aliveEveryMs })
if (behaviour.exitsWith !== undefined) process.exit(behaviour.exitsWith)

if (behaviour.metrics === 'none') primary.serveMetrics(() => new Promise(() => undefined))
else if (behaviour.metrics === 'failing') primary.serveMetrics(() => Promise.reject(new Error('No.')))
else primary.serveMetrics(() => Promise.resolve({ worker, pid: process.pid }))

const handle = async (url: URL): Promise<unknown> => {
  const ms = Number(url.searchParams.get('ms'))
  if (url.pathname === '/metrics') return primary.collectMetrics()
  if (url.pathname === '/wait') await pause(ms)
  if (url.pathname === '/block') {
    const until = performance.now() + ms
    while (performance.now() < until);
  }
  return { worker, pid: process.pid }
}
const server = await listen(
  (req, res) => {
    void handle(new URL(req.url ?? '', 'http://localhost')).then((answer) => {
      if (isStopping) res.setHeader('connection', 'close')
      res.end(JSON.stringify(answer))
    })
  },
  { host: '127.0.0.1', port: 0 },
)
let isStopping = false
process.on('SIGTERM', () => {
  if (isStopping || behaviour.stops === false) return
  isStopping = true
  log.info('stopping')
  void server.close(60_000).then(() => {
    log.info('stopped')
    process.exit(0)
  })
})
log.info({ port: server.port }, 'listening')
if (behaviour.becomesReady !== false) primary.ready()
