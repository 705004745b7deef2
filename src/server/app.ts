import express, { Router, type Express, type Request, type RequestHandler } from 'express'
import type { Readiness } from '../shared/health.ts'
import { healthRoutes } from './features/health/health.routes.ts'
import { admit, type SessionUser } from './http/admit.ts'
import { apiDescription } from './http/api-description.ts'
import { warnOfUnknownProxy } from './http/client-address.ts'
import type { PublicUrl, Secrets } from './http/cookies.ts'
import type { Actor, Endpoint } from './http/endpoint.ts'
import { problemHandler } from './http/problem.ts'
import { closeWhenDraining, requestContext } from './http/request-context.ts'
import { requestLog } from './http/request-log.ts'
import { countedAs } from './http/request-meter.ts'
import { sameSite } from './http/same-site.ts'
import { securityHeaders } from './http/security-headers.ts'
import { serve } from './http/serve.ts'
import { createBrowserSessions } from './http/session.ts'
import { spa } from './http/spa.ts'
import { AppError } from './lib/errors.ts'
import type { Logger } from './lib/logger.ts'
import type { StateProvider } from './state/state-provider.ts'

export interface AppDeps {
  readonly log: Logger
  readonly state: Pick<StateProvider, 'sessions' | 'limits'>
  /** The row behind a session; asked on every request. */
  readonly findUser: (id: string) => Promise<SessionUser | undefined>
  /** Told of whoever is let in, on every request. */
  readonly noteSeen?: (actor: Actor) => void
  readonly endpoints: readonly Endpoint[]
  readonly publicUrl: PublicUrl | undefined
  /** Number of proxies in front, or their networks; 0 trusts nobody. */
  readonly trustProxy: number | readonly string[]
  readonly sessionSecrets: Secrets
  /** Folder with the built pages. */
  readonly webRoot: string
  readonly version: string
  readonly readiness: () => Readiness
  readonly isDraining: () => boolean
  /** Told of each request that comes through a proxy nobody told us about. */
  readonly onUnknownProxy?: () => void
  /** Absent where metrics are switched off: then nothing is counted, and `/metrics` is not there. */
  readonly metrics?: { readonly meter: RequestHandler; readonly routes: Router }
  readonly now?: () => number
}

/** The way of a request, in order; each layer may rely on those above it. */
export function createApp(deps: AppDeps): Express {
  const { endpoints, log, metrics, publicUrl, state, version, now = Date.now } = deps
  const basePath = publicUrl?.basePath ?? '/'
  const sessions = createBrowserSessions({
    sessions: state.sessions,
    secrets: deps.sessionSecrets,
    publicUrl,
    log,
    now,
  })
  const app = express()
  app.disable('x-powered-by')
  app.disable('etag')
  app.set('trust proxy', deps.trustProxy)

  app.use(requestContext())
  if (metrics) app.use(metrics.meter)
  app.use(requestLog(log))
  app.use(securityHeaders({ https: publicUrl?.secure ?? false }))
  app.use(closeWhenDraining(deps.isDraining))

  const api = Router()
  api.use(warnOfUnknownProxy({ log, trustsNobody: deps.trustProxy === 0, onFound: deps.onUnknownProxy }))
  api.use(sameSite({ publicOrigin: publicUrl?.origin }))
  api.use('/v1', admit({ sessions, limits: state.limits, findUser: deps.findUser, noteSeen: deps.noteSeen }))
  api.use('/v1', serve(endpoints, { sessions, publicUrl, now }))
  api.use(apiDescription(endpoints, { version, publicUrl }))

  const probes = Router()
  probes.use(healthRoutes(deps.readiness))
  if (metrics) probes.use(metrics.routes)

  const site = Router()
  site.use('/api', api)
  site.use(probes)
  const carriesSession = (req: Request) => sessions.named(req) !== undefined
  site.use(countedAs('(pages)'), spa({ webRoot: deps.webRoot, basePath, carriesSession }))
  app.use(basePath, site)
  // Also without the base path: probes come straight to the process, not through the proxy.
  app.use(probes)
  app.use((req) => {
    throw new AppError('not-found', `There is no ${req.path}: the console is at ${basePath}.`)
  })
  app.use(problemHandler({ log, basePath, now }))
  return app
}
