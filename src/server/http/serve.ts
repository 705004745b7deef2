import express, { Router, type Request, type RequestHandler, type Response } from 'express'
import type { Role } from '../../shared/session.ts'
import { AppError } from '../lib/errors.ts'
import { createAnswer } from './answer.ts'
import { createCaller, type CallerDeps } from './caller.ts'
import type { Access, Actor, Caller, Endpoint, HandlerInput } from './endpoint.ts'
import { validate } from './validate.ts'

/** Inflating is off: a compressed body could be far larger than it looks, and no client of ours sends one. */
const parseJson = express.json({ limit: '1mb', inflate: false })

/** The router of a list of endpoints: access → parse → handle → parse the answer → status, in this order for each. */
export function serve(endpoints: readonly Endpoint[], deps: CallerDeps): Router {
  const router = Router({ caseSensitive: true })
  const callerOf = createCaller(deps)
  for (const endpoint of endpoints) {
    router[endpoint.method](endpoint.path.replace(/\{(\w+)\}/g, ':$1'), handlerOf(endpoint, callerOf))
  }
  // Without a session not even what exists is told.
  router.use((req, _res, next) => {
    authorise('viewer', req.context.actor)
    next()
  })
  return router
}

function handlerOf(endpoint: Endpoint, callerOf: (req: Request, res: Response) => Caller): RequestHandler {
  const answer =
    endpoint.response === undefined ? undefined : createAnswer(endpoint.response, endpoint.status)
  const takesInput = endpoint.params ?? endpoint.query ?? endpoint.body
  const route = `/api/v1${endpoint.path}`
  return async (req, res) => {
    req.context.route = route
    const actor = authorise(endpoint.access, req.context.actor)
    if (endpoint.stream && actor && req.method === 'GET') {
      req.context.streams = true
      const [asked] = endpoint.query ? await validate([['query', endpoint.query, req.query]]) : []
      return endpoint.stream(req, res, actor, asked)
    }
    await readBody(endpoint, req, res)
    const [params, query, body] = takesInput
      ? await validate([
          ['path', endpoint.params, req.params],
          ['query', endpoint.query, endpoint.query && req.query],
          ['body', endpoint.body, req.body],
        ])
      : []
    // Typed by `endpoint()` for each handler; here all shapes come together.
    const input = { params, query, body, actor, caller: callerOf(req, res) } as unknown
    const result = await endpoint.handle(input as HandlerInput<Access, never, never, never>)
    if (answer) return answer(req, res, result)
    res.setHeader('Cache-Control', 'no-store')
    return void res.status(endpoint.status).end()
  }
}

const RANK: Record<Role, number> = { viewer: 1, operator: 2, admin: 3 }

function authorise(access: Access, actor: Actor | undefined): Actor | undefined {
  if (access === 'public') return undefined
  if (!actor) {
    throw new AppError('unauthenticated', 'This needs a session, and the request has none that is valid.')
  }
  if (RANK[actor.role] < RANK[access]) {
    throw new AppError('forbidden', `This needs the role ${access}; yours is ${actor.role}.`)
  }
  return actor
}

async function readBody(endpoint: Endpoint, req: Request, res: Response): Promise<void> {
  const hasBody =
    req.headers['transfer-encoding'] !== undefined || Number(req.headers['content-length'] ?? 0) > 0
  if (hasBody && req.is('application/json') === false) {
    throw new AppError('unsupported-media-type', 'The body is not application/json.')
  }
  if (endpoint.body === undefined) return
  await new Promise<void>((resolve, reject) => {
    parseJson(req, res, (error?: unknown) => (error ? reject(error) : resolve()))
  })
}
