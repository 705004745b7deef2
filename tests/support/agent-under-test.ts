import { pino } from 'pino'
import { createAgent, type Agent, type AgentDeps } from '../../src/server/agent/agent.ts'
import { openDatabase, type Db } from '../../src/server/db/database.ts'
import { createFail2banClient } from '../../src/server/fail2ban/socket-client.ts'
import { createBanFeedRepository } from '../../src/server/features/bans/ban-feed.repository.ts'
import { createBanIngest, type BanIngest } from '../../src/server/features/bans/ban-ingest.ts'
import type { AppRuntime } from '../../src/server/state/app-runtime.ts'
import { createMemoryState } from '../../src/server/state/memory/memory-state.ts'
import type { StateProvider } from '../../src/server/state/state-provider.ts'
import { CommandReply, type Command } from '../../src/shared/command.ts'
import type { HostSnapshot } from '../../src/shared/host.ts'
import { startFail2ban, type Fail2banOptions, type Fail2banServer } from './fail2ban-server.ts'
import { waitFor } from './wait-for.ts'

/** An agent next to a real fail2ban, and the console's database that it feeds. */
export interface AgentUnderTest {
  readonly fail2ban: Fail2banServer
  readonly db: Db
  readonly state: StateProvider<AppRuntime>
  readonly agent: Agent
  readonly ingest: BanIngest
  /** Sends a command as the web role does. */
  command(command: Command): Promise<CommandReply>
  snapshot(): HostSnapshot | undefined
  /** What the console takes for banned in a jail, in order. */
  active(jail?: string): Promise<string[]>
  /** What fail2ban-client lists. */
  listed(jail?: string): Promise<string[]>
  /**
   * Waits until both are the same and fail2ban's counters say so too, at most two seconds, beginning when fail2ban's list
   * is as `expected`.
   */
  agreesOn(expected: readonly string[], jail?: string): Promise<void>
  /** The archive, `ban sshd 192.0.2.1`, oldest first. */
  archive(): Promise<string[]>
  /** Replaces the agent by a new one, as a restart of the console would. */
  restartAgent(): Promise<void>
  stop(): Promise<void>
}

/** How far behind fail2ban the console may be. */
const LAG_MS = 2_000

export interface AgentUnderTestOptions extends Fail2banOptions {
  readonly agent?: Partial<AgentDeps>
  /** Runs before the agent starts. */
  readonly before?: (fail2ban: Fail2banServer) => Promise<unknown>
}

export async function startAgentUnderTest(options: AgentUnderTestOptions = {}): Promise<AgentUnderTest> {
  const log = pino({ level: process.env['TEST_LOG'] ?? 'silent' })
  const fail2ban = await startFail2ban(options)
  await options.before?.(fail2ban)
  const db = await openDatabase({ kind: 'sqlite', path: ':memory:' })
  const state = createMemoryState({ now: Date.now, sessionArchive: noArchive })
  await state.start(new AbortController().signal)
  const ingest = createBanIngest({ repository: createBanFeedRepository(db), state, host: 'local', log })
  await ingest.start()
  const openAgent = (): Agent =>
    createAgent({
      host: 'local',
      instanceId: 'test',
      socketPath: fail2ban.socket,
      configDir: fail2ban.configDir,
      openClient: () =>
        createFail2banClient({
          socketPath: fail2ban.socket,
          requestTimeoutMs: 5_000,
          backoffMs: { first: 50, longest: 500 },
        }),
      state,
      log,
      ...options.agent,
    })
  let agent = openAgent()
  agent.start()
  let commands = 0

  async function active(jail = 'sshd'): Promise<string[]> {
    const rows = await db.selectFrom('active_bans').select('ip').where('jail', '=', jail).execute()
    return rows.map((row) => row.ip).toSorted()
  }

  async function listed(jail = 'sshd'): Promise<string[]> {
    const output = await fail2ban.client('get', jail, 'banip', '\n')
    return output
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line !== '')
      .toSorted()
  }

  const same = (a: readonly string[], b: readonly string[]) =>
    a.length === b.length && a.every((x, i) => x === b[i])

  return {
    fail2ban,
    db,
    state,
    ingest,
    get agent() {
      return agent
    },
    async command(command) {
      commands += 1
      const options = { id: `command-${commands}`, timeoutMs: 30_000 }
      return CommandReply.parse(await state.requests.send('agent/local', command, options))
    },
    snapshot: () => state.runtime.get('host/local')?.value,
    active,
    listed,
    async agreesOn(expected, jail = 'sshd') {
      const sorted = expected.toSorted()
      await waitFor(async () => same(await listed(jail), sorted), {
        what: `fail2ban to list ${sorted.join()}`,
      })
      await waitFor(async () => same(await active(jail), sorted), {
        what: `the console to show ${sorted.length} bans of ${jail}`,
        timeoutMs: LAG_MS,
      })
      const counted = await db
        .selectFrom('active_ban_counts')
        .select('count')
        .where('jail', '=', jail)
        .executeTakeFirst()
      const now = await active(jail)
      if ((counted?.count ?? 0) !== now.length)
        throw new Error(`${counted?.count} counted, ${now.length} there`)
    },
    async archive() {
      const rows = await db.selectFrom('ban_events').selectAll().orderBy('id').execute()
      return rows.map(
        (row) => `${row.kind} ${row.jail} ${row.ip}${row.cause === null ? '' : ` ${row.cause}`}`,
      )
    },
    async restartAgent() {
      await agent.stop()
      agent = openAgent()
      agent.start()
    },
    async stop() {
      await agent.stop()
      await ingest.stop()
      await state.stop(1_000)
      await db.destroy()
      await fail2ban.stop()
    },
  }
}

const noArchive = {
  loadAll: async () => [],
  save: async () => undefined,
  remove: async () => undefined,
  removeExpired: async () => undefined,
}
