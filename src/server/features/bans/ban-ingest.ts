import { setImmediate as otherWork } from 'node:timers/promises'
import { FeedBatch, type FeedAck } from '../../../shared/feed.ts'
import type { Json } from '../../lib/json.ts'
import type { Logger } from '../../lib/logger.ts'
import type { AppRuntime } from '../../state/app-runtime.ts'
import type { StateProvider } from '../../state/state-provider.ts'
import { stepsOf, type Sweep } from './ban-changes.ts'
import type { BanFeedRepository, FeedMark, SweepPlace, SweepRequest } from './ban-feed.repository.ts'

/** Changes in one transaction: SQLite works in this thread, and nothing else does meanwhile. */
const STEP_SIZE = 50
/** Bans looked at in one transaction when a whole jail is compared; few of them end as a rule. */
const SWEEP_SIZE = 100
/** How far the archive may have moved on before agents are told; they re-read an hour more than they were told. */
const POSITION_STEP_MS = 60_000

/**
 * Puts into the database what the agents tell of bans, for every host that has an agent. Batches of one host are applied
 * one after the other; each may be repeated.
 */
export interface BanIngest {
  /** Tells the agents where the archive ends and takes their batches from then on. */
  start(): Promise<void>
  /** Takes nothing new; resolves once what was begun is done. */
  stop(): Promise<void>
}

export interface BanIngestDeps {
  readonly repository: BanFeedRepository
  readonly state: Pick<StateProvider<AppRuntime>, 'requests' | 'bus' | 'runtime'>
  /** The host that is served from the start; others are once their agents are seen. */
  readonly host: string
  readonly log: Logger
}

export function createBanIngest(deps: BanIngestDeps): BanIngest {
  const { repository, state, log } = deps
  const serving = new Map<string, Promise<() => Promise<void>>>()
  const feeds = new Map<string, HostFeed>()
  let unsubscribe: (() => void) | undefined

  async function serveHost(host: string): Promise<() => Promise<void>> {
    const feed = createHostFeed(deps, host)
    feeds.set(host, feed)
    await feed.tellPosition()
    let last: Promise<unknown> = Promise.resolve()
    return state.requests.serve(`ingest/${host}`, (payload) => {
      const answer = last.then(() => feed.take(payload))
      last = answer.catch(() => undefined)
      return answer
    })
  }

  async function ensure(host: string): Promise<void> {
    const known = serving.get(host)
    if (known) return void (await known)
    const begun = serveHost(host)
    serving.set(host, begun)
    try {
      await begun
    } catch (error) {
      serving.delete(host)
      throw error
    }
  }

  /** The store has lost it, and an agent that begins could not know where the archive ends. */
  function tellAgain(key: string | number | symbol): void {
    const feed = typeof key === 'string' && key.startsWith('feed/') ? feeds.get(key.slice(5)) : undefined
    // Away again already: it will be lost again, and told again.
    feed?.tellPosition().catch(() => undefined)
  }

  return {
    async start() {
      unsubscribe ??= state.runtime.subscribe(({ key, entry }) => {
        if (!entry) tellAgain(key)
        const host = hostOf(key)
        if (host === undefined || serving.has(host)) return
        ensure(host).catch((error: unknown) => {
          log.warn({ err: error, host }, 'cannot take bans of a host yet')
        })
      })
      const seen = state.runtime.keys().flatMap((key) => hostOf(key) ?? [])
      for (const host of new Set([deps.host, ...(await repository.hosts()), ...seen])) await ensure(host)
    },

    async stop() {
      unsubscribe?.()
      const begun = await Promise.allSettled(serving.values())
      serving.clear()
      for (const result of begun) if (result.status === 'fulfilled') await result.value()
    },
  }
}

function hostOf(key: string | number | symbol): string | undefined {
  return typeof key === 'string' && key.startsWith('host/') ? key.slice('host/'.length) : undefined
}

type HostFeed = ReturnType<typeof createHostFeed>

