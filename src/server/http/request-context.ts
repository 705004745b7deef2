import type { Request, RequestHandler } from 'express'
import { randomBytes } from 'node:crypto'
import type { ErrorCode } from '../../shared/problem.ts'
import type { Actor } from './endpoint.ts'

/** What the layers of one request tell each other. */
export interface RequestContext {
  /** In every problem, in the `X-Request-Id` header and in the log. */
  readonly id: string
  readonly startedAt: number
  /** Set by `admit` where a valid session belongs to the request. */
  actor?: Actor
  /** Set by `problemHandler`, for the request log. */
  problem?: ErrorCode
  /** Set by what answers it, for the metrics: the path with its parameters unnamed, such as `/api/v1/ip/{ip}`. */
  route?: string
  /** Set where the answer is a stream, which lasts as long as somebody listens. */
  streams?: true
}

declare module 'express-serve-static-core' {
  interface Request {
    context: RequestContext
  }
}

/** Gives every request its context. Ids are unique over processes: a random part per process and a counter. */
export function requestContext(): RequestHandler {
  const prefix = randomBytes(5).toString('hex')
  let counter = 0
  return (req, res, next) => {
    counter += 1
    req.context = { id: `${prefix}-${counter.toString(36)}`, startedAt: performance.now() }
    res.setHeader('X-Request-Id', req.context.id)
    next()
  }
}

/** The path that was asked for, without its query, which may hold what no log should. */
export function pathOf(req: Request): string {
  const end = req.originalUrl.indexOf('?')
  return end < 0 ? req.originalUrl : req.originalUrl.slice(0, end)
}

/** A proxy or browser that keeps its connection would ask a process that is about to end. */
export function closeWhenDraining(isDraining: () => boolean): RequestHandler {
  return (_req, res, next) => {
    if (isDraining()) res.setHeader('Connection', 'close')
    next()
  }
}
