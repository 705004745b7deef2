import type { z } from 'zod'
import { listedIp, parseIgnoreip, parseIp, type IpParseResult } from '../../shared/ip.ts'
import { checkJailStream } from './config-stream.ts'
import { Connection, type ConnectionOptions } from './connection.ts'
import { Fail2banRefused, type Fail2banClient } from './fail2ban-client.ts'
import { protocolError } from './faults.ts'
import { readJailRules } from './jail-rules.ts'
import { createPacer } from './pacer.ts'
import type { Sendable } from './protocol/pickle-encoder.ts'
import {
  Anything,
  Count,
  DatabasePath,
  Entries,
  Flag,
  IgnoreList,
  JailList,
  JailReport,
  Ok,
  Pong,
  Seconds,
  Text,
  TimedBans,
  Verdicts,
} from './replies.ts'

export interface Fail2banClientOptions extends ConnectionOptions {
  /** For an answer that fail2ban only has to look up. */
  readonly requestTimeoutMs: number
  /** For what runs actions or starts and stops a jail; 30 s unless given. */
  readonly workTimeoutMs?: number
}

type Ask = <T>(schema: z.ZodType<T>, command: readonly Sendable[], timeoutMs?: number) => Promise<T>

/** The client of a real fail2ban-server over its socket. Whoever holds it is root; nothing but what the interface names is sent. */
export function createFail2banClient(options: Fail2banClientOptions): Fail2banClient {
  const { requestTimeoutMs, workTimeoutMs = 30_000 } = options
  const connection = new Connection(options)

  const ask: Ask = async (schema, command, timeoutMs = requestTimeoutMs) => {
    const reply = schema.safeParse(await connection.request(command, timeoutMs))
    if (reply.success) return reply.data
    const fault = protocolError(
      options.socketPath,
      `“${command.slice(0, 3).join(' ')}” brought something else`,
    )
    connection.drop(fault)
    throw fault
  }
  const jailNames = (): Promise<string[]> => ask(JailList, ['status'])
  const work = <T>(schema: z.ZodType<T>, command: readonly Sendable[]): Promise<T> =>
    ask(schema, command, workTimeoutMs)

  return {
    ping: async () => void (await ask(Pong, ['ping'])),
    version: () => ask(Text, ['version']),
    jailNames,
    jailStatus: async (jail) => ({
      name: jail,
      // Servers that do not know the flavour `short` answer with everything.
      ...(await ask(JailReport, ['status', jailArgument(jail), 'short'])),
    }),
    ...settings(ask),
    ...bans(ask, work),
    stopJail: async (jail) => void (await work(Anything, ['stop', jailArgument(jail)])),
    logTarget: () => ask(Text, ['get', 'logtarget']),
    databasePath: async () => (await ask(DatabasePath, ['get', 'dbfile'])) ?? undefined,
    async reloadJail(jail, stream) {
      const commands = checkJailStream(jailArgument(jail), stream)
      const refusal = await work(Ok, ['reload', jail, [], commands]).then(
        () => undefined,
        (error: unknown) => {
          if (!(error instanceof Fail2banRefused) || error.exception === 'UnknownJailException') throw error
          return error
        },
      )
      if ((await jailNames()).includes(jail)) {
        if (refusal) throw refusal
        return
      }
      // fail2ban ends a jail whose reload fails.
      throw new Fail2banRefused(
        'ConfigurationError',
        `${refusal?.message ?? 'The reload failed.'} The jail “${jail}” is gone with this, and its bans are lifted: correct its configuration, then start it.`,
      )
    },
    async startJail(jail, stream) {
      const [add = [], ...rest] = checkJailStream(jailArgument(jail), stream)
      // On its own: when the jail exists this fails, and nothing may be cleaned up.
      await work(Anything, add).catch(async (error: unknown) => {
        if (!(error instanceof Fail2banRefused) || !(await jailNames()).includes(jail)) throw error
        throw new Fail2banRefused('DuplicateJailException', `The jail “${jail}” runs already.`)
      })
      try {
        await work(Anything, ['server-stream', rest])
      } catch (error) {
        if (error instanceof Fail2banRefused) await work(Anything, ['stop', jail])
        throw error
      }
    },
    close: async () => connection.close(),
  }
}

type Settings = Pick<
  Fail2banClient,
  | 'jailSettings'
  | 'jailRules'
  | 'ignoreip'
  | 'actions'
  | 'setIdle'
  | 'setBantime'
  | 'setFindtime'
  | 'setMaxretry'
  | 'addIgnoreip'
  | 'removeIgnoreip'
>

function settings(ask: Ask): Settings {
  const get = async <T>(schema: z.ZodType<T>, jail: string, name: string): Promise<T> =>
    ask(schema, ['get', jailArgument(jail), name])
  const set = async (jail: string, name: string, value: string | number): Promise<void> => {
    await ask(Anything, ['set', jailArgument(jail), name, value])
  }
  return {
    async jailSettings(jail) {
      const [bantimeSeconds, findtimeSeconds, maxretry] = await Promise.all([
        get(Seconds, jail, 'bantime'),
        get(Seconds, jail, 'findtime'),
        get(Count, jail, 'maxretry'),
      ])
      return { bantimeSeconds, findtimeSeconds, maxretry }
    },
    jailRules: (jail) => readJailRules((schema, name) => get(schema, jail, name)),
    async ignoreip(jail) {
      const [entries, ignoreself] = await Promise.all([
        get(IgnoreList, jail, 'ignoreip'),
        get(Flag, jail, 'ignoreself'),
      ])
      return { entries, ignoreself }
    },
    actions: (jail) => get(Entries, jail, 'actions'),
    setIdle: (jail, idle) => set(jail, 'idle', idle ? 'on' : 'off'),
    setBantime: async (jail, seconds) => set(jail, 'bantime', seconds === -1 ? -1 : wholeNumber(seconds)),
    setFindtime: async (jail, seconds) => set(jail, 'findtime', wholeNumber(seconds)),
    setMaxretry: async (jail, count) => set(jail, 'maxretry', wholeNumber(count)),
    async addIgnoreip(jail, entries) {
      if (entries.length === 0) return
      await ask(Anything, ['set', jailArgument(jail), 'addignoreip', ...entries.map(ignorable)])
    },
    async removeIgnoreip(jail, entries) {
      let refused: unknown
      for (const entry of entries) {
        await set(jail, 'delignoreip', listed(entry)).catch((error: unknown) => {
          if (!(error instanceof Fail2banRefused)) throw error
          refused ??= error
        })
      }
      if (refused instanceof Error) throw refused
    },
  }
}

