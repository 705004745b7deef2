import { z } from 'zod'
import { Family } from './family.ts'

export interface Exposition {
  readonly contentType: string
  readonly text: string
}

/**
 * Prometheus text of what one or several workers tell. A report that is none, such as that of a worker which did not answer,
 * is left out.
 */
export async function expose(reports: readonly unknown[]): Promise<Exposition> {
  const understood = reports.flatMap((report) => {
    const families = z.array(Family).safeParse(report)
    return families.success ? [families.data] : []
  })
  // Loaded at the first look: whoever uses no Prometheus starts without it.
  const { AggregatorRegistry } = await import('prom-client')
  const registry = AggregatorRegistry.aggregate(understood)
  return { contentType: registry.contentType, text: await registry.metrics() }
}
