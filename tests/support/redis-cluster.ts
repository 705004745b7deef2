import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { freePort, startRedis, type RedisServer } from './redis-server.ts'
import { waitFor } from './wait-for.ts'

const run = promisify(execFile)

export interface RedisCluster {
  /** `127.0.0.1:PORT,…`, as REDIS_CLUSTER_NODES takes it. */
  readonly nodes: string
  readonly servers: readonly RedisServer[]
  /** The server that has the slot of a key: to kill, freeze and thaw. */
  ownerOf(key: string): Promise<RedisServer>
  /** Resolves once every node serves every slot. */
  untilWhole(): Promise<void>
  /** Idempotent. */
  stop(): Promise<void>
}

/** Three masters without replicas: whoever dies takes its third of the slots along until it is back. */
export async function startRedisCluster(config: readonly string[] = []): Promise<RedisCluster> {
  const servers = await Promise.all([1, 2, 3].map(() => startNode(config)))
  const addresses = servers.map(({ port }) => `127.0.0.1:${port}`)
  const cluster: RedisCluster = {
    nodes: addresses.join(','),
    servers,
    async ownerOf(key) {
      const [first] = servers
      const slot = Number(await first?.cli('cluster', 'keyslot', key))
      for (const server of servers) {
        const mine = /myself.*$/m.exec(await server.cli('cluster', 'nodes'))?.[0] ?? ''
        const ranges = [...mine.matchAll(/ (\d+)-(\d+)/g)]
        if (ranges.some(([, from, to]) => Number(from) <= slot && slot <= Number(to))) return server
      }
      throw new Error(`Nobody has the slot ${slot}.`)
    },
    untilWhole: () =>
      waitFor(
        async () => {
          const states = await Promise.all(servers.map((server) => server.cli('cluster', 'info')))
          return states.every((text) => text.includes('cluster_state:ok') && text.includes('cluster_size:3'))
        },
        { what: 'a whole cluster', timeoutMs: 30_000, everyMs: 50 },
      ).then(() => undefined),
    async stop() {
      await Promise.all(servers.map((server) => server.stop()))
    },
  }
  try {
    await run('redis-cli', ['--cluster', 'create', ...addresses, '--cluster-yes'])
    await cluster.untilWhole()
  } catch (error) {
    await cluster.stop()
    throw error
  }
  return cluster
}

async function startNode(config: readonly string[]): Promise<RedisServer> {
  return startRedis({
    config: [
      'cluster-enabled yes',
      'cluster-config-file nodes.conf',
      'cluster-node-timeout 2000',
      `cluster-port ${await freePort()}`,
      ...config,
    ],
  })
}
