import type { RequestHandler } from 'express'
import type { Logger } from '../lib/logger.ts'
import { pathOf } from './request-context.ts'

/** One line for each finished request, at debug. Neither query strings nor bodies are logged. */
export function requestLog(log: Logger): RequestHandler {
  return (req, res, next) => {
    if (log.isLevelEnabled('debug')) {
      res.once('close', () => {
        const { id, startedAt, actor, problem } = req.context
        log.debug(
          {
            requestId: id,
            method: req.method,
            path: pathOf(req),
            status: res.statusCode,
            ms: Math.round(performance.now() - startedAt),
            ...(problem === undefined ? {} : { problem }),
            ...(actor === undefined ? {} : { user: actor.username }),
          },
          'request',
        )
      })
    }
    next()
  }
}
