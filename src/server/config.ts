import { availableParallelism } from 'node:os'
import { readFileSync } from 'node:fs'
import type { EnvironmentSetting } from '../shared/settings.ts'
import type { PathMap } from './fail2ban/path-map.ts'
import type { FixedSettings } from './features/settings/settings.service.ts'
import { messageOf } from './lib/errors.ts'
import type { LogLevel } from './lib/logger.ts'
import { redisTargetOf, type RedisTarget } from './state/redis/redis-target.ts'
import { SETTINGS, type SettingName, type SettingValue } from './settings.ts'

export type Role = 'web' | 'jobs' | 'agent'

export interface PublicUrl {
  /** Scheme, host and port, as a browser sends them in `Origin`. */
  readonly origin: string
  /** Begins and ends with a slash. */
  readonly basePath: string
  readonly secure: boolean
}

/** Everything a process needs to know, parsed once; a combination that cannot work cannot be written. */
export interface Config {
  readonly state:
    | { readonly kind: 'memory' }
    | { readonly kind: 'redis'; readonly target: RedisTarget; readonly allowEviction: boolean }
  readonly workers: number
  /** The variable that asked for this number of workers. */
  readonly workersFrom: 'BANGUI_WORKERS' | 'WEB_CONCURRENCY'
  readonly roles: ReadonlySet<Role>
  readonly hostId: string
  readonly listen: { readonly host: string; readonly port: number }
  readonly publicUrl: PublicUrl | undefined
  /** Number of proxies in front, or their networks; 0 trusts nobody. */
  readonly trustProxy: number | readonly string[]
  readonly database: { readonly kind: 'sqlite'; readonly path: string }
  /** Undefined: generated once and kept in the database. The first one signs. */
  readonly sessionSecrets: readonly [string, ...string[]] | undefined
  readonly setupToken: string | undefined
  readonly admin: { readonly username: string; readonly password: string } | undefined
  readonly fail2ban: {
    readonly socket: string
    readonly configDir: string
    /** Undefined: ask the server. */
    readonly database: string | undefined
    readonly pathMap: PathMap
  }
  /** What the console’s own settings are fixed to. */
  readonly fixedSettings: FixedSettings
  /** Every setting as it was given, in the order of the documentation. Never holds the value of a secret. */
  readonly environment: readonly EnvironmentSetting[]
  /** Undefined: switched off. With a token, only whoever brings it is answered. */
  readonly metrics: { readonly token: string | undefined } | undefined
  readonly log: { readonly level: LogLevel; readonly format: 'json' | 'pretty' }
  /** Not mistakes, but worth a line in the log. */
  readonly warnings: readonly string[]
}

/** All that is wrong with the settings, each with its remedy. Never holds the value of a secret. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
  readonly mistakes: readonly string[]
  constructor(mistakes: readonly string[]) {
    super(
      [
        'BanGUI cannot start, its settings need a look:',
        ...mistakes.map((mistake) => `  ${mistake}`),
        'See docs/configuration.md.',
      ].join('\n'),
    )
    this.mistakes = mistakes
  }
}

export type Environment = Readonly<Record<string, string | undefined>>

type Values = { readonly [Name in SettingName]: SettingValue<Name> }

/** Reads all settings; throws ConfigError with every mistake at once. An empty variable counts as unset. */
export function loadConfig(env: Environment, onTerminal: boolean): Config {
  const mistakes: string[] = []
  const environment: EnvironmentSetting[] = []
  const values = Object.fromEntries(
    Object.entries(SETTINGS).map(([name, setting]) => {
      const text = textOf(env, name, setting.secret, mistakes)
      environment.push(environmentSetting(env, name, setting, text))
      if (text === undefined) return [name, setting.fallback]
      const parsed = setting.schema.safeParse(text)
      if (parsed.success) return [name, parsed.data]
      const problems = parsed.error.issues.map((issue) => issue.message.replace(/\.$/, ''))
      const given = setting.secret ? '' : ` (it is ${JSON.stringify(shorten(text))})`
      mistakes.push(`${name}: ${problems.join(', and ')}${given}.`)
      return [name, setting.fallback]
    }),
  ) as Values
  const config = { ...assemble(values, mistakes, onTerminal, env), environment }
  if (mistakes.length > 0) throw new ConfigError(mistakes)
  return config
}

