import { constants, existsSync } from 'node:fs'
import { access, stat, statfs } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { pathToFileURL } from 'node:url'
import { z } from 'zod'
import { unknownMigration } from '../db/migrations/migrate.ts'
import { SESSION_SECRET_KEY } from '../features/auth/session-secrets.ts'
import { codeOf, messageOf } from '../lib/errors.ts'
import { INSTALLATION_KEY } from '../startup/installation-id.ts'
import type { ConsoleSample } from '../state/app-runtime.ts'

/** A process that serves this database, by its heartbeat. */
export interface Holder {
  readonly name: string
  readonly provider: string
  readonly fingerprints: readonly string[]
}

export interface DatabaseLook {
  readonly sample: Pick<ConsoleSample, 'database' | 'disk'>
  /** Why it cannot be read; undefined where it can, or is not there yet. */
  readonly broken: string | undefined
  readonly tooNew: string | undefined
  /** Undefined where nobody has used it yet. */
  readonly installationId: string | undefined
  readonly storedSecret: string | undefined
  readonly holders: readonly Holder[]
}

/** Twice what a holder's heartbeat may be late. */
const ALIVE_MS = 60_000

/** Looks at BanGUI's own database. It makes nothing: neither the file, nor its folder, nor files beside it. */
export async function lookAtDatabase(path: string, now: number): Promise<DatabaseLook> {
  if (path === ':memory:') return { ...UNUSED, sample: { database: {} } }
  const folder = await nearestFolder(dirname(resolve(path)))
  const [isThere, space] = [existsSync(path), await statfs(folder).catch(() => undefined)]
  const fault = await writeFault(path, folder, isThere)
  const sizeBytes = isThere ? (await stat(path)).size : undefined
  const sample = {
    database: { ...(fault !== undefined && { fault }), ...(sizeBytes !== undefined && { sizeBytes }) },
    ...(space && { disk: { freeBytes: space.bavail * space.bsize, folder } }),
  }
  if (!isThere || sizeBytes === 0) return { ...UNUSED, sample }
  try {
    return { ...UNUSED, sample, ...read(path, now) }
  } catch (error) {
    return { ...UNUSED, sample, broken: messageOf(error) }
  }
}

const UNUSED = {
  broken: undefined,
  tooNew: undefined,
  installationId: undefined,
  storedSecret: undefined,
  holders: [],
}

async function nearestFolder(folder: string): Promise<string> {
  for (let each = folder; ; each = dirname(each)) {
    if (existsSync(each) || each === dirname(each)) return each
  }
}

/** Why this process could not write there. The write-ahead log lies beside the file, so the folder counts, too. */
async function writeFault(path: string, folder: string, isThere: boolean): Promise<string | undefined> {
  const { R_OK, W_OK, X_OK } = constants
  const faults = await Promise.all([
    faultOf(folder, W_OK | X_OK),
    ...(isThere ? [faultOf(path, R_OK | W_OK)] : []),
  ])
  return faults.find((fault) => fault !== undefined)
}

async function faultOf(path: string, mode: number): Promise<string | undefined> {
  try {
    await access(path, mode)
    return undefined
  } catch (error) {
    const user = process.getuid?.() ?? 'this user'
    if (codeOf(error) === 'EROFS') return `${path} is mounted read-only`
    return `${path} may not be written by the user with the id ${user} (${codeOf(error) ?? messageOf(error)})`
  }
}

const Setting = z.object({ key: z.string(), value: z.string() })
const Lease = z.object({
  hostname: z.string(),
  pid: z.int(),
  provider: z.string(),
  heartbeat_at: z.number(),
  secret_fingerprints: z.string().catch(''),
})

function read(path: string, now: number): Partial<DatabaseLook> {
  const database = openUntouched(path)
  try {
    const all = (sql: string): unknown[] => database.prepare(sql).all()
    const migrations = z.array(z.object({ name: z.string() })).parse(all('select name from migrations'))
    const tooNew = unknownMigration(migrations.map(({ name }) => name))
    if (tooNew !== undefined) return { tooNew }
    const settings = z.array(Setting).parse(all('select key, value from settings'))
    const valueOf = (key: string): string | undefined => settings.find((row) => row.key === key)?.value
    const leases = z.array(Lease).parse(all('select * from instance_leases'))
    return {
      installationId: valueOf(INSTALLATION_KEY),
      storedSecret: valueOf(SESSION_SECRET_KEY),
      holders: leases
        .filter(({ heartbeat_at: at }) => now - at < ALIVE_MS)
        .map(({ hostname, pid, provider, secret_fingerprints: fingerprints }) => ({
          name: `host ${hostname}, pid ${pid}`,
          provider,
          fingerprints: fingerprints === '' ? [] : fingerprints.split(','),
        })),
    }
  } finally {
    database.close()
  }
}

/**
 * Opens it to read, and leaves no file beside it that a server of another user could not use. While one runs, its log and
 * index are there and are read as they are; otherwise the file is taken as it is.
 */
function openUntouched(path: string): DatabaseSync {
  const isServed = existsSync(`${path}-wal`) && existsSync(`${path}-shm`)
  if (isServed) return new DatabaseSync(path, { readOnly: true, timeout: 1_000 })
  const url = pathToFileURL(resolve(path))
  url.searchParams.set('immutable', '1')
  return new DatabaseSync(url, { readOnly: true })
}
