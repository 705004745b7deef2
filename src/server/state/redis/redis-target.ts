const REDIS_PORT = 6379

/** Where Redis is and how to get in, as the settings say. */
export interface RedisTarget {
  readonly at:
    | { readonly kind: 'standalone'; readonly host: string; readonly port: number }
    | {
        readonly kind: 'sentinel'
        readonly sentinels: readonly RedisAddress[]
        readonly masterName: string
        readonly sentinelPassword: string | undefined
      }
    | { readonly kind: 'cluster'; readonly nodes: readonly RedisAddress[] }
  readonly username: string | undefined
  readonly password: string | undefined
  /** Number of the database; always 0 in a cluster. */
  readonly db: number
  /** Undefined: not encrypted. */
  readonly tls: { readonly ca: string | undefined } | undefined
}

export interface RedisAddress {
  readonly host: string
  readonly port: number
}

/** For messages: without user and password. */
export function describeTarget({ at }: RedisTarget): string {
  const join = (addresses: readonly RedisAddress[]): string =>
    addresses.map(({ host, port }) => `${host}:${port}`).join(', ')
  if (at.kind === 'standalone') return join([at])
  if (at.kind === 'cluster') return `the cluster of ${join(at.nodes)}`
  return `${at.masterName} of the sentinels ${join(at.sentinels)}`
}

export interface RedisSettings {
  /** `redis://` or `rediss://`; with sentinels or cluster nodes only its user, password, database and encryption count. */
  readonly url: string | undefined
  readonly sentinels: readonly RedisAddress[] | undefined
  readonly masterName: string | undefined
  readonly sentinelPassword: string | undefined
  readonly clusterNodes: readonly RedisAddress[] | undefined
  /** PEM. */
  readonly ca: string | undefined
}

/** Puts the settings together; or says, each with its remedy, what does not go together. */
export function redisTargetOf(settings: RedisSettings): { target: RedisTarget } | { mistakes: string[] } {
  const { sentinels, masterName, clusterNodes, ca } = settings
  const url = settings.url === undefined ? undefined : new URL(settings.url)
  const mistakes: string[] = []
  if (!url && !sentinels && !clusterNodes) {
    mistakes.push(
      'REDIS_URL is missing although STATE_BACKEND=redis. Set it, for example to redis://127.0.0.1:6379/0.',
    )
  }
  if (sentinels && clusterNodes) {
    mistakes.push('REDIS_SENTINELS and REDIS_CLUSTER_NODES are both set. Remove the one that does not apply.')
  }
  if ((sentinels === undefined) !== (masterName === undefined)) {
    mistakes.push('REDIS_SENTINELS and REDIS_MASTER_NAME belong together. Set both, or neither.')
  }
  const db = Number(url?.pathname.slice(1) ?? 0)
  if (clusterNodes && db !== 0) {
    mistakes.push('REDIS_URL names a database number, and a Redis Cluster has only 0. Remove it.')
  }
  if (ca !== undefined && url?.protocol !== 'rediss:') {
    mistakes.push(
      'REDIS_CA_FILE is set, but REDIS_URL does not ask for encryption. Let it begin with rediss://.',
    )
  }
  if (mistakes.length > 0) return { mistakes }
  return {
    target: {
      at: placeOf(settings, url),
      username: decoded(url?.username),
      password: decoded(url?.password),
      db,
      tls: url?.protocol === 'rediss:' ? { ca } : undefined,
    },
  }
}

function placeOf(settings: RedisSettings, url: URL | undefined): RedisTarget['at'] {
  const { sentinels, masterName, sentinelPassword, clusterNodes } = settings
  if (clusterNodes) return { kind: 'cluster', nodes: clusterNodes }
  if (sentinels && masterName !== undefined) {
    return { kind: 'sentinel', sentinels, masterName, sentinelPassword }
  }
  const host = (url?.hostname ?? '').replace(/^\[(.*)\]$/, '$1')
  return { kind: 'standalone', host, port: Number(url?.port ?? '') || REDIS_PORT }
}

function decoded(part: string | undefined): string | undefined {
  return part === undefined || part === '' ? undefined : decodeURIComponent(part)
}
