import { z } from 'zod'

const id = z.int().nonnegative()

/** What a worker tells its primary. */
export const FromWorker = z.discriminatedUnion('type', [
  /** Once a second, from the event loop: it is not stuck. */
  z.object({ type: z.literal('alive') }),
  /** It serves. Once. */
  z.object({ type: z.literal('ready') }),
  /** Wants the metrics of all workers. */
  z.object({ type: z.literal('collect'), id }),
  /** Answers `report` with its own metrics; without any when it has none. */
  z.object({ type: z.literal('reported'), id, report: z.unknown().optional() }),
])
export type FromWorker = z.infer<typeof FromWorker>

/** What the primary tells a worker. That it is to end comes as SIGTERM, which also a worker that is only starting obeys. */
export const ToWorker = z.discriminatedUnion('type', [
  z.object({ type: z.literal('report'), id }),
  /** Answers `collect`. */
  z.object({ type: z.literal('collected'), id, reports: z.array(z.unknown()) }),
])
export type ToWorker = z.infer<typeof ToWorker>
