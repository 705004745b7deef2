/** A session as it is kept on disk. */
export interface ArchivedSession {
  readonly idHash: string
  readonly userId: string
  /** JSON of the session payload; read with `parseSessionPayload`. */
  readonly payload: string
  readonly expiresAt: number
}

/** Where the memory provider keeps its sessions as well, so that a restart or an upgrade signs nobody out. */
export interface SessionArchive {
  /** Those that end after `now`. */
  loadAll(now: number): Promise<ArchivedSession[]>
  /** Inserts or replaces. */
  save(session: ArchivedSession): Promise<void>
  remove(idHash: string): Promise<void>
  /** Those that ended at `now` or before. */
  removeExpired(now: number): Promise<void>
}
