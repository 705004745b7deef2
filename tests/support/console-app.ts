import { createConsole, type Console, type ConsoleDeps } from '../../src/server/console.ts'
import { createUsersRepository } from '../../src/server/features/auth/users.repository.ts'
import type { EventStreamDeps } from '../../src/server/features/events/event-stream.ts'
import type { Command, CommandReply } from '../../src/shared/command.ts'
import { Command as CommandSchema } from '../../src/shared/command.ts'
import type { BanFact, FeedChange } from '../../src/shared/feed.ts'
import type { HostSnapshot } from '../../src/shared/host.ts'
import type { Jail } from '../../src/shared/jail.ts'
import { createTestApp, type TestApp, type TestAppOptions } from './test-app.ts'

export type Script = (command: Command) => CommandReply | Promise<CommandReply>

/** The console with an agent of ours in fail2ban's place: it answers commands as scripted and tells of bans as told. */
export interface ConsoleApp extends TestApp {
  readonly console: Console
  /** Commands that reached the agent. */
  readonly commands: readonly Command[]
  /** Answers commands from now on. */
  answer(script: Script): void
  /** Takes the agent away: nobody serves commands any more. */
  removeAgent(): Promise<void>
  /** Describes the host; `more` replaces parts of its description. */
  publish(jails: readonly Jail[], more?: Partial<HostSnapshot['host']>): Promise<void>
  /** Lets the agent tell of changes; resolves once they are in the database. */
  tell(...changes: FeedChange[]): Promise<void>
}

export interface ConsoleAppOptions extends Omit<TestAppOptions, 'endpoints' | 'bansOf'> {
  readonly streams?: Pick<EventStreamDeps, 'timing' | 'limits'>
  readonly fixedSettings?: ConsoleDeps['fixedSettings']
  readonly environment?: ConsoleDeps['environment']
}

export async function createConsoleApp(options: ConsoleAppOptions = {}): Promise<ConsoleApp> {
  const { now = Date.now, streams } = options
  let made: Console | undefined
  const runs: Array<Promise<void>> = []
  const test = await createTestApp({
    ...options,
    endpoints: ({ db, state, log }) => {
      const users = createUsersRepository(db)
      made = createConsole({
        db,
        state,
        host: 'local',
        fixedSettings: options.fixedSettings ?? {},
        environment: options.environment ?? [],
        findUser: (id) => users.findById(id),
        trigger: async (name) => void runs.push(runJob(made, name)),
        log,
        now,
        ...(streams && { streams }),
      })
      return made.endpoints
    },
    bansOf: async (address) => made?.bansOf(address) ?? [],
  })
  if (!made) throw new Error('the app made no endpoints')
  const console_ = made
  await console_.ingest.start()
  await console_.events.start()
  const commands: Command[] = []
  let script: Script = () => ({ ok: true })
  const removeAgent = await test.state.requests.serve('agent/local', async (payload) => {
    const command = CommandSchema.parse(payload)
    commands.push(command)
    return script(command)
  })
  let seq = 0
  return {
    ...test,
    console: console_,
    commands,
    removeAgent,
    answer: (next) => void (script = next),
    async publish(jails, more = {}) {
      const host = {
        id: 'local',
        online: true,
        version: '1.0.2',
        asOf: new Date(now()).toISOString(),
        database: 'ok' as const,
        currentlyBanned: jails.reduce((sum, jail) => sum + jail.currentlyBanned, 0),
        jailCount: jails.length,
        ...more,
      }
      await test.state.runtime.set('host/local', { host, jails: [...jails] })
    },
    async tell(...changes) {
      for (let from = 0; from < changes.length; from += 500) {
        seq += 1
        const batch = { host: 'local', epoch: 'test', seq, changes: changes.slice(from, from + 500) }
        await test.state.requests.send('ingest/local', batch, { id: `tell-${seq}`, timeoutMs: 10_000 })
      }
    },
    async close() {
      await Promise.all(runs)
      console_.events.stop()
      await console_.ingest.stop()
      await test.close()
    },
  }
}

/** As a scheduler does. */
async function runJob(console_: Console | undefined, name: string): Promise<void> {
  const { signal } = new AbortController()
  await console_?.jobs
    .find((job) => job.name === name)
    ?.run({ slot: 0, attempt: 1, fence: 1, signal, payload: null })
}

export function jail(name: string, more: Partial<Jail> = {}): Jail {
  return {
    name,
    state: 'active',
    currentlyBanned: 0,
    totalBanned: 0,
    currentlyFailed: 0,
    totalFailed: 0,
    sources: [`/var/log/${name}.log`],
    bantimeSeconds: 600,
    findtimeSeconds: 600,
    maxretry: 5,
    ...more,
  }
}

/** Noon of a day, when bans happen here unless said. */
export const NOON = Date.parse('2026-11-23T12:00:00Z')

export function fact(ip: string, more: Partial<BanFact> = {}): BanFact {
  return {
    jail: 'sshd',
    ip,
    bannedAt: NOON,
    expiresAt: NOON + 600_000,
    banCount: 1,
    reason: { failures: 3, matches: [`Failed password from ${ip}`] },
    ...more,
  }
}

export function ban(ip: string, more: Partial<BanFact> = {}): FeedChange {
  return { kind: 'ban', ...fact(ip, more) }
}

export function unban(ip: string, jailName = 'sshd'): FeedChange {
  return { kind: 'unban', jail: jailName, ip, at: NOON + 60_000, cause: 'lifted' }
}
