import { RedisStore } from 'connect-redis'
import type { SessionData as StoreRecord } from 'express-session'
import type { NodeLife } from '../node-life.ts'
import {
  isTouchDue,
  parseSessionPayload,
  sessionExpiry,
  sessionIdHash,
  SESSION_LIFETIME_MS,
  toSessionPayload,
  type SessionPayload,
} from '../session-payload.ts'
import type { Sessions, StoredSession } from '../state-provider.ts'
import { answer, type Done } from '../store-callback.ts'
import { keys } from './keys.ts'
import { script, type RedisLink } from './link.ts'

/** How long a destroyed session refuses to be saved again; no request that loaded it before lives longer. */
const TOMBSTONE_MS = 3_600_000
/** Sessions of one user that are listed; the list is for people. */
const MOST_LISTED = 1_000
/** Sessions that are kept as they were parsed. */
const MOST_KNOWN = 10_000

/** The tombstone lies in the same slot and is asked in the same step: no save slips in behind a destruction. */
const SAVE = script(`
if redis.call('EXISTS', KEYS[2]) == 1 then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1`)

/** Only what is still as it was read is written: whoever changed it meanwhile knew better. */
const PROLONG = script(`
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
return 1`)

/** The session first: where Redis is full the tombstone may be refused, and the session must be gone all the same. */
const DESTROY = script(`
redis.call('DEL', KEYS[1])
redis.pcall('SET', KEYS[2], '', 'PX', ARGV[1])
return 1`)

/**
 * Sessions in Redis: connect-redis on a client that guards it. Keys hold the hash of a session's id; a destroyed session
 * leaves a tombstone that refuses late saves; the end of a session is exact and stands in the record itself. What this rests
 * on and what it allows: docs/architecture.md, "Deployment constraints".
 */
export function createRedisSessions(deps: {
  link: RedisLink
  node: NodeLife
  /** Milliseconds since 1970. */
  now: () => number
}): Sessions {
  const { link, node, now } = deps
  const table = new SessionKeys(link, now)
  return {
    store: new GuardedStore(table, node),

    async read(idHash) {
      node.assertRunning()
      return (await table.find(idHash))?.session
    },

    async revoke(idHash) {
      node.assertRunning()
      await table.destroy(idHash)
    },

    async list(userId) {
      node.assertRunning()
      const index = keys.sessionsOf(userId)
      const hashes = await link.ask((client) =>
        client.zrangebyscore(index, now(), '+inf', 'LIMIT', 0, MOST_LISTED),
      )
      const found = await Promise.all(hashes.map((idHash) => table.find(idHash)))
      const gone = hashes.filter((_, i) => found[i] === undefined)
      if (gone.length > 0) await link.ask((client) => client.zrem(index, ...gone))
      return found.flatMap((record) => (record?.session.data.userId === userId ? [record.session] : []))
    },
  }
}

interface SessionRecord {
  readonly text: string
  readonly payload: SessionPayload
  readonly session: StoredSession
}

/** Sessions by the hash of their id. A record is its end in milliseconds since 1970 and, from the brace on, the payload. */
class SessionKeys {
  readonly #link: RedisLink
  readonly #now: () => number
  /** What each said when it was last read: one that still says the same need not be parsed again. */
  readonly #known = new Map<string, SessionRecord>()

  constructor(link: RedisLink, now: () => number) {
    this.#link = link
    this.#now = now
  }

  async find(idHash: string): Promise<SessionRecord | undefined> {
    const text = await this.#link.ask((client) => client.get(keys.session(idHash)))
    const record = text === null ? undefined : this.#recordOf(idHash, text)
    return record && record.session.expiresAt > this.#now() ? record : undefined
  }

  #recordOf(idHash: string, text: string): SessionRecord | undefined {
    const known = this.#known.get(idHash)
    if (known?.text === text) return known
    const record = parseRecord(idHash, text)
    if (this.#known.size >= MOST_KNOWN) this.#known.clear()
    if (record) this.#known.set(idHash, record)
    return record
  }

