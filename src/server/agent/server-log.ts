import { open, stat } from 'node:fs/promises'
import type { ServerLog } from '../../shared/host.ts'
import { pathHere, type PathMap } from '../fail2ban/path-map.ts'
import { isAbsent } from './source-watch.ts'

const TAIL_BYTES = 256 * 1024

/**
 * What fail2ban's own log tells of itself. `target` is what fail2ban names: a file, or STDOUT, SYSTEMD-JOURNAL and the like.
 * Never rejects.
 */
export async function lookAtServerLog(target: string, pathMap: PathMap): Promise<ServerLog> {
  if (!target.startsWith('/')) return { target, state: 'no-file' }
  try {
    const tail = await tailOf(pathHere(pathMap, target))
    const oddTime = oddTimeIn(tail)
    return { target, state: 'read', ...(oddTime !== undefined && { oddTime }) }
  } catch (error) {
    return { target, state: isAbsent(error) ? 'unseen' : 'unreadable' }
  }
}

async function tailOf(path: string): Promise<string> {
  // Opening a pipe would wait for somebody to write.
  if (!(await stat(path)).isFile()) return ''
  const file = await open(path, 'r')
  try {
    const { size } = await file.stat()
    const length = Math.min(size, TAIL_BYTES)
    const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, size - length)
    return buffer.toString('utf8', 0, bytesRead)
  } finally {
    await file.close()
  }
}

const STARTED = /Starting Fail2ban v/
/** fail2ban says so once a day for each jail; what is only late (`latency`) is none of it. */
const ODD_TIME =
  /\[(?<jail>[^\]]{1,128})\] Detected a log entry (?<distance>.{1,60}?) the current time in operation mode\..*timezone problem/

/** The latest complaint since fail2ban was started that a service's log is in another time zone. */
function oddTimeIn(tail: string): ServerLog['oddTime'] {
  const lines = tail.split('\n')
  const begin = lines.findLastIndex((line) => STARTED.test(line))
  const found = lines.slice(begin + 1).findLast((line) => ODD_TIME.test(line))
  const { jail, distance } = ODD_TIME.exec(found ?? '')?.groups ?? {}
  return jail === undefined || distance === undefined ? undefined : { jail, distance }
}
