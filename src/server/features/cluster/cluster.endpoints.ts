import { z } from 'zod'
import { Cluster, JobName, RequestedRun } from '../../../shared/cluster.ts'
import { endpoint, type Endpoint } from '../../http/endpoint.ts'
import type { ClusterService } from './cluster.service.ts'

export function clusterEndpoints(cluster: ClusterService): Endpoint[] {
  return [
    endpoint({
      method: 'get',
      path: '/cluster',
      tag: 'cluster',
      summary: 'How the console is doing: state provider, instances, leases and jobs',
      access: 'admin',
      response: Cluster,
      handle: () => cluster.describe(),
    }),
    endpoint({
      method: 'post',
      path: '/cluster/jobs/{name}/run',
      tag: 'cluster',
      summary: 'Runs a job now, in whichever process has the role jobs',
      access: 'admin',
      params: z.strictObject({ name: JobName }),
      response: RequestedRun,
      status: 202,
      handle: ({ params, actor }) => cluster.runJob(params.name, actor.username),
    }),
  ]
}
