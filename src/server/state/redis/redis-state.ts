import type { Logger } from '../../lib/logger.ts'
import { pause, within } from '../../lib/pause.ts'
import { createListeners } from '../listeners.ts'
import { createNodeLife, type NodeLife } from '../node-life.ts'
import {
  StateMisconfigured,
  StateUnavailable,
  type Change,
  type RuntimeShape,
  type StateProvider,
} from '../state-provider.ts'
import { createRedisBus, type BusMessage } from './bus.ts'
import { openConnection, type ConnectionUse, type RedisClient } from './connections.ts'
import { channelOf } from './keys.ts'
import { createRedisLink } from './link.ts'
import { createRedisLocks } from './locks.ts'
import { createRedisRateLimits } from './rate-limits.ts'
import { settingsFault } from './redis-faults.ts'
import type { RedisTarget } from './redis-target.ts'
import { createRedisRequests } from './requests.ts'
import { RuntimeReplica, type ReadValue } from './runtime-replica.ts'
import { createRedisRuntimeState } from './runtime-state.ts'
import { ServerWatch } from './server-watch.ts'
import { createRedisSessions } from './session-store.ts'
import { createSubscriber } from './subscriber.ts'

const FETCH_AGAIN_MS = 200

export interface RedisStateDeps {
  readonly target: RedisTarget
  /**
   * Id of this installation, from its database: a Redis that belongs to another one is refused. Undefined for a process
   * without a database, which waits until the Redis is somebody's.
   */
  readonly clusterId: string | undefined
  readonly allowEviction: boolean
  /** What RuntimeState's values mean to this version; anything where it is left out. */
  readonly readValue?: ReadValue
  readonly log: Logger
  /** Milliseconds since 1970. */
  readonly now?: () => number
  readonly connect?: (use: ConnectionUse) => RedisClient
}

/**
 * State in Redis, shared by any number of processes. Two connections: one for commands, which fails fast behind a circuit
 * breaker, and one that hears messages. Passes tests/contract/state-provider.contract.ts.
 */
export function createRedisState<S extends RuntimeShape>(deps: RedisStateDeps): StateProvider<S> {
  const { now = Date.now } = deps
  const life = createNodeLife()
  const { link, runtime, watch, bus, locks, requests, subscriber, catchUp } = createParts<S>(deps, life)
  let started: Promise<void> | undefined
  let stopped: Promise<void> | undefined

  async function enter(signal: AbortSignal): Promise<void> {
    await link.open(signal)
    await subscriber.open(signal)
    // After the channels are heard, so that nothing falls between.
    while (!(await catchUp())) {
      signal.throwIfAborted()
      await pause(FETCH_AGAIN_MS, signal)
    }
    if (stopped) throw new StateUnavailable(new Error('the state provider was stopped'))
    watch.start()
    life.begin()
  }

  async function leave(deadlineMs: number): Promise<void> {
    life.end()
    watch.stop()
    await within(deadlineMs, link.close(deadlineMs))
    subscriber.close()
  }

  return {
    kind: 'redis',
    sessions: createRedisSessions({ link, node: life, now }),
    limits: createRedisRateLimits(link, life),
    runtime: runtime.state,
    bus,
    locks,
    requests: requests.requests,

    async start(signal) {
      if (stopped) throw new StateUnavailable(new Error('the state provider was stopped'))
      await (started ??= enter(signal))
    },

    health() {
      const health = watch.health()
      const notRunning =
        life.isRunning() || health.reasons.length > 0 ? [] : ['The state provider is not running.']
      const reasons = [...notRunning, ...health.reasons]
      return { ...health, ok: reasons.length === 0, reasons }
    },

    async stop(deadlineMs) {
      await (stopped ??= leave(deadlineMs))
    },
  }
}

function createParts<S extends RuntimeShape>(deps: RedisStateDeps, node: NodeLife) {
  const { target, log, now = Date.now } = deps
  const connect = deps.connect ?? ((use: ConnectionUse) => openConnection(target, use))
  const monotonicMs = (): number => performance.now()
  const channel = (what: Parameters<typeof channelOf>[1]) => (): string => channelOf(watch.clusterId, what)
  const listeners = createListeners<Change<S>>(log)
  const replica = new RuntimeReplica<S>(listeners, monotonicMs, deps.readValue ?? ((_key, value) => value))

  /** What was missed is in the store. Where it cannot be fetched now, the next look or the next connection asks again. */
  const catchUp = (): Promise<boolean> =>
    runtime.resync().then(
      () => true,
      () => false,
    )
  const link = createRedisLink({
    connect: () => connect('commands'),
    verify: (client) => watch.verify(client),
    onReturn: () => void catchUp(),
    isFatal: misconfigured,
    log,
  })
  const runtime = createRedisRuntimeState<S>({ link, node, channel: channel('runtime'), listeners, replica })
  const watch = new ServerWatch<S>({ ...deps, link, now, replica, onBehind: () => void catchUp() })
  const bus = createRedisBus({
    link,
    node,
    channel: channel('bus'),
    listeners: createListeners<BusMessage>(log),
  })
  const locks = createRedisLocks({ link, node, channel: channel('locks'), monotonicMs, now })
  const requests = createRedisRequests({ link, node, channel: channel('requests'), log })
  const subscriber = createSubscriber({
    channels: () =>
      new Map<string, (text: string) => void>([
        [channel('runtime')(), (text) => void (replica.hear(text) === 'behind' && catchUp())],
        [channel('bus')(), (text) => bus.hear(text)],
        [channel('locks')(), (text) => locks.hear(text)],
        [channel('requests')(), (text) => requests.hear(text)],
      ]),
    connect: () => connect('subscriber'),
    onReturn: () => void catchUp(),
    log,
  })
  return { link, runtime, watch, bus, locks, requests, subscriber, catchUp }
}

/** An error that no waiting will mend. */
function misconfigured(error: unknown): StateMisconfigured | undefined {
  if (error instanceof StateMisconfigured) return error
  const fault = settingsFault(error)
  return fault === undefined ? undefined : new StateMisconfigured(fault, { cause: error })
}
