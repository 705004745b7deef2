import { stat } from 'node:fs/promises'
import type { HostSnapshot } from '../../shared/host.ts'
import type { LogFile } from '../../shared/jail.ts'
import type { JailStatus } from '../fail2ban/fail2ban-client.ts'

type Watched = Pick<JailStatus, 'name' | 'sources' | 'sourceKind'>

const LOOK_MS = 3_000

/**
 * Whether the log files that jails watch exist: without them a jail bans nobody, and fail2ban says so only in its log, if at
 * all. Looks on the side and is never waited for, since a file may lie on a share that hangs.
 */
export class SourceWatch {
  readonly #now: () => number
  readonly #seesFiles: () => boolean
  /** By jail: the files that bring nothing. */
  #missing = new Map<string, readonly string[]>()
  #lookedAt = Number.NEGATIVE_INFINITY
  #watched = ''
  #isLooking = false

  /**
   * `seesFiles`: whether fail2ban's paths are known to be ours, too. Where neither is known nor any file found, fail2ban is
   * taken to live in a container of its own, and nothing is said to be missing.
   */
  constructor(options: { now: () => number; seesFiles: () => boolean; earlier: HostSnapshot | undefined }) {
    this.#now = options.now
    this.#seesFiles = options.seesFiles
    for (const { name, missingSources } of options.earlier?.jails ?? []) {
      if (missingSources) this.#missing.set(name, missingSources)
    }
  }

  missingOf(jail: string): readonly string[] {
    return this.#missing.get(jail) ?? []
  }

  /** The jail was loaded again: what it had given up is no longer of interest. */
  forget(jail: string): void {
    this.#missing.delete(jail)
    this.#lookedAt = Number.NEGATIVE_INFINITY
  }

  /** Begins to look where that is due, or where other files are watched than before. */
  look(jails: readonly Watched[]): void {
    const watched = JSON.stringify(jails.map(({ name, sources }) => [name, sources]))
    const isDue = this.#now() - this.#lookedAt >= LOOK_MS || watched !== this.#watched
    if (!isDue || this.#isLooking) return
    this.#isLooking = true
    this.#lookedAt = this.#now()
    this.#watched = watched
    void this.#lookAll(jails).finally(() => (this.#isLooking = false))
  }

  async #lookAll(jails: readonly Watched[]): Promise<void> {
    const looked = await Promise.all(
      jails.map(async (jail) => ({ jail: jail.name, files: await this.filesOf(jail) })),
    )
    const isBlind = !this.#seesFiles() && !looked.some(({ files }) => files.some(isThere))
    this.#missing = new Map(
      looked.map(({ jail, files }) => [jail, isBlind ? [] : files.filter(bringsNothing).map(pathOf)]),
    )
  }

  /** The files of one jail as they are now, those that fail2ban has given up among them. */
  async filesOf({ name, sources, sourceKind }: Watched): Promise<LogFile[]> {
    if (sourceKind === 'journal') return []
    const givenUp = this.missingOf(name).filter((path) => !sources.includes(path))
    const watched = await Promise.all(sources.map(lookAt))
    const others = await Promise.all(givenUp.map(lookAt))
    return [
      ...watched,
      ...others.map((file): LogFile => (file.state === 'ok' ? { ...file, state: 'given-up' } : file)),
    ]
  }
}

function isThere({ state }: LogFile): boolean {
  return state === 'ok' || state === 'given-up'
}

function bringsNothing({ state }: LogFile): boolean {
  return state === 'missing' || state === 'given-up'
}

function pathOf({ path }: LogFile): string {
  return path
}

async function lookAt(path: string): Promise<LogFile> {
  try {
    const { mtimeMs, size } = await stat(path)
    return { path, state: 'ok', changedAt: new Date(mtimeMs).toISOString(), sizeBytes: size }
  } catch (error) {
    return { path, state: isAbsent(error) ? 'missing' : 'unreadable' }
  }
}

function isAbsent(error: unknown): boolean {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined
  return code === 'ENOENT' || code === 'ENOTDIR'
}
