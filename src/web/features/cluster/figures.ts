import type { Instance, StateServerFacts } from '../../../shared/cluster.ts'

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB']

/** `812 B`, `1.2 MB`, `94 MB`, in thousands. */
export function formatBytes(bytes: number): string {
  let value = bytes
  let unit = 0
  while (value >= 999.5 && unit < UNITS.length - 1) {
    value /= 1000
    unit += 1
  }
  return `${value.toFixed(unit > 0 && value < 9.95 ? 1 : 0)} ${UNITS[unit]}`
}

/** `0.4 ms`, `12 ms`, `3.2 s`, `2 min`. */
export function formatMilliseconds(ms: number): string {
  if (ms < 9.95) return `${Number(ms.toFixed(1))} ms`
  if (ms < 999.5) return `${ms.toFixed(0)} ms`
  if (ms < 59_950) return `${(ms / 1000).toFixed(1)} s`
  return `${Math.round(ms / 60_000)} min`
}

/** What people know a process by: `alpha · worker 2 · pid 4711`. */
export function nameOfProcess({ hostname, worker, pid }: Instance): string {
  return [hostname, worker === undefined ? '' : `worker ${worker}`, `pid ${pid}`].filter(Boolean).join(' · ')
}

const PERSISTENCE: Readonly<Record<StateServerFacts['persistence'], string>> = {
  aof: 'append-only file',
  rdb: 'snapshots only: a restart loses the last minutes',
  none: 'none: a restart signs everybody out',
}

export function persistenceInWords(server: StateServerFacts): string {
  return PERSISTENCE[server.persistence]
}

export function memoryInWords({ usedMemoryBytes, maxMemoryBytes }: StateServerFacts): string {
  const used = formatBytes(usedMemoryBytes)
  return maxMemoryBytes === 0 ? `${used}, no limit` : `${used} of ${formatBytes(maxMemoryBytes)}`
}

/** Small differences are no news. */
export function skewInWords({ clockSkewMs }: StateServerFacts): string {
  if (Math.abs(clockSkewMs) < 100) return 'the same'
  return `${formatMilliseconds(Math.abs(clockSkewMs))} ${clockSkewMs > 0 ? 'ahead of' : 'behind'} BanGUI’s`
}
