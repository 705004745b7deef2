import type { Cluster, Redis } from 'ioredis'

export type RedisClient = Redis | Cluster
export type ConnectionUse = 'queue' | 'worker'

/** The connections of one scheduler: each one made by the caller's `connect`, listened to, and cut at the end. */
export interface RedisConnections {
  open(use: ConnectionUse): RedisClient
  /** Ends all of them at once, whatever they are doing; none comes back. */
  cut(): void
}

export function createRedisConnections(
  connect: (use: ConnectionUse) => RedisClient,
  onError: (error: Error) => void,
): RedisConnections {
  const clients: RedisClient[] = []
  function open(use: ConnectionUse): RedisClient {
    const client = connect(use)
    clients.push(client)
    // BullMQ stops listening when it closes, and an error that nobody hears is printed.
    client.on('error', onError)
    // BullMQ duplicates a client for its blocking reads; that one must be ours as well.
    return Object.assign(client, { duplicate: () => open(use) })
  }
  return {
    open,
    cut() {
      for (const client of clients) {
        // BullMQ's watchdog, which may be waiting in what has not ended, would connect it again.
        Object.assign(client, { connect: () => Promise.reject(new Error('The job scheduler has stopped.')) })
        if (client.status !== 'end') client.disconnect()
      }
    },
  }
}
