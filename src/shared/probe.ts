import * as z from 'zod/mini'
import { OfflineReason } from './host.ts'

/** The first version of fail2ban that can do all that is asked of it. */
export const OLDEST_FAIL2BAN = '0.11.2'

/** What the agent finds when it tries anew to reach its fail2ban. */
export const Probe = z.object({
  /** Who the agent runs as: names, or numbers where they have none. */
  agent: z.object({ user: z.string(), group: z.string() }),
  socket: z.object({
    path: z.string(),
    /** Absent: fail2ban answered. */
    problem: z.optional(OfflineReason),
    /** As the file system says, once it can be seen. `mode` is octal, as `0700`. */
    owner: z.optional(z.string()),
    group: z.optional(z.string()),
    mode: z.optional(z.string()),
    /** A folder on the way that the agent may not enter. */
    blockedBy: z.optional(z.string()),
  }),
  /** The rest is known only where fail2ban answered. */
  version: z.optional(z.string()),
  tooOld: z.optional(z.boolean()),
  jails: z.optional(z.array(z.string())),
  database: z.optional(
    z.object({ state: z.enum(['ok', 'unreadable', 'switched-off']), path: z.optional(z.string()) }),
  ),
})
export type Probe = z.infer<typeof Probe>

/** Whether a version such as `1.0.2` or `1.1.1.dev1` comes before another. What is no version is not. */
export function isOlder(version: string, than: string): boolean {
  const [mine, other] = [version, than].map((text) =>
    text.split('.').map((part) => Number.parseInt(part, 10)),
  )
  for (let index = 0; index < 3; index += 1) {
    const [left = 0, right = 0] = [mine?.[index], other?.[index]]
    if (Number.isNaN(left) || left !== right) return left < right
  }
  return false
}
