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
