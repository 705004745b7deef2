import { BlockList, isIP } from 'node:net'
import { z } from 'zod'
import { HostId } from '../shared/host.ts'
import { NewPassword, Username } from '../shared/session.ts'
import { isTimeZone, LONGEST_HISTORY_DAYS } from '../shared/settings.ts'
import { parsePathMap, PathMapMistake, type PathMap } from './fail2ban/path-map.ts'

interface Setting<T> {
  /** Text to value; a message reads well after "NAME: ". */
  readonly schema: z.ZodType<T, string>
  readonly fallback: T
  /** For the documentation. */
  readonly fallbackText: string
  readonly summary: string
  readonly secret: boolean
}

function setting<T>(
  schema: z.ZodType<T, string>,
  fallback: NoInfer<T>,
  texts: { fallbackText: string; summary: string; secret?: true },
): Setting<T> {
  return {
    schema,
    fallback,
    fallbackText: texts.fallbackText,
    summary: texts.summary,
    secret: texts.secret ?? false,
  }
}

const text = z.string()
const optional = <T>(schema: z.ZodType<T, string>): z.ZodType<T | undefined, string> => schema

function wholeNumber(min: number, max: number): z.ZodType<number, string> {
  const message = `must be a whole number from ${min} to ${max}`
  return text
    .regex(/^\d{1,9}$/, message)
    .transform(Number)
    .refine((n) => n >= min && n <= max, message)
}

function oneOf<const T extends string>(...choices: T[]): z.ZodType<T, string> {
  return text.pipe(z.enum(choices, `must be ${choices.slice(0, -1).join(', ')} or ${choices.at(-1)}`))
}

const workerCount = text
  .regex(/^(?:auto|[1-9]\d{0,2})$/, 'must be a whole number of at least 1, or auto')
  .transform((value): number | 'auto' => (value === 'auto' ? 'auto' : Number(value)))

const roles = text
  .transform((value) => value.split(',').map((role) => role.trim()))
  .pipe(z.array(z.enum(['web', 'jobs', 'agent'], 'must be a comma list of web, jobs and agent')).min(1))

const publicUrl = text.transform((value, context) => {
  const url = URL.canParse(value) ? new URL(value) : undefined
  if (!url || !/^https?:$/.test(url.protocol) || url.search || url.hash || url.username || url.password) {
    context.addIssue('must be a plain http or https URL such as https://example.org/bangui/')
    return z.NEVER
  }
  const basePath = url.pathname.endsWith('/') ? url.pathname : `${url.pathname}/`
  return { origin: url.origin, basePath, secure: url.protocol === 'https:' }
})

const trustProxy = text.transform((value, context): number | string[] => {
  if (/^\d$/.test(value)) return Number(value)
  const networks = value.split(',').map((network) => network.trim())
  if (networks.every(isNetwork)) return networks
  context.addIssue(
    'must be the number of proxies in front (1 to 9) or a comma list of their networks such as 10.0.0.0/8; trusting everybody would let any client choose its address',
  )
  return z.NEVER
})

function isNetwork(value: string): boolean {
  const [address = '', prefix, ...rest] = value.split('/')
  const family = isIP(address)
  if (family === 0 || rest.length > 0) return false
  if (prefix === undefined) return true
  try {
    new BlockList().addSubnet(address, Number(prefix), family === 4 ? 'ipv4' : 'ipv6')
    return /^\d+$/.test(prefix)
  } catch {
    return false
  }
}

const databaseUrl = text.transform((value, context) => {
  const path = /^sqlite:(.+)$/.exec(value)?.[1]
  if (path === undefined) {
    context.addIssue('must be sqlite:PATH, for example sqlite:./data/bangui.db')
    return z.NEVER
  }
  return { kind: 'sqlite' as const, path }
})

const secrets = text
  .transform((value) => value.split(',').map((secret) => secret.trim()))
  .refine(
    (list) => list.every((secret) => Buffer.byteLength(secret) >= 32),
    'must hold at least 32 bytes in each of its comma-separated parts; make one with: openssl rand -hex 32',
  )
  .transform((list): [string, ...string[]] => [list[0] ?? '', ...list.slice(1)])

