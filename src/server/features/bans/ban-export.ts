import type { Response } from 'express'
import type { Ban } from '../../../shared/ban.ts'

export type ExportFormat = 'csv' | 'json'

interface Writer {
  readonly type: string
  readonly head: string
  /** `isFirst`: nothing was written before. */
  part(bans: readonly Ban[], isFirst: boolean): string
  readonly tail: string
}

const COLUMNS = ['ip', 'jail', 'host', 'banned_at', 'expires_at', 'ban_count', 'failures', 'matches'] as const

/** Spreadsheets take what begins like this for a formula, and attackers write what they like into log files. */
const FORMULA = /^[=+\-@\t\r]/

const WRITERS: Readonly<Record<ExportFormat, Writer>> = {
  csv: {
    type: 'text/csv; charset=utf-8; header=present',
    head: csvLine(COLUMNS),
    part: (bans) => bans.map((ban) => csvLine(cellsOf(ban))).join(''),
    tail: '',
  },
  json: {
    type: 'application/json; charset=utf-8',
    head: '{"items":[\n',
    part: (bans, isFirst) => (isFirst ? '' : ',\n') + bans.map((ban) => JSON.stringify(ban)).join(',\n'),
    tail: '\n]}\n',
  },
}

/**
 * Sends bans as a file, however many there are: a batch is read when the one before it has gone out. Where something fails in
 * between, the connection breaks off, so that nobody takes a part for the whole.
 */
export async function sendExport(
  res: Response,
  batches: AsyncIterable<readonly Ban[]>,
  { format, name }: { format: ExportFormat; name: string },
): Promise<void> {
  const writer = WRITERS[format]
  res.statusCode = 200
  res.setHeader('Content-Type', writer.type)
  res.setHeader('Content-Disposition', `attachment; filename="${name}.${format}"`)
  res.setHeader('Cache-Control', 'no-store, no-transform')
  // What nginx would collect could be large.
  res.setHeader('X-Accel-Buffering', 'no')
  const gone = new AbortController()
  res.once('close', () => gone.abort())
  // A browser that leaves while something is on its way to it is no fault of ours.
  res.on('error', () => gone.abort())
  try {
    res.write(writer.head)
    let isFirst = true
    for await (const bans of batches) {
      await room(res, writer.part(bans, isFirst), gone.signal)
      if (gone.signal.aborted) return
      isFirst = false
    }
    res.end(writer.tail)
  } catch (error) {
    res.destroy()
    throw error
  }
}

/** Writes; resolves when there is room for more, or nobody reads any longer. */
async function room(res: Response, text: string, gone: AbortSignal): Promise<void> {
  if (gone.aborted) return
  if (res.write(text)) return new Promise((resolve) => void setImmediate(resolve))
  await new Promise<void>((resolve) => {
    const done = (): void => {
      res.off('drain', done)
      gone.removeEventListener('abort', done)
      resolve()
    }
    res.on('drain', done)
    gone.addEventListener('abort', done)
  })
}

function cellsOf(ban: Ban): string[] {
  return [
    ban.ip,
    ban.jail,
    ban.host,
    ban.bannedAt,
    ban.expiresAt ?? 'permanent',
    String(ban.banCount),
    ban.reason ? String(ban.reason.failures) : '',
    (ban.reason?.matches ?? []).join('\n'),
  ]
}

export function csvLine(cells: readonly string[]): string {
  return `${cells.map(csvCell).join(',')}\r\n`
}

function csvCell(text: string): string {
  const safe = FORMULA.test(text) ? `'${text}` : text
  return safe !== text || /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
