import { stat } from 'node:fs/promises'
import type { Surroundings } from '../../shared/host.ts'
import { pathHere, type PathMap } from '../fail2ban/path-map.ts'
import { isMountedFile } from './mounts.ts'
import { lookAtServerLog } from './server-log.ts'
import { isAbsent } from './source-watch.ts'

export interface Named {
  readonly socketPath: string
  /** What fail2ban names as its database and as its log; undefined where it could not be asked, or has none. */
  readonly databasePath: string | undefined
  readonly logTarget: string | undefined
  /** The console was told where the database is; fail2ban's own path is then of no interest. */
  readonly isDatabaseKnown: boolean
  readonly pathMap: PathMap
}

/** Looks at what is around a fail2ban beside what it answers. Never rejects; waits for the file system only. */
export async function lookAround(named: Named): Promise<Surroundings> {
  const { socketPath, databasePath, logTarget, isDatabaseKnown, pathMap } = named
  const [socketFileMounted, hidden, log] = await Promise.all([
    isMountedFile(socketPath),
    databasePath !== undefined && !isDatabaseKnown ? isHidden(pathHere(pathMap, databasePath)) : false,
    logTarget === undefined ? undefined : lookAtServerLog(logTarget, pathMap),
  ])
  return {
    socketFileMounted,
    ...(hidden && databasePath !== undefined && { hiddenDatabase: databasePath }),
    ...(log && { log }),
  }
}

async function isHidden(path: string): Promise<boolean> {
  return stat(path).then(() => false, isAbsent)
}

/** With what the look at the log files has found. */
export function withHidden(
  known: Surroundings | undefined,
  hiddenLogs: readonly string[],
): Surroundings | undefined {
  if (!known) return undefined
  const { hiddenLogs: _, ...others } = known
  return { ...others, ...(hiddenLogs.length > 0 && { hiddenLogs: [...hiddenLogs] }) }
}

const LOOK_MS = 5_000

/** Looks around from time to time, on the side: a file may lie on a share that hangs. */
export class SurroundingsWatch {
  readonly #now: () => number
  #known: Surroundings | undefined
  #lookedAt = Number.NEGATIVE_INFINITY
  #looksFor = ''
  #isLooking = false

  constructor(options: { now: () => number; earlier: Surroundings | undefined }) {
    this.#now = options.now
    this.#known = options.earlier
  }

  /** What the last look found; undefined before the first. */
  get known(): Surroundings | undefined {
    return this.#known
  }

  /** Begins to look where that is due, or where fail2ban names something else than before. */
  look(named: Named): void {
    const looksFor = JSON.stringify(named)
    const isDue = this.#now() - this.#lookedAt >= LOOK_MS || looksFor !== this.#looksFor
    if (!isDue || this.#isLooking) return
    this.#isLooking = true
    this.#lookedAt = this.#now()
    this.#looksFor = looksFor
    void lookAround(named)
      .then((found) => (this.#known = found))
      .finally(() => (this.#isLooking = false))
  }
}