/** The feed of one host; `take` is called one at a time. */
function createHostFeed({ repository, state, log }: BanIngestDeps, host: string) {
  let newest: number | undefined
  let told: number | undefined

  async function take(payload: Json): Promise<Json> {
    const batch = FeedBatch.parse(payload)
    if (batch.host !== host) throw new Error(`a batch of ${batch.host} was sent to the feed of ${host}`)
    const mark = await repository.position(host)
    const verdict = judge(mark, batch)
    if (verdict !== 'next') return answer(verdict)
    const idBefore = await repository.newestEventId()
    await applyAll(batch)
    const { epoch, seq } = batch
    if (!(await repository.advance(host, mark, { epoch, seq }))) return answer('resync')
    await tellOthers(batch, idBefore)
    return answer('applied')
  }

  async function applyAll(batch: FeedBatch): Promise<void> {
    for (const step of stepsOf(batch.changes, STEP_SIZE)) {
      if ('runs' in step) await repository.apply(host, batch.epoch, step.runs)
      else await sweep(repository, { host, epoch: batch.epoch }, step.sweep)
      await otherWork()
    }
  }

  /** What was stored counts even if nobody could be told: whoever was not told looks every few seconds by himself. */
  async function tellOthers(batch: FeedBatch, idBefore: number): Promise<void> {
    try {
      const lastEventId = await repository.newestEventId()
      const isNews = batch.changes.some((change) => change.kind !== 'past')
      if (isNews && lastEventId > idBefore) await state.bus.publish('bans', { host, lastEventId })
      for (const change of batch.changes) {
        if ('bannedAt' in change) newest = Math.max(newest ?? 0, change.bannedAt)
      }
      if (newest !== undefined && newest >= (told ?? 0) + POSITION_STEP_MS) await publishPosition()
    } catch (error) {
      log.warn({ err: error, host }, 'bans were stored, but other processes could not be told')
    }
  }

  async function publishPosition(): Promise<void> {
    await state.runtime.set(`feed/${host}`, newest === undefined ? {} : { since: newest })
    told = newest
  }

  return {
    take,
    async tellPosition(): Promise<void> {
      newest = await repository.newestBanAt(host)
      await publishPosition()
    },
  }
}

interface FeedOfHost {
  readonly host: string
  readonly epoch: string
}

async function sweep(repository: BanFeedRepository, feed: FeedOfHost, change: Sweep): Promise<void> {
  const { at } = change
  switch (change.kind) {
    case 'snapshotEnd':
      return sweepJail(repository, feed, {
        jail: change.jail,
        unlessNamedIn: feed.epoch,
        at,
        cause: 'unknown',
      })
    case 'jailGone':
      // fail2ban lifts the bans of a jail when it removes it.
      return sweepJail(repository, feed, { jail: change.jail, unlessNamedIn: undefined, at, cause: 'lifted' })
    case 'jails':
      for (const jail of await repository.jailsWithBans(feed.host)) {
        if (change.names.includes(jail)) continue
        await sweepJail(repository, feed, { jail, unlessNamedIn: undefined, at, cause: 'unknown' })
      }
  }
}

async function sweepJail(
  repository: BanFeedRepository,
  { host }: FeedOfHost,
  what: Pick<SweepRequest, 'jail' | 'unlessNamedIn' | 'at' | 'cause'>,
): Promise<void> {
  let after: SweepPlace | undefined
  do {
    after = await repository.sweep({ host, ...what, after, limit: SWEEP_SIZE })
    await otherWork()
  } while (after)
}

function judge(mark: FeedMark | undefined, batch: FeedBatch): 'next' | 'repeated' | 'resync' {
  if (mark?.epoch !== batch.epoch) return batch.seq === 1 ? 'next' : 'resync'
  if (batch.seq <= mark.seq) return 'repeated'
  return batch.seq === mark.seq + 1 ? 'next' : 'resync'
}

function answer(result: FeedAck['result']): Json {
  return { result } satisfies FeedAck
}
