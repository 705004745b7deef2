import { stat } from 'node:fs/promises'
import type { HostSnapshot } from '../../shared/host.ts'
import type { LogFile } from '../../shared/jail.ts'
import type { JailStatus } from '../fail2ban/fail2ban-client.ts'
import { codeOf } from '../lib/errors.ts'
import { mappingOf, pathHere, type PathMap, type PathMapping } from '../fail2ban/path-map.ts'

type Watched = Pick<JailStatus, 'name' | 'sources' | 'sourceKind'>

const LOOK_MS = 3_000

/**
 * Whether the log files that jails watch exist: without them a jail bans nobody, and fail2ban says so only in its log, if at
 * all. Looks on the side and is never waited for, since a file may lie on a share that hangs.
 */
export class SourceWatch {
  readonly #now: () => number
  readonly #seesFiles: () => boolean
  readonly #pathMap: PathMap
  /** By jail: the files that bring nothing. */
  #missing = new Map<string, readonly string[]>()
  #hidden: readonly string[] = []
  #lookedAt = Number.NEGATIVE_INFINITY
  #watched = ''
  #isLooking = false

  /**
   * `seesFiles`: whether fail2ban's paths are known to be ours, too. Where neither is known nor any file found, fail2ban is
   * taken to live in a container of its own, and nothing is said to be missing but what the path map has told us of.
   */
  constructor(options: {
    now: () => number
    seesFiles: () => boolean
    pathMap?: PathMap
    earlier: HostSnapshot | undefined
  }) {
    this.#now = options.now
    this.#seesFiles = options.seesFiles
    this.#pathMap = options.pathMap ?? []
    for (const { name, missingSources } of options.earlier?.jails ?? []) {
      if (missingSources) this.#missing.set(name, missingSources)
    }
  }

  missingOf(jail: string): readonly string[] {
    return this.#missing.get(jail) ?? []
  }

  /** Files that cannot be judged, since fail2ban's files are not seen here. */
  get hidden(): readonly string[] {
    return this.#hidden
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
    void this.lookNow(jails).finally(() => (this.#isLooking = false))
  }

  /** Resolves once it has looked. */
  async lookNow(jails: readonly Watched[]): Promise<void> {
    const [usable, looked] = await Promise.all([
      this.#usableMappings(),
      Promise.all(jails.map(async (jail) => ({ jail: jail.name, files: await this.filesOf(jail) }))),
    ])
    const all = looked.flatMap(({ files }) => files)
    const mapping = ({ path }: LogFile): PathMapping | undefined => mappingOf(this.#pathMap, path)
    const seesOthers = this.#seesFiles() || all.some((file) => !mapping(file) && isThere(file))
    const isSeen = (file: LogFile): boolean => {
      const mapped = mapping(file)
      return mapped ? usable.has(mapped) : seesOthers
    }
    const isHidden = (file: LogFile): boolean => file.state === 'missing' && !isSeen(file)
    this.#hidden = [...new Set(all.filter(isHidden).map(pathOf))]
    this.#missing = new Map(
      looked.map(({ jail, files }) => [
        jail,
        files.filter((file) => bringsNothing(file) && !isHidden(file)).map(pathOf),
      ]),
    )
  }

  /** Those whose folder is there: a map may be wrong, too. */
  async #usableMappings(): Promise<ReadonlySet<PathMapping>> {
    const found = await Promise.all(
      this.#pathMap.map(async (mapping) =>
        (await lookAt('', mapping.here)).state === 'ok' ? [mapping] : [],
      ),
    )
    return new Set(found.flat())
  }

  /** The files of one jail as they are now, those that fail2ban has given up among them. */
  async filesOf({ name, sources, sourceKind }: Watched): Promise<LogFile[]> {
    if (sourceKind === 'journal') return []
    const givenUp = this.missingOf(name).filter((path) => !sources.includes(path))
    const look = (path: string): Promise<LogFile> => lookAt(path, pathHere(this.#pathMap, path))
    const watched = await Promise.all(sources.map(look))
    const others = await Promise.all(givenUp.map(look))
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

/** `path` as fail2ban names it, and where that is for us. */
async function lookAt(path: string, here: string): Promise<LogFile> {
  try {
    const { mtimeMs, size } = await stat(here)
    return { path, state: 'ok', changedAt: new Date(mtimeMs).toISOString(), sizeBytes: size }
  } catch (error) {
    return { path, state: isAbsent(error) ? 'missing' : 'unreadable' }
  }
}

/** There is no such file, as an error of the file system says. */
export function isAbsent(error: unknown): boolean {
  const code = codeOf(error)
  return code === 'ENOENT' || code === 'ENOTDIR'
}
