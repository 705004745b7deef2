import type { RequestHandler, Router } from 'express'
import { AppError } from '../../lib/errors.ts'
import { collectMetrics, type MetricsSources } from './collect.ts'
import { expose } from './exposition.ts'
import type { Family } from './family.ts'
import { metricsRoutes } from './metrics.routes.ts'

export interface MetricsFeature {
  /** Counts every request that passes. */
  readonly meter: RequestHandler
  readonly routes: Router
  /** What this process alone tells; JSON, for the other workers of its instance. */
  readonly collect: () => Promise<Family[]>
}

export function createMetricsFeature(
  deps: MetricsSources & {
    token: string | undefined
    /** The reports of all workers of this instance, its own included. Absent where it is a single process. */
    collectFromWorkers?: () => Promise<unknown[]>
  },
): MetricsFeature {
  const collect = (): Promise<Family[]> => collectMetrics(deps)
  const { collectFromWorkers } = deps
  const collectAll = async (): Promise<unknown[]> =>
    collectFromWorkers ? askWorkers(collectFromWorkers) : [await collect()]
  return {
    meter: deps.meters.requests.handler,
    routes: metricsRoutes({ read: async () => expose(await collectAll()), token: deps.token }),
    collect,
  }
}

async function askWorkers(ask: () => Promise<unknown[]>): Promise<unknown[]> {
  try {
    return await ask()
  } catch (cause) {
    throw new AppError('busy', 'The other workers of this instance could not be asked for their figures.', {
      cause,
    })
  }
}
