import type { Express } from 'express'
import { tmpdir } from 'node:os'
import { Writable } from 'node:stream'
import { pino } from 'pino'
import request from 'supertest'
import { createApp, type AppDeps } from '../../src/server/app.ts'
import { openDatabase, type Db } from '../../src/server/db/database.ts'
import { createAuthFeature } from '../../src/server/features/auth/auth.feature.ts'
import { createPasswords } from '../../src/server/features/auth/password.ts'
import { startupAccounts, type StartupAccounts } from '../../src/server/features/auth/setup.ts'
import { createUsersRepository } from '../../src/server/features/auth/users.repository.ts'
import { createReadiness } from '../../src/server/features/health/readiness.ts'
import type { Meters } from '../../src/server/features/metrics/meters.ts'
import type { Endpoint } from '../../src/server/http/endpoint.ts'
import type { Logger } from '../../src/server/lib/logger.ts'
import type { AppRuntime } from '../../src/server/state/app-runtime.ts'
import { createMemoryState } from '../../src/server/state/memory/memory-state.ts'
import type { StateProvider } from '../../src/server/state/state-provider.ts'
import type { Role } from '../../src/shared/session.ts'

export const PASSWORD = 'correct horse battery staple'
const passwords = createPasswords()
const hashOfPassword = passwords.hash(PASSWORD)

export type Agent = ReturnType<typeof request.agent>

export interface TestApp {
  readonly app: Express
  readonly db: Db
  readonly state: StateProvider<AppRuntime>
  readonly endpoints: readonly Endpoint[]
  readonly accounts: StartupAccounts
  /** Everything that was logged, parsed. */
  readonly logged: ReadonlyArray<Record<string, unknown>>
  /** A browser that has no session; it keeps its cookies. */
  browser(): Agent
  /** A browser whose user, named like the role unless said, has just signed in with PASSWORD. */
  signedIn(role: Role, username?: string): Promise<Agent>
  /** Their password is PASSWORD. Does nothing where the name is taken. */
  addUser(role: Role, username?: string): Promise<void>
  close(): Promise<void>
}

export interface TestAppOptions extends Partial<
  Pick<
    AppDeps,
    'publicUrl' | 'trustProxy' | 'webRoot' | 'readiness' | 'isDraining' | 'sessionSecrets' | 'now'
  >
> {
  readonly metrics?: (parts: { db: Db; state: StateProvider<AppRuntime> }) => AppDeps['metrics']
  /** To count what the limiter refuses. */
  readonly meters?: Meters
  /** Beside those of auth. */
  readonly endpoints?: (parts: {
    db: Db
    state: StateProvider<AppRuntime>
    log: Logger
  }) => readonly Endpoint[]
  readonly bansOf?: (address: string) => Promise<Array<{ host: string; jail: string }>>
  readonly setupToken?: string
  /** Those of another test app, which closes them: a second process on the same database and provider. */
  readonly shared?: Pick<TestApp, 'db' | 'state'>
}

/** The whole HTTP side on the memory provider and an empty database in memory. */
export async function createTestApp(options: TestAppOptions = {}): Promise<TestApp> {
  const { now = Date.now, isDraining = () => false } = options
  const { log, logged } = capturingLog()
  const { db, state: plain } = options.shared ?? (await openParts(now))
  const { meters } = options
  const state = meters ? { ...plain, limits: meters.watchLimits(plain.limits) } : plain
  const secrets = options.sessionSecrets ?? ['a secret for tests only, 32 bytes long']
  const auth = createAuthFeature({
    db,
    state,
    secrets,
    passwords,
    bansOf: options.bansOf ?? (async () => []),
    log,
    now,
  })
  const accounts = await startupAccounts({
    db,
    passwords,
    admin: undefined,
    setupToken: options.setupToken,
    now,
  })
  const endpoints = [...auth.endpoints, ...(options.endpoints?.({ db, state, log }) ?? [])]
  const metrics = options.metrics?.({ db, state })
  const app = createApp({
    log,
    state,
    findUser: auth.findUser,
    noteSeen: auth.noteSeen,
    endpoints,
    publicUrl: options.publicUrl,
    trustProxy: options.trustProxy ?? 0,
    sessionSecrets: secrets,
    webRoot: options.webRoot ?? tmpdir(),
    version: '0.0.0-test',
    readiness:
      options.readiness ??
      createReadiness({ version: '0.0.0-test', installation: '0a1b2c3d', checks: [], isDraining }),
    isDraining,
    ...(metrics && { metrics }),
    now,
  })
  const users = createUsersRepository(db)
  const api = `${options.publicUrl?.basePath ?? '/'}api/v1`

  async function addUser(role: Role, username: string = role): Promise<void> {
    await users.add({
      id: `id-of-${username}`,
      username,
      role,
      passwordHash: await hashOfPassword,
      createdAt: now(),
    })
  }

  return {
    app,
    db,
    state,
    endpoints,
    accounts,
    logged,
    addUser,
    browser: () => request.agent(app),
    async signedIn(role, username = role) {
      await addUser(role, username)
      const agent = request.agent(app)
      await agent.post(`${api}/session`).send({ username, password: PASSWORD }).expect(200)
      return agent
    },
    async close() {
      if (options.shared) return
      await state.stop(1_000)
      await db.destroy()
    },
  }
}

async function openParts(now: () => number): Promise<Pick<TestApp, 'db' | 'state'>> {
  const db = await openDatabase({ kind: 'sqlite', path: ':memory:' })
  const state = createMemoryState({ now, sessionArchive: noArchive })
  await state.start(new AbortController().signal)
  return { db, state }
}

function capturingLog(): { log: Logger; logged: Array<Record<string, unknown>> } {
  const logged: Array<Record<string, unknown>> = []
  const sink = new Writable({
    write(line, _encoding, done) {
      logged.push(JSON.parse(String(line)) as Record<string, unknown>)
      done()
    },
  })
  return { log: pino({ level: 'debug' }, sink), logged }
}

const noArchive = {
  loadAll: async () => [],
  save: async () => undefined,
  remove: async () => undefined,
  removeExpired: async () => undefined,
}
