import { z } from 'zod'

/**
 * One metric with its values, as prom-client adds them up. `aggregator` says what several workers' values make: `sum` of what
 * each has of its own, `first` of what all tell alike.
 */
export const Family = z.object({
  name: z.string(),
  help: z.string(),
  type: z.enum(['counter', 'gauge', 'histogram']),
  aggregator: z.enum(['sum', 'first', 'min', 'max']),
  values: z.array(
    z.object({
      labels: z.record(z.string(), z.union([z.string(), z.number()])),
      value: z.number(),
      /** With the suffix, where a histogram's values have one. */
      metricName: z.string().optional(),
    }),
  ),
})
export type Family = z.infer<typeof Family>
export type Value = Family['values'][number]

export type Labels = Record<string, string>

/** A value under its labels. */
export function labelled(labels: Labels, value: number): Value {
  return { labels, value }
}

/** The values of a metric without labels; none while nothing is known. */
export function plain(value: number | undefined): Value[] {
  return value === undefined ? [] : [{ labels: {}, value }]
}

/** The values of one histogram under one set of labels. `buckets` are counts of each bucket alone. */
export function histogramValues(
  name: string,
  labels: Labels,
  observed: { ends: readonly number[]; buckets: readonly number[]; count: number; sum: number },
): Value[] {
  let below = 0
  const buckets = observed.ends.map((end, index) => {
    below += observed.buckets[index] ?? 0
    return { metricName: `${name}_bucket`, labels: { ...labels, le: end }, value: below }
  })
  return [
    ...buckets,
    { metricName: `${name}_bucket`, labels: { ...labels, le: '+Inf' }, value: observed.count },
    { metricName: `${name}_sum`, labels, value: observed.sum },
    { metricName: `${name}_count`, labels, value: observed.count },
  ]
}
