import { queryOptions, useMutation, useQueryClient, type QueryClient } from '@tanstack/react-query'
import { Cluster, RequestedRun, type JobReport } from '../../../shared/cluster.ts'
import { call } from '../../api/http.ts'

/** No event tells of these, so they are asked for again and again while somebody looks. */
export const clusterQuery = queryOptions({
  queryKey: ['cluster'],
  queryFn: ({ signal }) => call(Cluster, 'GET', 'cluster', { signal }),
  staleTime: 0,
  refetchInterval: 2_000,
  // The next question comes soon enough.
  retry: false,
})

/** Whoever has the role jobs takes a run up within moments. */
const BEGINS_WITHIN_MS = 20_000
const LOOK_EVERY_MS = 500

/**
 * Asks for a run and resolves with the job once the cluster tells that it has run, since asking alone proves nothing.
 * Undefined: it has not begun in time.
 */
export function useRunJob(job: JobReport) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: async () => {
      await call(RequestedRun, 'POST', `cluster/jobs/${encodeURIComponent(job.name)}/run`)
      return untilRun(client, job)
    },
  })
}

async function untilRun(client: QueryClient, before: JobReport): Promise<JobReport | undefined> {
  const askedAt = performance.now()
  for (;;) {
    // An answer that is missing says nothing about the job.
    const cluster = await client.fetchQuery(clusterQuery).catch(() => undefined)
    const job = cluster?.jobs.find(({ name }) => name === before.name)
    const hasBegun = job !== undefined && job.lastRunAt !== before.lastRunAt
    if (hasBegun && job.lastResult !== 'running') return job
    if (!hasBegun && performance.now() - askedAt > BEGINS_WITHIN_MS) return undefined
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS))
  }
}