type Bans = Pick<Fail2banClient, 'bannedIn' | 'bannedWithTimes' | 'areBanned' | 'ban' | 'unban'>

function bans(ask: Ask, work: Ask): Bans {
  // A shell per address takes 4 to 5 ms: even the first command, before anything is learned, keeps others waiting 25 ms at most.
  const pacer = createPacer({ aimMs: 20, firstChunk: 5, maxChunk: 100, pauseMs: 4 })

  const bannedIn = async (jail: string): Promise<string[]> => {
    try {
      return await ask(Entries, ['get', jailArgument(jail), 'banned'])
    } catch (error) {
      // Before 0.10.6 and 0.11.2 there is only the list that fail2ban has to sort first.
      if (!isInvalidCommand(error)) throw error
      return ask(Entries, ['get', jailArgument(jail), 'banip'])
    }
  }
  /** fail2ban compares each entry with each ban, so questions about many are as heavy as commands. */
  const areBanned = async (jail: string, entries: readonly string[]): Promise<boolean[]> => {
    try {
      const chunks = await pacer.run(`${jail} banned`, entries, async (chunk) => {
        const verdicts = await ask(Verdicts, ['get', jailArgument(jail), 'banned', ...chunk])
        return chunk.map((_, index) => verdicts[index] === 1)
      })
      return chunks.flat()
    } catch (error) {
      if (!isInvalidCommand(error)) throw error
      const all = new Set(await bannedIn(jail))
      return entries.map((entry) => all.has(entry))
    }
  }
  const change = async (jail: string, verb: string, entries: readonly string[]): Promise<number> => {
    const counts = await pacer.run(`${jail} ${verb}`, entries, (chunk) =>
      work(Count, ['set', jailArgument(jail), verb, ...chunk]),
    )
    return counts.reduce((sum, count) => sum + count, 0)
  }

  return {
    bannedIn,
    bannedWithTimes: async (jail) => ask(TimedBans, ['get', jailArgument(jail), 'banip', '--with-time']),
    areBanned,
    ban: async (jail, entries) => change(jail, 'banip', entries.map(canonical)),
    async unban(jail, entries) {
      // A network or a name that is not banned as such would lift every ban inside it, or be looked up in DNS.
      const wide = entries.map(listed).filter((entry) => listedIp(entry)?.kind !== 'address')
      const verdicts = await areBanned(jail, wide)
      const skipped = new Set(wide.filter((_, index) => verdicts[index] !== true))
      const exact = entries.filter((entry) => !skipped.has(entry))
      return change(jail, 'unbanip', exact)
    },
  }
}

/** `set` and `get` take these for the server's own settings: `set logtarget banip …` would open a file called `banip`. */
const NOT_JAILS = new Set([
  'loglevel',
  'logtarget',
  'syslogsocket',
  'allowipv6',
  'thread',
  'dbfile',
  'dbmaxmatches',
  'dbpurgeage',
])

function jailArgument(jail: string): string {
  if (jail !== '' && !jail.startsWith('-') && !NOT_JAILS.has(jail)) return jail
  throw new Fail2banRefused('ValueError', `fail2ban cannot be asked about a jail called “${jail}”.`)
}

/** fail2ban checks no address: whatever it cannot parse it bans as a name. */
function canonical(entry: string): string {
  return spelledAsParsed(entry, parseIp(entry))
}

/** The same for its allow list, which takes wider networks. */
function ignorable(entry: string): string {
  return spelledAsParsed(entry, parseIgnoreip(entry))
}

function spelledAsParsed(entry: string, parsed: IpParseResult): string {
  if (parsed.ok && parsed.entry.text === entry) return entry
  throw new Fail2banRefused('ValueError', 'An address is not in fail2ban’s own spelling.')
}

/**
 * Something that fail2ban itself lists: an address or network in its own spelling, since a network spelled otherwise would
 * be taken for all that is inside it; or any text but one that it would read as an option.
 */
function listed(entry: string): string {
  const address = listedIp(entry)
  if (entry !== '' && !entry.startsWith('--') && (!address || address.text === entry)) return entry
  throw new Fail2banRefused('ValueError', 'An entry is not spelled as fail2ban lists it.')
}

/** Times as text would be evaluated as Python by fail2ban. */
function wholeNumber(value: number): number {
  if (Number.isInteger(value) && value >= 1 && value <= 0x7fffffff) return value
  throw new Fail2banRefused('ValueError', 'A setting must be a whole number of 1 or more.')
}

function isInvalidCommand(error: unknown): boolean {
  return error instanceof Fail2banRefused && error.exception === 'Exception'
}
