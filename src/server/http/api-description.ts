import { Router } from 'express'
import { AppError } from '../lib/errors.ts'
import { cookieKind, type PublicUrl } from './cookies.ts'
import type { Endpoint } from './endpoint.ts'
import { describeApi } from './openapi.ts'
import { problemKind } from './problem.ts'

/** What the API says about itself, to anybody; and the end of everything below /api. */
export function apiDescription(
  endpoints: readonly Endpoint[],
  options: { version: string; publicUrl: PublicUrl | undefined },
): Router {
  const router = Router()
  let document: object | undefined
  router.get('/openapi.json', (_req, res) => {
    document ??= describeApi(endpoints, {
      version: options.version,
      basePath: options.publicUrl?.basePath ?? '/',
      sessionCookie: cookieKind('bangui.sid', options.publicUrl).name,
    })
    res.json(document)
  })
  router.get('/problems/:code', (req, res) => {
    res.json(problemKind(req.params.code))
  })
  router.use((req) => {
    throw new AppError('not-found', `The API has no ${req.method} ${req.baseUrl}${req.path}.`, {
      nextStep: 'GET /api/openapi.json describes every operation.',
    })
  })
  return router
}
