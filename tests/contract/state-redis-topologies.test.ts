import { afterAll, beforeAll, describe } from '@jest/globals'
import { startRedisCluster } from '../support/redis-cluster.ts'
import { startSentinelTrio } from '../support/redis-sentinel.ts'
import { startRedis } from '../support/redis-server.ts'
import { openNodes, targetFrom, type Place } from './redis-under-test.ts'
import { describeStateProvider } from './state-provider.contract.ts'

const suffers = { outage: false, stall: true, flush: true, muffle: true }

/** The whole contract again, where Redis is not one server with an open door. */
const PLACES: ReadonlyArray<readonly [name: string, start: () => Promise<Place>, suffers: typeof suffers]> = [
  ['redis over TLS, as a user who may do what it needs', encrypted, suffers],
  ['redis found by Sentinel', sentinel, suffers],
  ['a cluster of three, which hangs at times', cluster, { ...suffers, outage: true }],
]

describe.each(PLACES)('%s', (name, start, suffers) => {
  let place: Place
  beforeAll(async () => {
    place = await start()
  }, 60_000)
  afterAll(() => place.stop())

  describeStateProvider(name, { open: (count) => openNodes(place, count), suffers })
})

async function encrypted(): Promise<Place> {
  const redis = await startRedis({
    tls: true,
    password: 'for-the-administrator',
    user: { name: 'bangui', password: 'p@ss-w/rd' },
  })
  const target = targetFrom({ url: redis.url, caFile: redis.caFile })
  return { target, servers: [redis], stop: () => redis.stop() }
}

async function sentinel(): Promise<Place> {
  const trio = await startSentinelTrio()
  const { sentinels, masterName } = trio
  const master = await trio.master()
  return { target: targetFrom({ sentinels, masterName }), servers: [master], stop: () => trio.stop() }
}

async function cluster(): Promise<Place> {
  const nodes = await startRedisCluster()
  return {
    target: targetFrom({ clusterNodes: nodes.nodes }),
    servers: nodes.servers,
    async outage() {
      for (const server of nodes.servers) server.freeze()
      return async () => {
        for (const server of nodes.servers) server.thaw()
        await nodes.untilWhole()
      }
    },
    stop: () => nodes.stop(),
  }
}
