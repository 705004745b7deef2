import type { RequestHandler } from 'express'

/** Upper ends of the durations that are told apart, in seconds. */
export const DURATION_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

/** Requests of one method, route and status. Routes are templates: there are only so many, whatever is asked for. */
export interface RequestSeries {
  readonly method: string
  readonly route: string
  readonly status: number
  readonly count: number
  /** Streams have no duration worth telling, so `timed` may be less than `count`. */
  readonly timed: number
  readonly seconds: number
  /** Per bucket alone, not added up; what is longer than the last one is in none. */
  readonly buckets: readonly number[]
}

/** Counts requests and their durations in plain numbers: it is in the way of every request. */
export interface RequestMeter {
  readonly handler: RequestHandler
  /** Begun and not yet answered, streams included. */
  readonly inFlight: number
  series(): readonly RequestSeries[]
}

const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])
/** What was answered before a route was found: no such thing, no session, too many requests. */
const NO_ROUTE = '(none)'

type Counted = { -readonly [Key in keyof RequestSeries]: RequestSeries[Key] } & { buckets: number[] }

export function createRequestMeter(): RequestMeter {
  const counted = new Map<string, Counted>()
  let inFlight = 0

  function seriesOf(method: string, route: string, status: number): Counted {
    const key = `${method} ${status} ${route}`
    const known = counted.get(key)
    if (known) return known
    const buckets = DURATION_BUCKETS.map(() => 0)
    const series = { method, route, status, count: 0, timed: 0, seconds: 0, buckets }
    counted.set(key, series)
    return series
  }

  return {
    handler(req, res, next) {
      inFlight += 1
      res.once('close', () => {
        inFlight -= 1
        const { route = NO_ROUTE, startedAt, streams } = req.context
        const method = METHODS.has(req.method) ? req.method : 'other'
        const series = seriesOf(method, route, res.statusCode)
        series.count += 1
        if (streams) return
        const seconds = (performance.now() - startedAt) / 1_000
        series.timed += 1
        series.seconds += seconds
        const bucket = DURATION_BUCKETS.findIndex((end) => seconds <= end)
        if (bucket >= 0) series.buckets[bucket] = (series.buckets[bucket] ?? 0) + 1
      })
      next()
    },
    get inFlight() {
      return inFlight
    },
    series: () => [...counted.values()],
  }
}

/** Names what follows for the metrics, where no endpoint does. */
export function countedAs(route: string): RequestHandler {
  return (req, _res, next) => {
    req.context.route = route
    next()
  }
}
