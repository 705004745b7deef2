import type { OfflineReason } from '../../shared/host.ts'
import type { BantimeIncrement } from '../../shared/jail.ts'

/** fail2ban could not be reached or did not answer. Nothing is known about the effect of a command that was on its way. */
export class Fail2banUnavailable extends Error {
  override readonly name = 'Fail2banUnavailable'
  readonly reason: Exclude<OfflineReason, 'starting' | 'agent-missing'>
  constructor(reason: Fail2banUnavailable['reason'], message: string, options?: ErrorOptions) {
    super(message, options)
    this.reason = reason
  }
}

/**
 * fail2ban answered with an exception. Texts differ between versions: branch on `exception` alone. What fail2ban would not
 * check itself (an address, a jail's name, a number, a stream) is refused the same way before anything is sent:
 * `ValueError`, or `ConfigurationError` for a stream.
 */
export class Fail2banRefused extends Error {
  override readonly name = 'Fail2banRefused'
  /** Python class without its module, such as `UnknownJailException`; `protocol` for a bare ERROR text. */
  readonly exception: string
  readonly args: readonly unknown[]
  constructor(exception: string, message: string, args: readonly unknown[] = []) {
    super(message)
    this.exception = exception
    this.args = args
  }
}

/** `status J short` of one jail. */
export interface JailStatus {
  readonly name: string
  readonly currentlyFailed: number
  readonly totalFailed: number
  readonly currentlyBanned: number
  readonly totalBanned: number
  /** Log files, or journal matches. */
  readonly sources: readonly string[]
  readonly sourceKind: 'files' | 'journal'
}

export interface JailSettings {
  /** Seconds; -1 is permanent. */
  readonly bantimeSeconds: number
  readonly findtimeSeconds: number
  readonly maxretry: number
}

/** What is of interest only when one jail is looked at; absent where the server is too old to tell. */
export interface JailRules {
  readonly usedns?: string | undefined
  readonly maxmatches?: number | undefined
  readonly maxlines?: number | undefined
  readonly failregex: readonly string[]
  readonly ignoreregex: readonly string[]
  readonly increment?: BantimeIncrement | undefined
}

/**
 * The whole vocabulary BanGUI uses towards a fail2ban-server, in its own words, over one persistent connection. Arguments
 * must be canonical (see shared/ip.ts) and come from a validated command. Rejects with Fail2banUnavailable or
 * Fail2banRefused only.
 */
export interface Fail2banClient {
  ping(): Promise<void>
  version(): Promise<string>
  jailNames(): Promise<string[]>
  jailStatus(jail: string): Promise<JailStatus>
  jailSettings(jail: string): Promise<JailSettings>
  jailRules(jail: string): Promise<JailRules>
  ignoreip(jail: string): Promise<{ entries: string[]; ignoreself: boolean }>
  actions(jail: string): Promise<string[]>
  /** Entries banned in the jail, as fail2ban spells them. */
  bannedIn(jail: string): Promise<string[]>
  /** Entry and its ban time in seconds (-1 permanent); costs fail2ban about four times `bannedIn`. */
  bannedWithTimes(jail: string): Promise<Array<{ ip: string; bantimeSeconds: number }>>
  /** For each entry whether exactly it is banned. */
  areBanned(jail: string, entries: readonly string[]): Promise<boolean[]>
  /** Adds bans; returns how many were new. Chunks and yields, so that other clients wait less than 50 ms. */
  ban(jail: string, entries: readonly string[]): Promise<number>
  /**
   * Lifts bans; returns how many there were. Entries must be exactly as listed. A network that is not banned as such is
   * left alone, and so are the addresses inside it.
   */
  unban(jail: string, entries: readonly string[]): Promise<number>
  stopJail(jail: string): Promise<void>
  setIdle(jail: string, idle: boolean): Promise<void>
  setBantime(jail: string, seconds: number): Promise<void>
  setFindtime(jail: string, seconds: number): Promise<void>
  setMaxretry(jail: string, count: number): Promise<void>
  addIgnoreip(jail: string, entries: readonly string[]): Promise<void>
  /** All are tried; what was not there is refused (`ValueError`) in the end. */
  removeIgnoreip(jail: string, entries: readonly string[]): Promise<void>
  /** Path of fail2ban's database as its server sees it; undefined when it keeps none. */
  databasePath(): Promise<string | undefined>
  /** Where fail2ban writes its own log: a path as its server sees it, or a word such as STDOUT or SYSTEMD-JOURNAL. */
  logTarget(): Promise<string>
  /** Replaces one running jail with what the stream says; see jail-stream.ts for how a safe one is made. */
  reloadJail(jail: string, stream: readonly ConfigCommand[]): Promise<void>
  /** Brings up a jail that does not run (else `DuplicateJailException`). When refused, what was begun is removed again. */
  startJail(jail: string, stream: readonly ConfigCommand[]): Promise<void>
  close(): Promise<void>
}

/** One line of what fail2ban-client itself would send for a configuration: nested lists of plain values. */
export type ConfigCommand = readonly ConfigValue[]
export type ConfigValue = string | number | boolean | null | readonly ConfigValue[]
