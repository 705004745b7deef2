import { z } from 'zod'
import type { Json } from '../../lib/json.ts'
import { freezeJson } from '../json-copy.ts'
import type { Listeners } from '../listeners.ts'
import type { Change, Revision, RuntimeShape, Versioned } from '../state-provider.ts'

/** Clocks that differ by less are as good as the same. */
const SKEW_MS = 2_000

const Entry = z.object({ rev: z.int(), at: z.int(), value: z.unknown() })

/** One write, as every process is told of it: `prev` is the revision it follows on. */
const News = z.object({
  incarnation: z.string(),
  prev: z.int(),
  rev: z.int(),
  key: z.string(),
  entry: z.nullable(Entry),
})

/** All that is in the store at one moment. */
export interface Snapshot {
  readonly incarnation: string
  readonly rev: Revision
  /** By key, as stored. */
  readonly entries: ReadonlyMap<string, string>
}

/** What a value means to this version; undefined where it means nothing, as if it were not there. */
export type ReadValue = (key: string, value: unknown) => unknown

/** What the store's own facts say about this copy of it. */
export type Freshness = 'fresh' | 'behind'

/**
 * This process's copy of RuntimeState. It follows the news in the order of their revisions; when some were missed, or the
 * store began anew, it is told so and has to be given a snapshot.
 */
export class RuntimeReplica<S extends RuntimeShape> {
  readonly #entries = new Map<keyof S, Versioned<S[keyof S]>>()
  readonly #listeners: Listeners<Change<S>>
  readonly #monotonicMs: () => number
  readonly #awaited = new Set<{ readonly rev: Revision; readonly resolve: () => void }>()
  #incarnation = ''
  #rev = 0
  #provenAt = Number.NEGATIVE_INFINITY
  /** Of the store's clock against ours. */
  skewMs = 0

  readonly #read: ReadValue

  constructor(listeners: Listeners<Change<S>>, monotonicMs: () => number, read: ReadValue) {
    this.#listeners = listeners
    this.#monotonicMs = monotonicMs
    this.#read = read
  }

  get<K extends keyof S>(key: K): Versioned<S[K]> | undefined {
    // The map holds under each key what was written there.
    return this.#entries.get(key) as Versioned<S[K]> | undefined
  }

  keys(): Array<keyof S> {
    return [...this.#entries.keys()]
  }

  get rev(): Revision {
    return this.#rev
  }

  staleMs(): number {
    return Math.max(0, this.#monotonicMs() - this.#provenAt)
  }

  /** `behind`: something was missed. */
  hear(text: string): Freshness {
    const { incarnation, prev, rev, key, entry } = News.parse(JSON.parse(text))
    if (incarnation !== this.#incarnation) return 'behind'
    if (rev <= this.#rev) return 'fresh'
    if (prev !== this.#rev) return 'behind'
    this.#apply(key, entry && this.#versioned(key, entry))
    this.#reach(rev)
    return 'fresh'
  }

  compare(incarnation: string, rev: Revision): Freshness {
    if (incarnation !== this.#incarnation || rev !== this.#rev) return 'behind'
    this.#provenAt = this.#monotonicMs()
    return 'fresh'
  }

  /**
   * Takes over a snapshot that was asked for when this copy was at `askedAtRev`. One that is older than that is the truth all
   * the same: the store has lost what it had acknowledged.
   */
  adopt({ incarnation, rev, entries }: Snapshot, askedAtRev: Revision): void {
    const isOvertaken = incarnation === this.#incarnation && rev >= askedAtRev && rev < this.#rev
    if (isOvertaken) return
    const parsed = new Map(
      [...entries].flatMap(([key, text]) => {
        const entry = this.#versioned(key, Entry.parse(JSON.parse(text)))
        return entry ? [[key, entry] as const] : []
      }),
    )
    for (const key of this.#entries.keys()) if (!parsed.has(String(key))) this.#apply(String(key), null)
    const changed = [...parsed]
      .filter(([key, entry]) => this.#entries.get(key)?.rev !== entry.rev)
      .toSorted(([, a], [, b]) => a.rev - b.rev)
    for (const [key, entry] of changed) this.#apply(key, entry)
    this.#incarnation = incarnation
    this.#reach(rev)
  }

  /** Resolves once this copy has reached the revision, or after `ms`: then false. */
  async reached(rev: Revision, ms: number): Promise<boolean> {
    if (this.#rev >= rev) return true
    const { promise, resolve } = Promise.withResolvers<boolean>()
    const waiting = { rev, resolve: () => resolve(true) }
    this.#awaited.add(waiting)
    const timer = setTimeout(() => resolve(false), ms)
    const inTime = await promise
    clearTimeout(timer)
    this.#awaited.delete(waiting)
    return inTime
  }

  #reach(rev: Revision): void {
    this.#rev = rev
    this.#provenAt = this.#monotonicMs()
    for (const waiting of this.#awaited) if (waiting.rev <= rev) waiting.resolve()
  }

  #apply(key: string, entry: Versioned<S[keyof S]> | null): void {
    if (entry) this.#entries.set(key, entry)
    else if (!this.#entries.delete(key)) return
    this.#listeners.tell({ key, entry: entry ?? undefined })
  }

  /** With the time of the write by our own clock, since that is what ages are reckoned with. */
  #versioned(key: string, { rev, at, value }: z.infer<typeof Entry>): Versioned<S[keyof S]> | null {
    const read = this.#read(key, value)
    if (read === undefined) return null
    const skewMs = Math.abs(this.skewMs) < SKEW_MS ? 0 : this.skewMs
    return Object.freeze({ rev, at: at - skewMs, value: freezeJson(read as Json) as S[keyof S] })
  }
}

/** Reads an entry as it is stored. */
export function parseEntry<T>(text: string): Versioned<T> {
  const { rev, at, value } = Entry.parse(JSON.parse(text))
  return Object.freeze({ rev, at, value: freezeJson(value as Json) as T })
}
