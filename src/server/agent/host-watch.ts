import { setTimeout as pause } from 'node:timers/promises'
import type { HostSnapshot, IgnoreLists } from '../../shared/host.ts'
import { Fail2banRefused, Fail2banUnavailable } from '../fail2ban/fail2ban-client.ts'
import type { Fail2banClient, JailStatus } from '../fail2ban/fail2ban-client.ts'
import { pathHere, type PathMap } from '../fail2ban/path-map.ts'
import type { Logger } from '../lib/logger.ts'
import type { BanFeed } from './ban-feed.ts'
import type { BanRecords } from './ban-records.ts'
import type { HostReport } from './host-report.ts'
import type { SourceWatch } from './source-watch.ts'
import type { Named, SurroundingsWatch } from './surroundings.ts'

export interface HostWatchDeps {
  readonly client: Fail2banClient
  readonly feed: BanFeed
  readonly records: BanRecords
  readonly report: HostReport
  readonly sources: SourceWatch
  readonly surroundings: SurroundingsWatch
  readonly socketPath: string
  /** Instead of what the server says. */
  readonly databasePath: string | undefined
  readonly pathMap: PathMap
  readonly publish: (snapshot: HostSnapshot) => Promise<unknown>
  readonly publishIgnored: (lists: IgnoreLists) => Promise<unknown>
  readonly now: () => number
  readonly intervalMs: number
  readonly log: Logger
}

/** Settings change by command or reload only. */
const SETTINGS_MS = 10_000
/** Readers take an agent for dead that says nothing for ten seconds. */
const SAY_MS = 2_000
/** The store may have lost everything meanwhile. */
const SAY_IGNORED_MS = 30_000
const LOOK_MS = 1_000

/** Looks at fail2ban twice a second, whoever is interested, and says what it sees. */
export class HostWatch {
  readonly #deps: HostWatchDeps
  /** Undefined: there is no connection. */
  #version: string | undefined
  #fault: Fail2banUnavailable | undefined
  #settings = { readAt: 0, jails: new Set<string>() }
  /** What the server names as its own. */
  #named: Pick<Named, 'databasePath' | 'logTarget'> = { databasePath: undefined, logTarget: undefined }
  #said: { readonly text: string; readonly at: number } | undefined
  #saidIgnored = { text: '', at: 0 }
  #wanted = Promise.withResolvers<void>()
  /** Resolves when the look is over that begins next. */
  #looked = Promise.withResolvers<void>()

  constructor(deps: HostWatchDeps) {
    this.#deps = deps
  }

  /** Until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    signal.addEventListener('abort', () => this.wake(), { once: true })
    while (!signal.aborted) {
      this.#wanted = Promise.withResolvers()
      const looked = this.#looked
      this.#looked = Promise.withResolvers()
      try {
        await this.#lookOnce()
      } catch (error) {
        if (!signal.aborted) await this.#fail(error)
      }
      looked.resolve()
      if (!signal.aborted) await this.#sleep()
    }
  }

  /** Looks again soon. */
  wake(): void {
    this.#wanted.resolve()
  }

  /** Looks now, and resolves once what there is to see is in the console's database, or after a moment. */
  async look(): Promise<void> {
    const late = pause(LOOK_MS, 'late', { ref: false })
    const looked = this.#looked.promise
    this.wake()
    if ((await Promise.race([looked, late])) !== 'late') await this.#deps.feed.delivered(LOOK_MS)
  }

