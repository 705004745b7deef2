import type { BanEvent } from '../../../shared/event.ts'
import type { Logger } from '../../lib/logger.ts'
import type { EventsRepository } from './events.repository.ts'

const READ_AT_ONCE = 200

/** Reads the archive onwards from where it stands. */
export interface NewsReader {
  /** Everything up to this id was put or skipped. Never goes back. */
  readUpTo(): number
  skipToEnd(): Promise<void>
  /** Reads what is new, soon; never rejects. While nobody hears it, it skips. */
  look(): void
}

export function createNewsReader(deps: {
  repository: Pick<EventsRepository, 'newestId' | 'newsBetween'>
  isHeard: () => boolean
  put: (events: readonly BanEvent[]) => void
  log: Logger
}): NewsReader {
  const { repository, isHeard, put, log } = deps
  let cursor = 0
  let reading = false
  let readAgain = false

  async function read(): Promise<void> {
    const newest = await repository.newestId()
    if (!isHeard()) cursor = Math.max(cursor, newest)
    while (cursor < newest) {
      const events = await repository.newsBetween(cursor, newest, READ_AT_ONCE)
      // Together, so that whoever joins sees each event either in the archive behind the cursor or in what is put.
      cursor = events.length < READ_AT_ONCE ? newest : (events.at(-1)?.id ?? newest)
      if (events.length > 0) put(events)
    }
  }

  /** One reader at a time; whoever asks meanwhile makes it look once more. */
  async function readAll(): Promise<void> {
    reading = true
    try {
      while (readAgain) {
        readAgain = false
        await read()
      }
    } catch (error) {
      log.warn({ err: error }, 'cannot read new bans; trying again')
    } finally {
      reading = false
    }
  }

  return {
    readUpTo: () => cursor,
    async skipToEnd() {
      cursor = Math.max(cursor, await repository.newestId())
    },
    look() {
      readAgain = true
      if (!reading) void readAll()
    },
  }
}
