import type { RequestHandler } from 'express'
import type { Logger } from '../lib/logger.ts'
import { pathOf } from './request-context.ts'

const QUIET_MS = 10_000

/**
 * One line per finished request at debug. An answer of 500 or more is a warning, at most one per cause in ten seconds with
 * the number of those left out, so that an outage does not fill the disk. Neither query strings nor bodies are logged.
 */
export function requestLog(log: Logger, now: () => number = Date.now): RequestHandler {
  const causes = new Map<string, { warnedAt: number; leftOut: number }>()

  function leftOutSinceLastWarning(cause: string): number | undefined {
    const known = causes.get(cause)
    if (known && now() - known.warnedAt < QUIET_MS) {
      known.leftOut += 1
      return undefined
    }
    causes.set(cause, { warnedAt: now(), leftOut: 0 })
    return known?.leftOut ?? 0
  }

  return (req, res, next) => {
    res.once('close', () => {
      const failed = res.statusCode >= 500
      if (!failed && !log.isLevelEnabled('debug')) return
      const cause = req.context.problem ?? String(res.statusCode)
      const leftOut = failed ? leftOutSinceLastWarning(cause) : undefined
      log[leftOut === undefined ? 'debug' : 'warn'](
        {
          requestId: req.context.id,
          method: req.method,
          path: pathOf(req),
          status: res.statusCode,
          ms: Math.round(performance.now() - req.context.startedAt),
          ...(req.context.problem === undefined ? {} : { problem: req.context.problem }),
          ...(req.context.actor === undefined ? {} : { user: req.context.actor.username }),
          ...(leftOut ? { alikeLeftOut: leftOut } : {}),
        },
        failed ? 'request failed' : 'request',
      )
    })
    next()
  }
}
