import { z } from 'zod'

/** What a process of commands.ts is told: so many commands, so many at once; with 0 just to tell its CPU. */
export const Order = z.object({ calls: z.int(), atOnce: z.int() })
export type Order = z.infer<typeof Order>

export const Figures = z.object({ p50Micros: z.number(), p99Micros: z.number(), seconds: z.number() })
export type Figures = z.infer<typeof Figures>

/** `cpuMicros` is what it has spent since its start. */
export const Report = z.object({ cpuMicros: z.number(), figures: z.optional(Figures) })
export type Report = z.infer<typeof Report>
