import * as z from 'zod/mini'
import { Jail } from './jail.ts'

export const HostId = z
  .string()
  .check(z.minLength(1), z.maxLength(63), z.regex(/^[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?$/, 'is not a host id'))

/** Why a fail2ban cannot be talked to, each with its own remedy. */
export const OfflineReason = z.enum([
  'starting', // the agent has not reached it yet
  'socket-missing', // ENOENT: not running, or another path
  'socket-stale', // ECONNREFUSED: crashed and left its socket
  'permission-denied', // EACCES
  'not-answering', // connected, no answer in time
  'connection-lost', // it closed the connection
  'protocol-error', // it answers something that is not fail2ban's protocol
  'agent-missing', // no process serves this host
  'state-unknown', // the answering process is cut off from the others
])
export type OfflineReason = z.infer<typeof OfflineReason>

/** fail2ban's own log, as the agent sees it. unseen: it is a file that does not exist here. no-file: it goes elsewhere. */
export const ServerLog = z.object({
  target: z.string(),
  state: z.enum(['read', 'unseen', 'unreadable', 'no-file']),
  /** fail2ban has complained that the times in a jail's log are in another zone, and by how much, in its own words. */
  oddTime: z.optional(z.object({ jail: z.string(), distance: z.string() })),
})
export type ServerLog = z.infer<typeof ServerLog>

/** What an agent finds around its fail2ban, beside what that answers. */
export const Surroundings = z.object({
  /** The file of the socket is mounted, and not its folder: the next fail2ban makes a file that is not seen here. */
  socketFileMounted: z.boolean(),
  /** Where fail2ban says that its database is, when there is none here. */
  hiddenDatabase: z.optional(z.string()),
  /** Log files of jails, when none of them is seen here. */
  hiddenLogs: z.optional(z.array(z.string())),
  log: z.optional(ServerLog),
})
export type Surroundings = z.infer<typeof Surroundings>

/** What is known about one fail2ban. While it is not online the last known jails are kept and `asOf` says how old they are. */
export const Host = z.object({
  id: z.string(),
  online: z.boolean(),
  /** Version of fail2ban, once known. */
  version: z.optional(z.string()),
  offline: z.optional(
    z.object({
      reason: OfflineReason,
      since: z.iso.datetime(),
      /** What happened, in a sentence. */
      detail: z.string(),
      /** What to do about it, in a sentence, with the command where there is one. */
      remedy: z.string(),
    }),
  ),
  /** When the jails and counters below were last confirmed by fail2ban. */
  asOf: z.optional(z.iso.datetime()),
  /** Why the reasons of bans are missing, where fail2ban's database cannot be read. */
  database: z.enum(['ok', 'unreadable', 'switched-off']),
  databaseDetail: z.optional(z.string()),
  /** Absent until the agent has looked. */
  surroundings: z.optional(Surroundings),
  currentlyBanned: z.int(),
  jailCount: z.int(),
})
export type Host = z.infer<typeof Host>

/** What a jail never bans, as fail2ban lists it: addresses, networks and host names; and whether its own addresses are among it. */
export const IgnoreList = z.object({ entries: z.array(z.string()), ignoreself: z.boolean() })
export type IgnoreList = z.infer<typeof IgnoreList>

/** The ignore lists of a host, by jail; published apart from the snapshot, since they are long and seldom change. */
export const IgnoreLists = z.record(z.string(), IgnoreList)
export type IgnoreLists = z.infer<typeof IgnoreLists>

/** The snapshot an agent publishes; every screen is served from it. */
export const HostSnapshot = z.object({ host: Host, jails: z.array(Jail) })
export type HostSnapshot = z.infer<typeof HostSnapshot>