  async save(idHash: string, payload: SessionPayload): Promise<void> {
    const at = this.#now()
    const expiresAt = sessionExpiry(payload, at)
    const ttlMs = Math.ceil(expiresAt - at)
    if (ttlMs <= 0) {
      await this.#link.ask((client) => client.del(keys.session(idHash)))
      return
    }
    const index = keys.sessionsOf(payload.userId)
    await Promise.all([
      this.#link.run(
        SAVE,
        [keys.session(idHash), keys.tombstone(idHash)],
        [textOf(expiresAt, payload), ttlMs],
      ),
      this.#link.ask((client) => client.zadd(index, expiresAt, idHash)),
      this.#link.ask((client) => client.zremrangebyscore(index, '-inf', at)),
      this.#link.ask((client) => client.pexpire(index, SESSION_LIFETIME_MS)),
    ])
  }

  /** Gives a session the end that the cookie says, where that is worth a write. A missing one stays missing. */
  async prolong(idHash: string, cookie: SessionPayload['cookie']): Promise<void> {
    const found = await this.find(idHash)
    if (!found) return
    const payload = { ...found.payload, cookie }
    const at = this.#now()
    const expiresAt = sessionExpiry(payload, at)
    const ttlMs = Math.ceil(expiresAt - at)
    if (ttlMs <= 0 || !isTouchDue(payload, found.session.expiresAt, expiresAt)) return
    await this.#link.run(PROLONG, [keys.session(idHash)], [found.text, textOf(expiresAt, payload), ttlMs])
    await this.#link.ask((client) => client.zadd(keys.sessionsOf(payload.userId), 'XX', expiresAt, idHash))
  }

  async destroy(idHash: string): Promise<void> {
    await this.#link.run(DESTROY, [keys.session(idHash), keys.tombstone(idHash)], [TOMBSTONE_MS])
  }
}

/** Undefined: it is none. Frozen, as more than one request gets it. */
function parseRecord(idHash: string, text: string): SessionRecord | undefined {
  const brace = text.indexOf('{')
  const payload = brace < 1 ? undefined : parseSessionPayload(text.slice(brace))
  if (!payload) return undefined
  const { cookie: _, ...data } = payload
  const expiresAt = Number(text.slice(0, brace))
  return { text, payload, session: Object.freeze({ idHash, data: Object.freeze(data), expiresAt }) }
}

function textOf(expiresAt: number, payload: SessionPayload): string {
  return `${expiresAt}${JSON.stringify(payload)}`
}

/**
 * connect-redis, asked without callbacks, since it would take what one throws for a failure of Redis. It is told session ids;
 * Redis is told their hashes.
 */
class GuardedStore extends RedisStore {
  readonly #table: SessionKeys
  readonly #node: NodeLife

  constructor(table: SessionKeys, node: NodeLife) {
    // Its own idea of how long a session lasts counts whole seconds and makes the dead ones alive: the table knows better.
    super({ client: guardedClient(table), prefix: '', ttl: () => 1 })
    this.#table = table
    this.#node = node
  }

  override async get(sid: string, done?: Done<StoreRecord | null>): Promise<void> {
    answer(done, async () => {
      this.#node.assertRunning()
      return (await super.get(sid)) as StoreRecord | null
    })
  }

  override async set(sid: string, session: StoreRecord, done?: Done): Promise<void> {
    answer(done, async () => {
      this.#node.assertRunning()
      await super.set(sid, toSessionPayload(session) as unknown as StoreRecord)
    })
  }

  override async touch(sid: string, session: StoreRecord, done?: Done): Promise<void> {
    answer(done, async () => {
      this.#node.assertRunning()
      await this.#table.prolong(sessionIdHash(sid), toSessionPayload(session).cookie)
    })
  }

  override async destroy(sid: string, done?: Done): Promise<void> {
    answer(done, async () => {
      this.#node.assertRunning()
      await super.destroy(sid)
    })
  }
}

/** The commands that connect-redis uses for one session, as ioredis has them. It is never asked for all of them. */
function guardedClient(table: SessionKeys) {
  return {
    async get(sid: string): Promise<string | null> {
      const found = await table.find(sessionIdHash(sid))
      return found ? JSON.stringify(found.payload) : null
    },
    async set(sid: string, text: string): Promise<'OK'> {
      await table.save(sessionIdHash(sid), toSessionPayload(JSON.parse(text)))
      return 'OK'
    },
    async del([sid = '']: readonly string[]): Promise<number> {
      await table.destroy(sessionIdHash(sid))
      return 1
    },
  }
}
