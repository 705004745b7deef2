/**
 * What this console's things are called in Redis. What has to change together shares the hash tag, so that it is in one slot
 * of a cluster; sessions and limits are spread, as there are many of them.
 */
const SHARED = '{bangui}'

export const keys = {
  cluster: `${SHARED}:cluster`,
  probe: `${SHARED}:probe`,
  runtime: `${SHARED}:runtime`,
  fences: `${SHARED}:lock-fences`,
  lock: (name: string) => `${SHARED}:lock:${name}`,
  requests: {
    servers: (to: string) => `${SHARED}:servers:${to}`,
    queue: (to: string) => `${SHARED}:queue:${to}`,
    request: (to: string, id: string) => `${SHARED}:request:${to}:${id}`,
    answered: `${SHARED}:answered`,
  },
  session: (idHash: string) => `bangui:sess:{${idHash}}`,
  tombstone: (idHash: string) => `bangui:tomb:{${idHash}}`,
  sessionsOf: (userId: string) => `bangui:sessions:${userId}`,
  limit: (rule: string, key: string) => `bangui:limit:${rule}:${key}`,
}

/** Unlike keys, channels are shared by all databases of a server: they carry the id of the installation. */
export function channelOf(clusterId: string, what: 'runtime' | 'bus' | 'locks' | 'requests'): string {
  return `bangui:${clusterId}:${what}`
}