function textOf(env: Environment, name: string, secret: boolean, mistakes: string[]): string | undefined {
  const direct = nonEmpty(env[name])
  const path = secret ? nonEmpty(env[`${name}_FILE`]) : undefined
  if (path === undefined) return direct
  if (direct !== undefined) {
    mistakes.push(`${name} and ${name}_FILE are both set. Remove one of them.`)
    return direct
  }
  try {
    const text = nonEmpty(readFileSync(path, 'utf8').replace(/\r?\n$/, ''))
    if (text === undefined)
      mistakes.push(`${name}_FILE names an empty file (${path}). Write the secret into it.`)
    return text
  } catch (error) {
    mistakes.push(`${name}_FILE cannot be read: ${messageOf(error)}. Check the path and its permissions.`)
    return undefined
  }
}

/** For whoever wants to know later what this process was started with. */
function environmentSetting(
  env: Environment,
  name: string,
  { secret, fallbackText, summary }: (typeof SETTINGS)[SettingName],
  text: string | undefined,
): EnvironmentSetting {
  const direct = nonEmpty(env[name])
  const source = text === undefined ? 'default' : direct === undefined ? 'file' : 'environment'
  const value = text === undefined ? /^`([^`]+)`$/.exec(fallbackText)?.[1] : withoutCredentials(text)
  // What is documented is no secret.
  const isShown = (!secret || text === undefined) && value !== undefined
  return { name, source, secret, ...(isShown && { value }), summary }
}

function assemble(
  values: Values,
  mistakes: string[],
  onTerminal: boolean,
  env: Environment,
): Omit<Config, 'environment'> {
  const workers = workersOf(values)
  const config: Omit<Config, 'environment'> = {
    state: stateOf(values, mistakes),
    ...workers,
    roles: new Set(values.BANGUI_ROLES),
    hostId: values.BANGUI_HOST,
    listen: { host: values.HOST, port: values.PORT },
    publicUrl: values.PUBLIC_URL,
    trustProxy: values.TRUST_PROXY,
    database: values.DATABASE_URL,
    sessionSecrets: values.SESSION_SECRET,
    setupToken: values.BANGUI_SETUP_TOKEN,
    admin: adminOf(values, mistakes),
    fail2ban: {
      socket: values.FAIL2BAN_SOCKET,
      configDir: values.FAIL2BAN_CONFIG_DIR,
      database: values.FAIL2BAN_DB,
      pathMap: values.FAIL2BAN_PATH_MAP,
    },
    fixedSettings: fixedSettingsOf(values),
    metrics: values.BANGUI_METRICS === 'on' ? { token: values.BANGUI_METRICS_TOKEN } : undefined,
    log: { level: values.LOG_LEVEL, format: values.LOG_FORMAT ?? (onTerminal ? 'pretty' : 'json') },
    warnings: warningsOf(values, env),
  }
  if (values.STATE_BACKEND === 'memory' && config.roles.size < 3) {
    mistakes.push(
      'BANGUI_ROLES leaves out a role although STATE_BACKEND=memory keeps everything inside this one process, so nobody else could take it. Remove BANGUI_ROLES, or set STATE_BACKEND=redis and REDIS_URL.',
    )
  }
  return config
}

function fixedSettingsOf(values: Values): FixedSettings {
  const links = values.BANGUI_LOOKUP_LINKS
  return {
    timeZone: values.BANGUI_TIME_ZONE,
    historyDays: values.BANGUI_HISTORY_DAYS,
    lookupLinks: links === undefined ? undefined : links === 'on',
  }
}

function stateOf(values: Values, mistakes: string[]): Config['state'] {
  if (values.STATE_BACKEND === 'memory') return { kind: 'memory' }
  const redis = redisTargetOf({
    url: values.REDIS_URL,
    sentinels: values.REDIS_SENTINELS,
    masterName: values.REDIS_MASTER_NAME,
    sentinelPassword: values.REDIS_SENTINEL_PASSWORD,
    clusterNodes: values.REDIS_CLUSTER_NODES,
    ca: certificateOf(values.REDIS_CA_FILE, mistakes),
  })
  if ('target' in redis) {
    return { kind: 'redis', target: redis.target, allowEviction: values.BANGUI_ALLOW_EVICTION === '1' }
  }
  mistakes.push(...redis.mistakes)
  return { kind: 'memory' }
}

function certificateOf(path: string | undefined, mistakes: string[]): string | undefined {
  try {
    return path === undefined ? undefined : readFileSync(path, 'utf8')
  } catch (error) {
    mistakes.push(`REDIS_CA_FILE cannot be read: ${messageOf(error)}. Check the path and its permissions.`)
    return undefined
  }
}

function workersOf(values: Values): Pick<Config, 'workers' | 'workersFrom'> {
  const workersFrom =
    values.BANGUI_WORKERS === undefined && values.WEB_CONCURRENCY !== undefined
      ? 'WEB_CONCURRENCY'
      : 'BANGUI_WORKERS'
  const asked = values.BANGUI_WORKERS ?? values.WEB_CONCURRENCY ?? 1
  return { workers: asked === 'auto' ? availableParallelism() : asked, workersFrom }
}

function adminOf(values: Values, mistakes: string[]): Config['admin'] {
  const { BANGUI_ADMIN_USER: username, BANGUI_ADMIN_PASSWORD: password } = values
  if (username !== undefined && password !== undefined) return { username, password }
  if (username !== undefined) {
    mistakes.push('BANGUI_ADMIN_USER is set without BANGUI_ADMIN_PASSWORD. Set both, or neither.')
  }
  if (password !== undefined) {
    mistakes.push('BANGUI_ADMIN_PASSWORD is set without BANGUI_ADMIN_USER. Set both, or neither.')
  }
  return undefined
}

function warningsOf(values: Values, env: Environment): string[] {
  const known = new Set(Object.keys(SETTINGS).flatMap((name) => [name, `${name}_FILE`]))
  const warnings = Object.keys(env)
    .filter((name) => name.startsWith('BANGUI_') && !known.has(name))
    .map((name) => `${name} is not a setting of BanGUI; see docs/configuration.md for the names.`)
  if (values.STATE_BACKEND === 'memory' && values.REDIS_URL !== undefined) {
    warnings.push('REDIS_URL is set but not used: STATE_BACKEND is memory.')
  }
  if (values.TRUST_PROXY !== 0 && values.PUBLIC_URL === undefined) {
    warnings.push('TRUST_PROXY is set without PUBLIC_URL: cookies are sent without Secure.')
  }
  return warnings
}

function nonEmpty(text: string | undefined): string | undefined {
  return text === undefined || text.trim() === '' ? undefined : text.trim()
}

/** Fit for a message: short, and without the credentials a URL may carry. */
function shorten(text: string): string {
  const bare = withoutCredentials(text)
  return bare.length > 60 ? `${bare.slice(0, 60)}…` : bare
}

function withoutCredentials(text: string): string {
  return text.replaceAll(/\/\/[^/]*@/g, '//…@')
}

/** docs/configuration.md, made from the settings themselves. */
export function configurationMarkdown(): string {
  const rows = Object.entries(SETTINGS).map(
    ([name, setting]) =>
      `| \`${name}\`${setting.secret ? ' ¹' : ''} | ${setting.fallbackText} | ${setting.summary} |`,
  )
  return [
    '# Settings',
    '',
    'All settings are environment variables. An empty one counts as unset. Every mistake is listed at once when BanGUI starts,',
    'which then exits with status 78. This page is generated from `src/server/settings.ts` by `npm run docs`.',
    '',
    '| Setting | Default | Meaning |',
    '|---|---|---|',
    ...rows,
    '',
    '¹ A secret: never written to a log. `NAME_FILE` names a file that holds it, instead of `NAME`.',
    '',
    '## Exit status',
    '',
    '| Status | Meaning |',
    '|---|---|',
    '| 0 | stopped as asked |',
    '| 64 | the command line is not understood |',
    '| 78 | the settings, or Node.js, are not what BanGUI needs; starting again will not help |',
    '| 69 | a service BanGUI needs did not answer in time |',
    '| 75 | another process holds the database’s instance lease |',
    '| 1 | anything else |',
    '',
  ].join('\n')
}