const absolutePath = text.regex(/^\//, 'must be an absolute path')

const pathMap = text.transform((value, context): PathMap => {
  try {
    return parsePathMap(value)
  } catch (error) {
    if (!(error instanceof PathMapMistake)) throw error
    context.addIssue(error.message)
    return z.NEVER
  }
})

const redisUrl = text.refine((value) => {
  const url = URL.canParse(value) ? new URL(value) : undefined
  return url !== undefined && /^rediss?:$/.test(url.protocol) && /^(?:\/\d{0,5})?$/.test(url.pathname)
}, 'must be redis://USER:PASSWORD@HOST:PORT/DB, or rediss:// for an encrypted connection')

function redisAddresses(defaultPort: number): z.ZodType<Array<{ host: string; port: number }>, string> {
  return text.transform((value, context) => {
    const addresses = value.split(',').map((part) => {
      const { host, v6, port } = /^(?:\[(?<v6>[\da-f:]+)\]|(?<host>[\w.-]+))(?::(?<port>\d{1,5}))?$/i.exec(
        part.trim(),
      )?.groups ?? { host: undefined, v6: undefined, port: undefined }
      return { host: v6 ?? host ?? '', port: Number(port ?? defaultPort) }
    })
    if (addresses.every(({ host, port }) => host !== '' && port > 0 && port < 65_536)) return addresses
    context.addIssue('must be a comma list of host:port, such as redis-1:26379,redis-2:26379')
    return z.NEVER
  })
}

/** Every setting there is, in the order of the documentation. */
export const SETTINGS = {
  STATE_BACKEND: setting(oneOf('memory', 'redis'), 'memory', {
    fallbackText: '`memory`',
    summary:
      'Where sessions, limits and the shared status are kept. `memory`: inside the one process. `redis`: shared by any number of processes.',
  }),
  REDIS_URL: setting(optional(redisUrl), undefined, {
    fallbackText: '–',
    summary:
      '`redis://` or `rediss://` (encrypted) with user, password and database; required with `redis`. With Sentinel or Cluster only user, password, database and encryption are taken from it.',
    secret: true,
  }),
  REDIS_CA_FILE: setting(optional(absolutePath), undefined, {
    fallbackText: 'the system’s authorities',
    summary: 'Certificate (PEM) of the authority that signed the one of Redis',
  }),
  REDIS_SENTINELS: setting(optional(redisAddresses(26_379)), undefined, {
    fallbackText: '–',
    summary: 'Sentinels that know the master: `host:port,host:port,…`',
  }),
  REDIS_MASTER_NAME: setting(
    optional(text.regex(/^[\w.-]+$/, 'must be a name of letters, digits, . _ -')),
    undefined,
    {
      fallbackText: '–',
      summary: 'Name of the master that the sentinels watch',
    },
  ),
  REDIS_SENTINEL_PASSWORD: setting(optional(text), undefined, {
    fallbackText: '–',
    summary: 'Password of the sentinels, where they have one',
    secret: true,
  }),
  REDIS_CLUSTER_NODES: setting(optional(redisAddresses(6_379)), undefined, {
    fallbackText: '–',
    summary: 'Some nodes of a Redis Cluster: `host:port,host:port,…`; it tells the others',
  }),
  BANGUI_ALLOW_EVICTION: setting(oneOf('0', '1'), '0', {
    fallbackText: '`0`',
    summary:
      '`1` accepts a Redis that throws keys away when its memory is full, which signs people out and loses jobs',
  }),
  BANGUI_WORKERS: setting(optional(workerCount), undefined, {
    fallbackText: '`1`',
    summary:
      'Worker processes: a whole number of at least 1, or `auto` (one per core). More than 1 needs `STATE_BACKEND=redis`.',
  }),
  WEB_CONCURRENCY: setting(optional(workerCount), undefined, {
    fallbackText: '–',
    summary: 'Set by some platforms; counts like `BANGUI_WORKERS` where that is unset',
  }),
  BANGUI_ROLES: setting(roles, ['web', 'jobs', 'agent'], {
    fallbackText: '`web,jobs,agent`',
    summary: 'What this process does. With `STATE_BACKEND=memory` it does everything.',
  }),
  BANGUI_HOST: setting(text.pipe(HostId), 'local', {
    fallbackText: '`local`',
    summary: 'Id of the fail2ban host that this process’s agent serves',
  }),
  HOST: setting(text.regex(/^[\w.:-]+$/, 'must be an address or a host name'), '127.0.0.1', {
    fallbackText: '`127.0.0.1`',
    summary: 'Address the HTTP server listens on',
  }),
  PORT: setting(wholeNumber(0, 65_535), 8080, {
    fallbackText: '`8080`',
    summary: 'Port the HTTP server listens on; 0 takes a free one and logs it',
  }),
  PUBLIC_URL: setting(optional(publicUrl), undefined, {
    fallbackText: '–',
    summary:
      'Address in the browser when a proxy stands in front, base path allowed: `https://example.org/bangui/`',
  }),
  TRUST_PROXY: setting(trustProxy, 0, {
    fallbackText: '–',
    summary:
      'Number of proxies in front, or a comma list of their networks. Without it forwarded addresses are ignored.',
  }),
  DATABASE_URL: setting(
    databaseUrl,
    { kind: 'sqlite', path: './data/bangui.db' },
    {
      fallbackText: '`sqlite:./data/bangui.db`',
      summary: '`sqlite:PATH`: BanGUI’s own database (not fail2ban’s)',
      secret: true,
    },
  ),
  SESSION_SECRET: setting(optional(secrets), undefined, {
    fallbackText: 'generated once, kept in the database',
    summary:
      'Signs the session cookie. A comma list of at least 32 bytes each: the first signs, the others are still accepted.',
    secret: true,
  }),
  BANGUI_SETUP_TOKEN: setting(optional(text.min(16, 'must have at least 16 characters')), undefined, {
    fallbackText: 'generated, printed at the first start',
    summary: 'Guards the creation of the first administrator in the browser',
    secret: true,
  }),
  BANGUI_ADMIN_USER: setting(optional(text.pipe(Username)), undefined, {
    fallbackText: '–',
    summary: 'Creates the first administrator at start if there is no user yet',
  }),
  BANGUI_ADMIN_PASSWORD: setting(optional(text.pipe(NewPassword)), undefined, {
    fallbackText: '–',
    summary: 'Its password, at least 12 characters',
    secret: true,
  }),
  FAIL2BAN_SOCKET: setting(absolutePath, '/var/run/fail2ban/fail2ban.sock', {
    fallbackText: '`/var/run/fail2ban/fail2ban.sock`',
    summary: 'Socket of the fail2ban server. In containers share its directory, never the socket file alone.',
  }),
  FAIL2BAN_CONFIG_DIR: setting(absolutePath, '/etc/fail2ban', {
    fallbackText: '`/etc/fail2ban`',
    summary: 'Folder of fail2ban’s configuration',
  }),
  FAIL2BAN_DB: setting(optional(absolutePath), undefined, {
    fallbackText: 'the server’s answer',
    summary: 'Path of fail2ban’s own database as this process sees it; only read',
  }),
  FAIL2BAN_PATH_MAP: setting(pathMap, [], {
    fallbackText: '–',
    summary:
      'Where the paths that fail2ban names are for this process, when it runs in another container: `/config/fail2ban=/mnt/f2b/config,/config/log=/mnt/f2b/log`. fail2ban’s path comes first, the longest one counts, and only whole folder names match.',
  }),
  BANGUI_HISTORY_DAYS: setting(optional(wholeNumber(1, LONGEST_HISTORY_DAYS)), undefined, {
    fallbackText: '`365`, or what is set in the console',
    summary: 'How many days the archive of bans is kept',
  }),
  BANGUI_TIME_ZONE: setting(
    optional(text.refine(isTimeZone, 'must be the name of a time zone, such as Europe/Vienna or UTC')),
    undefined,
    {
      fallbackText: 'the server’s zone, or what is set in the console',
      summary: 'Zone in which times are shown to whoever has chosen none',
    },
  ),
  BANGUI_LOOKUP_LINKS: setting(optional(oneOf('on', 'off')), undefined, {
    fallbackText: '`on`, or what is set in the console',
    summary:
      '`off` takes the links to outside services away from addresses: who follows one tells the service the address',
  }),
  BANGUI_METRICS: setting(oneOf('on', 'off'), 'on', {
    fallbackText: '`on`',
    summary: '`off` takes `GET /metrics` (for Prometheus) away',
  }),
  BANGUI_METRICS_TOKEN: setting(optional(text.min(16, 'must have at least 16 characters')), undefined, {
    fallbackText: '–',
    summary:
      'Bearer token that `GET /metrics` then asks for. Without it anybody who reaches the console may read the figures, which hold neither addresses nor user names.',
    secret: true,
  }),
  LOG_LEVEL: setting(oneOf('fatal', 'error', 'warn', 'info', 'debug', 'trace'), 'info', {
    fallbackText: '`info`',
    summary: '`fatal`, `error`, `warn`, `info`, `debug` or `trace`',
  }),
  LOG_FORMAT: setting(optional(oneOf('json', 'pretty')), undefined, {
    fallbackText: '`pretty` on a terminal, else `json`',
    summary: '`json` or `pretty`',
  }),
} as const

export type SettingName = keyof typeof SETTINGS
export type SettingValue<Name extends SettingName> = (typeof SETTINGS)[Name]['fallback']
