import { stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { HostSnapshot } from '../../shared/host.ts'
import type { DatabaseState } from '../agent/ban-records.ts'
import { createHostReport } from '../agent/host-report.ts'
import { isRemovedFolder } from '../agent/mounts.ts'
import { blockedFolder, describeAgent, describeSocket } from '../agent/probe.ts'
import { SourceWatch } from '../agent/source-watch.ts'
import { lookAround, withHidden } from '../agent/surroundings.ts'
import { DatabaseUnreadable, openDatabaseReader } from '../fail2ban/database-reader.ts'
import {
  Fail2banRefused,
  Fail2banUnavailable,
  type Fail2banClient,
  type JailStatus,
} from '../fail2ban/fail2ban-client.ts'
import { pathHere, type PathMap } from '../fail2ban/path-map.ts'
import { createFail2banClient } from '../fail2ban/socket-client.ts'
import { inTime, type OwnFinding } from './diagnosis.ts'

export interface Fail2banPlace {
  readonly socket: string
  /** Undefined: ask the server. */
  readonly database: string | undefined
  readonly pathMap: PathMap
}

export interface Fail2banLook {
  /** As an agent would report it. */
  readonly snapshot: HostSnapshot
  /** Why fail2ban cannot be talked to, where more is known of it than the snapshot tells. */
  readonly away: OwnFinding | undefined
  /** When the newest ban that fail2ban has recorded was; undefined where that is not known. */
  readonly newestBanAt: number | undefined
}

const ANSWER_MS = 4_000
const FILE_MS = 2_000

/** Asks fail2ban as an agent does, once, on a connection of its own. It takes no lease and changes nothing. */
export async function lookAtFail2ban(place: Fail2banPlace, host: string): Promise<Fail2banLook> {
  const client = createFail2banClient({
    socketPath: place.socket,
    requestTimeoutMs: ANSWER_MS,
    backoffMs: { first: 50, longest: 200 },
  })
  try {
    return await ask(client, place, host)
  } catch (error) {
    if (error instanceof Fail2banUnavailable) return whyAway(error, place, host)
    throw error
  } finally {
    await client.close()
  }
}

async function ask(client: Fail2banClient, place: Fail2banPlace, host: string): Promise<Fail2banLook> {
  const { socket: socketPath, pathMap } = place
  const version = await client.version()
  const statuses = await statusesOf(client)
  const [databasePath, logTarget] = [await client.databasePath(), await client.logTarget()]
  const { database, newestBanAt } = await readDatabase(databasePath, place)
  const sources = new SourceWatch({
    now: Date.now,
    seesFiles: () => place.database === undefined && pathMap.length === 0 && database.database === 'ok',
    pathMap,
    earlier: undefined,
  })
  const isDatabaseKnown = place.database !== undefined
  const named = { socketPath, databasePath, logTarget, isDatabaseKnown, pathMap }
  const [around] = await Promise.all([lookAround(named), sources.lookNow(statuses)])
  const report = createHostReport({
    host,
    socketPath,
    missingOf: (jail) => sources.missingOf(jail),
    surroundings: () => withHidden(around, sources.hidden),
    earlier: undefined,
  })
  return {
    snapshot: report.online({ version, statuses, database, at: Date.now() }),
    away: undefined,
    newestBanAt,
  }
}

async function statusesOf(client: Fail2banClient): Promise<JailStatus[]> {
  const statuses: JailStatus[] = []
  for (const name of await client.jailNames()) {
    const status = await client.jailStatus(name).catch((error: unknown) => {
      // It has gone meanwhile.
      if (error instanceof Fail2banRefused) return undefined
      throw error
    })
    if (status) statuses.push(status)
  }
  return statuses
}

async function readDatabase(
  named: string | undefined,
  place: Fail2banPlace,
): Promise<{ database: DatabaseState; newestBanAt: number | undefined }> {
  if (named === undefined) return { database: { database: 'switched-off' }, newestBanAt: undefined }
  const path = place.database ?? pathHere(place.pathMap, named)
  // Opening waits in this very thread: where the file hangs it must not even be tried.
  const isThere = await inTime(
    FILE_MS,
    stat(path).then(
      () => true,
      () => true,
    ),
    false,
  )
  try {
    if (!isThere) throw new DatabaseUnreadable(`fail2ban’s database ${path} cannot be reached.`)
    const reader = openDatabaseReader(path)
    try {
      const newestBanAt = reader.banAt(reader.newestRowid())?.bannedAt
      return { database: { database: 'ok' }, newestBanAt }
    } finally {
      reader.close()
    }
  } catch (error) {
    if (!(error instanceof DatabaseUnreadable)) throw error
    // fail2ban is just writing: it is there and readable.
    if (error.busy) return { database: { database: 'ok' }, newestBanAt: undefined }
    return { database: { database: 'unreadable', databaseDetail: error.message }, newestBanAt: undefined }
  }
}

async function whyAway(
  fault: Fail2banUnavailable,
  place: Fail2banPlace,
  host: string,
): Promise<Fail2banLook> {
  const { socket: socketPath, pathMap } = place
  const around = await lookAround({
    socketPath,
    databasePath: undefined,
    logTarget: undefined,
    isDatabaseKnown: false,
    pathMap,
  })
  const report = createHostReport({ host, socketPath, surroundings: () => around, earlier: undefined })
  const snapshot = report.offline(fault, Date.now())
  return { snapshot, away: await causeOf(fault, socketPath), newestBanAt: undefined }
}

async function causeOf(fault: Fail2banUnavailable, path: string): Promise<OwnFinding | undefined> {
  const { reason, message: detail } = fault
  if (reason === 'permission-denied') return whyForbidden(path)
  if (reason === 'socket-missing' && (await isRemovedFolder(dirname(path)))) {
    return { cause: 'folder-dead', folder: dirname(path) }
  }
  return reason === 'state-unknown' ? undefined : { cause: reason, detail, path }
}

async function whyForbidden(path: string): Promise<OwnFinding> {
  const [socket, agent, blockedBy] = await Promise.all([
    describeSocket(path),
    describeAgent(),
    blockedFolder(path),
  ])
  const { user, group } = agent
  const who = `this process runs as ${user}:${group}`
  const detail =
    socket.mode === undefined
      ? `The folder ${blockedBy ?? dirname(path)} may not be entered, and ${who}.`
      : `${path} is of ${socket.owner}:${socket.group} with mode ${socket.mode}, and ${who}.`
  // The right group of a process that has none of its own is the one of the documentation.
  const own = ['root', 'nogroup', 'users'].includes(group) ? 'bangui' : group
  return { cause: 'socket-forbidden', detail, path, group: own, blockedBy }
}
