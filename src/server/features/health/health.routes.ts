import { Router } from 'express'
import type { Readiness, ReadinessAnswer } from '../../../shared/health.ts'
import { proxySeen } from '../../http/client-address.ts'
import { countedAs } from '../../http/request-meter.ts'

/** Probes, for whoever starts and balances processes. They do no I/O, ask for no session and are not counted. */
export function healthRoutes(readiness: () => Readiness): Router {
  const router = Router()
  router.get('/healthz', countedAs('/healthz'), (_req, res) => {
    res.setHeader('Cache-Control', 'no-store').type('text/plain').send(`ok\nBanGUI ${readiness().version}\n`)
  })
  router.get('/readyz', countedAs('/readyz'), (req, res) => {
    const now: ReadinessAnswer = { ...readiness(), proxy: proxySeen(req) }
    res
      .setHeader('Cache-Control', 'no-store')
      .status(now.ready ? 200 : 503)
      .json(now)
  })
  return router
}
