import { Cluster, Redis, type RedisOptions } from 'ioredis'
import type { RedisTarget } from './redis-target.ts'
import { Connector } from './sentinel-connector.ts'

/** Replies as they have always been, also where the protocol is the new one. */
type Options = RedisOptions & { replyMapping: 'legacy' }

/**
 * What a connection is for.
 * commands: fails fast and never queues, so that an outage is an answer and not a wait; what is asked in one turn of the
 * event loop goes out together.
 * subscriber: hears messages, and connects again by itself; whoever listens subscribes again.
 * queue: BullMQ's producer; fails fast. worker: BullMQ's consumer, whose blocking reads must never time out.
 */
export type ConnectionUse = 'commands' | 'subscriber' | 'queue' | 'worker'

/** A cluster has the same commands. */
export type RedisClient = Redis

const CONNECT_MS = 2_000
const LOADING_RETRY_MS = 1_000
/** Longer than the link waits for an answer; without it a pipeline whose connection broke would hold up the next for ever. */
const GIVEN_UP_MS = 1_500
/** A connection that says nothing for so long while a command is under way is half dead. */
const SOCKET_MS = 3_000
/** So that a Redis that comes back is noticed within a second. */
const LONGEST_RETRY_MS = 400

/** Begins to connect, and goes on trying until it is closed. Errors come as `error` events: somebody has to listen. */
export function openConnection(target: RedisTarget, use: ConnectionUse): RedisClient {
  const { at } = target
  if (at.kind === 'cluster') return openCluster(target, at.nodes, use)
  const common = optionsFor(target, use)
  if (at.kind === 'standalone') return new Redis({ ...common, host: at.host, port: at.port })
  const options: Options = {
    ...common,
    // Its type wants to know no options but its own.
    Connector: Connector as unknown as NonNullable<RedisOptions['Connector']>,
    sentinels: at.sentinels.map((address) => ({ ...address })),
    name: at.masterName,
    sentinelRetryStrategy: retryAfterMs,
    // Without it a client stays with a demoted or hung master, and writes what is then lost.
    failoverDetector: true,
    enableTLSForSentinelMode: target.tls !== undefined,
    ...(target.tls && { sentinelTLS: tlsOf(target.tls) }),
    ...(at.sentinelPassword !== undefined && { sentinelPassword: at.sentinelPassword }),
  }
  return new Redis(options)
}

function openCluster(
  target: RedisTarget,
  nodes: ReadonlyArray<{ host: string; port: number }>,
  use: ConnectionUse,
): RedisClient {
  const {
    retryStrategy: _,
    enableOfflineQueue,
    enableAutoPipelining,
    ...redisOptions
  } = optionsFor(target, use)
  const cluster = new Cluster(
    nodes.map((address) => ({ ...address })),
    {
      redisOptions,
      ...(enableOfflineQueue !== undefined && { enableOfflineQueue }),
      ...(enableAutoPipelining !== undefined && { enableAutoPipelining }),
      clusterRetryStrategy: retryAfterMs,
      slotsRefreshTimeout: CONNECT_MS,
      // A node that is gone is soon replaced: the map of slots must not be old.
      slotsRefreshInterval: 5_000,
      // Certificates name hosts, and a cluster names its nodes by address.
      ...(target.tls && { dnsLookup: (address, done) => done(null, address) }),
    },
  )
  return cluster as unknown as RedisClient
}

function optionsFor(target: RedisTarget, use: ConnectionUse): Options {
  const { username, password, db, tls } = target
  const common: Options = {
    replyMapping: 'legacy',
    db,
    connectionName: `bangui-${use}`,
    connectTimeout: CONNECT_MS,
    maxLoadingRetryTime: LOADING_RETRY_MS,
    retryStrategy: retryAfterMs,
    reconnectOnError: (error) => (error.message.startsWith('READONLY') ? 2 : false),
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
    ...(tls && { tls: tlsOf(tls) }),
  }
  if (use === 'worker') return { ...common, maxRetriesPerRequest: null }
  if (use === 'subscriber') return { ...common, maxRetriesPerRequest: null, autoResubscribe: false }
  const failsFast = {
    ...common,
    // A command whose connection broke fails at once: ioredis forgets it, unanswered, when the next connection opens.
    maxRetriesPerRequest: 0,
    enableOfflineQueue: false,
    socketTimeout: SOCKET_MS,
    // What was given up must not be carried out seconds later, when the connection is back.
    autoResendUnfulfilledCommands: false,
  }
  if (use === 'queue') return failsFast
  return { ...failsFast, commandTimeout: GIVEN_UP_MS, enableAutoPipelining: true }
}

function tlsOf(tls: NonNullable<RedisTarget['tls']>): { ca?: string } {
  return tls.ca === undefined ? {} : { ca: tls.ca }
}

/** A little chance in it, lest all processes come at the same moment. */
function retryAfterMs(times: number): number {
  return Math.min(50 * 2 ** Math.min(times, 10), LONGEST_RETRY_MS) * (0.75 + Math.random() / 2)
}