  async #sleep(): Promise<void> {
    const awake = new AbortController()
    const time = pause(this.#deps.intervalMs, undefined, { signal: awake.signal }).catch(() => undefined)
    await Promise.race([this.#wanted.promise, time])
    awake.abort()
  }

  async #lookOnce(): Promise<void> {
    const { client, feed, report, records, sources, now } = this.#deps
    this.#version ??= await this.#connect()
    feed.readRecords()
    const statuses = await readStatuses(client)
    await this.#readSettings(statuses.map((status) => status.name))
    sources.look(statuses)
    this.#lookAround()
    const facts = { version: this.#version, statuses, database: records.state, at: now() }
    const snapshot = report.online(facts)
    for (const jail of snapshot.jails) feed.setIdle(jail.name, jail.state === 'idle')
    await this.#say(snapshot)
    await this.#sayIgnored()
    await feed.follow(statuses)
  }

  async #connect(): Promise<string> {
    const { client, feed, report, now, log } = this.#deps
    const version = await client.version()
    await this.#useFiles()
    const reason = this.#fault?.reason
    // Otherwise the server was there all the time.
    if (reason !== undefined && reason !== 'not-answering') report.restarted(now())
    log.info({ version }, reason === undefined ? 'fail2ban answers' : 'fail2ban answers again')
    this.#fault = undefined
    this.#settings.readAt = 0
    feed.begin()
    return version
  }

  async #useFiles(): Promise<void> {
    const { client, records, databasePath, pathMap } = this.#deps
    const path = await client.databasePath()
    records.use(path === undefined ? undefined : (databasePath ?? pathHere(pathMap, path)))
    this.#named = { databasePath: path, logTarget: await unlessRefused(client.logTarget()) }
  }

  #lookAround(): void {
    const { surroundings, socketPath, databasePath, pathMap } = this.#deps
    surroundings.look({ ...this.#named, socketPath, isDatabaseKnown: databasePath !== undefined, pathMap })
  }

  async #readSettings(jails: readonly string[]): Promise<void> {
    const { client, feed, report, now } = this.#deps
    const isFresh = now() - this.#settings.readAt < SETTINGS_MS
    if (isFresh && jails.every((jail) => this.#settings.jails.has(jail))) return
    this.#settings = { readAt: now(), jails: new Set(jails) }
    await this.#useFiles()
    for (const jail of jails) {
      const settings = await unlessRefused(client.jailSettings(jail))
      if (!settings) continue
      report.setSettings(jail, settings)
      feed.setBantime(jail, settings.bantimeSeconds)
      const ignored = await unlessRefused(client.ignoreip(jail))
      if (ignored) report.setIgnored(jail, ignored)
    }
  }

  async #say(snapshot: HostSnapshot): Promise<void> {
    const { publish, now, log } = this.#deps
    const text = JSON.stringify({ ...snapshot, host: { ...snapshot.host, asOf: undefined } })
    if (this.#said?.text === text && now() - this.#said.at < SAY_MS) return
    this.#said = { text, at: now() }
    try {
      await publish(snapshot)
    } catch (error) {
      this.#said = undefined
      log.debug({ err: error }, 'the state of fail2ban could not be published')
    }
  }

  async #sayIgnored(): Promise<void> {
    const { report, publishIgnored, now, log } = this.#deps
    const lists = report.ignoreLists()
    const text = JSON.stringify(lists)
    if (text === this.#saidIgnored.text && now() - this.#saidIgnored.at < SAY_IGNORED_MS) return
    try {
      await publishIgnored(lists)
      this.#saidIgnored = { text, at: now() }
    } catch (error) {
      log.debug({ err: error }, 'the ignore lists could not be published')
    }
  }

  async #fail(error: unknown): Promise<void> {
    const { report, now, log } = this.#deps
    if (error instanceof Fail2banUnavailable) {
      if (this.#fault?.reason !== error.reason) log.warn({ reason: error.reason }, error.message)
      this.#fault = error
      this.#version = undefined
      this.#lookAround()
      await this.#say(report.offline(error, now()))
    } else if (error instanceof Fail2banRefused) {
      // A jail that has gone between two questions; the next look shows it.
      log.debug({ err: error }, 'fail2ban refused a question')
    } else {
      log.error({ err: error }, 'the agent failed; it tries again')
    }
  }
}

/** The counters of all jails; those that went meanwhile are left out. */
async function readStatuses(client: Fail2banClient): Promise<JailStatus[]> {
  const names = await client.jailNames()
  const statuses = await Promise.all(names.map((name) => unlessRefused(client.jailStatus(name))))
  return statuses.flatMap((status) => status ?? [])
}

async function unlessRefused<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer
  } catch (error) {
    if (error instanceof Fail2banRefused) return undefined
    throw error
  }
}
