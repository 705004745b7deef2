import { access, constants, readFile, stat } from 'node:fs/promises'
import { userInfo } from 'node:os'
import { dirname } from 'node:path'
import { isOlder, OLDEST_FAIL2BAN, type Probe } from '../../shared/probe.ts'
import { Fail2banRefused, Fail2banUnavailable, type Fail2banClient } from '../fail2ban/fail2ban-client.ts'
import { pathHere, type PathMap } from '../fail2ban/path-map.ts'
import type { BanRecords } from './ban-records.ts'

export interface ProbeDeps {
  /** A connection of its own, so that nothing that went before counts. */
  readonly openClient: () => Fail2banClient
  readonly socketPath: string
  /** Instead of what the server says. */
  readonly databasePath: string | undefined
  readonly pathMap?: PathMap | undefined
  readonly records: Pick<BanRecords, 'state'>
  /** Lets the screens see what was found, and waits for it a moment. */
  readonly look: () => Promise<void>
}

/** Tries to reach fail2ban as if for the first time, and tells what is in the way. */
export function createProbe(deps: ProbeDeps): () => Promise<Probe> {
  return async () => {
    const [socket, agent, found] = await Promise.all([
      describeSocket(deps.socketPath),
      describeAgent(),
      ask(deps),
    ])
    await deps.look()
    if ('problem' in found) {
      const blockedBy =
        found.problem === 'permission-denied' ? await blockedFolder(deps.socketPath) : undefined
      return {
        agent,
        socket: { ...socket, problem: found.problem, ...(blockedBy !== undefined && { blockedBy }) },
      }
    }
    const { version, jails, databasePath } = found
    const path =
      databasePath === undefined
        ? undefined
        : (deps.databasePath ?? pathHere(deps.pathMap ?? [], databasePath))
    return {
      agent,
      socket,
      version,
      tooOld: isOlder(version, OLDEST_FAIL2BAN),
      jails,
      database: { state: deps.records.state.database, ...(path !== undefined && { path }) },
    }
  }
}

type Found =
  | { readonly problem: Fail2banUnavailable['reason'] }
  | { readonly version: string; readonly jails: string[]; readonly databasePath: string | undefined }

async function ask({ openClient }: ProbeDeps): Promise<Found> {
  const client = openClient()
  try {
    const version = await client.version()
    const [jails, databasePath] = [await client.jailNames(), await client.databasePath()]
    return { version, jails, databasePath }
  } catch (error) {
    if (error instanceof Fail2banUnavailable) return { problem: error.reason }
    if (error instanceof Fail2banRefused) return { problem: 'protocol-error' }
    throw error
  } finally {
    await client.close()
  }
}

export async function describeSocket(path: string): Promise<Probe['socket']> {
  try {
    const { uid, gid, mode } = await stat(path)
    const [owner, group] = await Promise.all([nameOf('/etc/passwd', uid), nameOf('/etc/group', gid)])
    return { path, owner, group, mode: `0${(mode & 0o777).toString(8)}` }
  } catch {
    // Why it cannot be seen is what asking through it says.
    return { path }
  }
}

export async function describeAgent(): Promise<Probe['agent']> {
  return { user: userName(), group: await nameOf('/etc/group', process.getgid?.() ?? 0) }
}

function userName(): string {
  try {
    return userInfo().username
  } catch {
    // A container may run it as a number that no user has.
    return String(process.getuid?.() ?? '')
  }
}

/** The name that `/etc/passwd` or `/etc/group` has for a number. */
async function nameOf(file: string, id: number): Promise<string> {
  const text = await readFile(file, 'utf8').catch(() => '')
  const line = text.split('\n').find((entry) => entry.split(':')[2] === String(id))
  return line?.split(':')[0] ?? String(id)
}

/** The outermost folder on the way that may not be entered. */
export async function blockedFolder(path: string): Promise<string | undefined> {
  const folders: string[] = []
  for (let folder = dirname(path); !folders.includes(folder); folder = dirname(folder))
    folders.unshift(folder)
  for (const folder of folders) {
    const isOpen = await access(folder, constants.X_OK).then(
      () => true,
      () => false,
    )
    if (!isOpen) return folder
  }
  return undefined
}
