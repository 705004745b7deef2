import type { Logger } from '../lib/logger.ts'

/** The stages of a start, in order; the log names each, so that a start that hangs or fails says where. */
export type StageName = 'database' | 'lease' | 'state' | 'accounts' | 'jobs' | 'agent' | 'http'

/** A stage failed. `cause` is what it threw. */
export class StageFailed extends Error {
  override readonly name = 'StageFailed'
  readonly stage: StageName
  constructor(stage: StageName, cause: unknown) {
    super(`BanGUI could not start: stage "${stage}" failed.`, { cause })
    this.stage = stage
  }
}

/** Runs one stage and logs its name and time. */
export async function stage<T>(log: Logger, name: StageName, open: () => Promise<T>): Promise<T> {
  const startedAt = performance.now()
  try {
    const opened = await open()
    log.info({ stage: name, ms: Math.round(performance.now() - startedAt) }, `start: ${name} ready`)
    return opened
  } catch (error) {
    throw new StageFailed(name, error)
  }
}
