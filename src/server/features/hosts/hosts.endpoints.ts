import { z } from 'zod'
import { Host } from '../../../shared/host.ts'
import { endpoint, type Endpoint } from '../../http/endpoint.ts'
import type { HostDirectory } from '../../state/host-directory.ts'

const Hosts = z.object({ items: z.array(Host) })

export function hostsEndpoints(hosts: HostDirectory): Endpoint[] {
  /** One frozen answer for as long as nothing changes: it is written once and then answered 304. */
  let listed: ReturnType<HostDirectory['list']> | undefined
  let answer: z.infer<typeof Hosts> = { items: [] }
  return [
    endpoint({
      method: 'get',
      path: '/hosts',
      tag: 'host',
      summary: 'The machines with a fail2ban, and whether each can be reached',
      access: 'viewer',
      response: Hosts,
      handle: async () => {
        const snapshots = hosts.list()
        if (snapshots !== listed) {
          listed = snapshots
          answer = Object.freeze({ items: snapshots.map((snapshot) => snapshot.host) })
        }
        return answer
      },
    }),
  ]
}
