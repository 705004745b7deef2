import { createHash, timingSafeEqual } from 'node:crypto'
import { Router, type Request, type RequestHandler, type Response } from 'express'
import { countedAs } from '../../http/request-meter.ts'
import { AppError } from '../../lib/errors.ts'
import type { Exposition } from './exposition.ts'

export interface MetricsRoutesDeps {
  readonly read: () => Promise<Exposition>
  /** Undefined: whoever asks is answered. */
  readonly token: string | undefined
}

/** For Prometheus: asks for no session and is not counted by the limiter. Those who ask at once share one reading. */
export function metricsRoutes({ read, token }: MetricsRoutesDeps): Router {
  let reading: Promise<Exposition> | undefined
  const readShared = (): Promise<Exposition> => {
    reading ??= read().finally(() => (reading = undefined))
    return reading
  }

  const answer: RequestHandler = (req, res, next) => {
    if (token !== undefined) checkToken(req, res, token)
    readShared().then(
      ({ contentType, text }) => res.setHeader('Cache-Control', 'no-store').type(contentType).send(text),
      next,
    )
  }
  return Router().get('/metrics', countedAs('/metrics'), answer)
}

function checkToken(req: Request, res: Response, token: string): void {
  const given = /^Bearer +(.+)$/i.exec(req.get('authorization') ?? '')?.[1] ?? ''
  if (timingSafeEqual(digest(given), digest(token))) return
  res.setHeader('WWW-Authenticate', 'Bearer')
  throw new AppError('unauthenticated', 'The metrics of this console are behind a token.', {
    nextStep: 'Send the value of BANGUI_METRICS_TOKEN as a bearer token.',
  })
}

/** Of one length whatever was sent. */
function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
