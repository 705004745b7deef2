import type { BanRow, DatabaseReader } from '../fail2ban/database-reader.ts'

/** What fail2ban has recorded since the last look. */
export interface NewRows {
  readonly rows: readonly BanRow[]
  /** Rows were deleted and their numbers used again: some of these may have been read before, and some were missed. */
  readonly isReread: boolean
  /** There are more: look again soon. */
  readonly hasMore: boolean
}

/** Follows fail2ban's record of bans by row number. */
export interface RowFollower {
  /** Number of the last row that was read. */
  readonly position: number
  /** Throws DatabaseUnreadable. */
  read(): NewRows
}

type Reader = Pick<DatabaseReader, 'dataVersion' | 'bansAfter' | 'banAt' | 'newestRowid' | 'firstRowidSince'>

const READ_AT_ONCE = 500
/** So many deleted at the end of the table are noticed exactly; beyond, a stretch of time is read again. */
const ANCHORS = 64
const REREAD_MS = 600_000

/** Begins behind the newest row. Throws DatabaseUnreadable. */
export function followRows(reader: Reader): RowFollower {
  let version = reader.dataVersion()
  let hasMore = false
  const newest = reader.newestRowid()
  /** The last rows that were read, to prove that the table still is what it was. */
  let anchors = reader.bansAfter(newest - ANCHORS, ANCHORS).map(anchorOf)
  let position = anchors.at(-1)?.rowid ?? 0
  /** Up to here rows are read a second time. */
  let rereadUpTo = 0
  let lastBannedAt = Math.max(0, ...anchors.map((anchor) => anchor.bannedAt))

  /** Goes back to the last row that is still the same; false when there is none. */
  function findAnchor(): boolean {
    if (anchors.length === 0) return position === 0
    for (let anchor = anchors.at(-1); anchor; anchor = anchors.at(-1)) {
      const row = reader.banAt(anchor.rowid)
      if (row && isSame(row, anchor)) {
        position = anchor.rowid
        return true
      }
      anchors.pop()
    }
    return false
  }

  /** Where nothing is left that was read, what there is may be new or a stretch of the old. */
  function startOver(): void {
    rereadUpTo = reader.newestRowid()
    const first = rereadUpTo === 0 ? undefined : reader.firstRowidSince(lastBannedAt - REREAD_MS)
    position = first === undefined ? rereadUpTo : first - 1
  }

  function readOn(): NewRows {
    const isReread = position < rereadUpTo
    const rows = reader.bansAfter(position, READ_AT_ONCE)
    hasMore = rows.length === READ_AT_ONCE
    position = rows.at(-1)?.rowid ?? position
    anchors = [...anchors, ...rows.slice(-ANCHORS).map(anchorOf)].slice(-ANCHORS)
    for (const row of rows) lastBannedAt = Math.max(lastBannedAt, row.bannedAt)
    return { rows, isReread, hasMore }
  }

  return {
    get position() {
      return position
    },
    read() {
      const current = reader.dataVersion()
      if (current === version && !hasMore) return NOTHING
      if (!findAnchor()) startOver()
      const read = readOn()
      // Only now: after a fault the same is to be tried again.
      version = current
      return read
    },
  }
}

const NOTHING: NewRows = { rows: [], isReread: false, hasMore: false }

interface Anchor {
  readonly rowid: number
  readonly jail: string
  readonly ip: string
  readonly bannedAt: number
}

function anchorOf({ rowid, jail, ip, bannedAt }: BanRow): Anchor {
  return { rowid, jail, ip, bannedAt }
}

function isSame(row: BanRow, anchor: Anchor): boolean {
  return row.jail === anchor.jail && row.ip === anchor.ip && row.bannedAt === anchor.bannedAt
}
