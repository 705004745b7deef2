import { AppError } from './errors.ts'
import type { Logger } from './logger.ts'

/** What somebody does to something, in the log's words. Never a secret. */
export interface Deed {
  /** `<noun>.<verb>`, as `user.disable`. */
  readonly action: string
  /** Name of the user who does it. */
  readonly actor: string
  /** What it is done to, by name. */
  readonly object: string
  /** What it is changed to, where that says more. */
  readonly change?: Readonly<Record<string, string | number | boolean>>
}

/** Does the work and logs one line with what came of it: done, refused for a reason the caller is told, or failed. */
export async function audited<T>(log: Logger, deed: Deed, work: () => Promise<T>): Promise<T> {
  try {
    const result = await work()
    log.info({ ...deed, result: 'done' }, `audit: ${deed.action}`)
    return result
  } catch (error) {
    const problem = error instanceof AppError ? error.code : 'internal'
    const result = problem === 'internal' ? 'failed' : 'refused'
    log.info({ ...deed, result, problem }, `audit: ${deed.action}`)
    throw error
  }
}
