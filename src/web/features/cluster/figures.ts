import type { MessageDescriptor } from '@lingui/core'
import { msg, t } from '@lingui/core/macro'
import type { Instance, StateServerFacts } from '../../../shared/cluster.ts'
import { formatBytes, formatMilliseconds } from '../health/amounts.ts'

/** What people know a process by: `alpha · worker 2 · pid 4711`. */
export function nameOfProcess({ hostname, worker, pid }: Instance): string {
  const process = String(pid)
  return worker === undefined
    ? t`${hostname} · pid ${process}`
    : t`${hostname} · worker ${worker} · pid ${process}`
}

const PERSISTENCE: Readonly<Record<StateServerFacts['persistence'], MessageDescriptor>> = {
  aof: msg`append-only file`,
  rdb: msg`snapshots only: a restart loses the last minutes`,
  none: msg`none: a restart signs everybody out`,
}

export function persistenceInWords(server: StateServerFacts): string {
  return t(PERSISTENCE[server.persistence])
}

export function memoryInWords({ usedMemoryBytes, maxMemoryBytes }: StateServerFacts): string {
  const used = formatBytes(usedMemoryBytes)
  if (maxMemoryBytes === 0) return t`${used}, no limit`
  const most = formatBytes(maxMemoryBytes)
  return t`${used} of ${most}`
}

/** Small differences are no news. */
export function skewInWords({ clockSkewMs }: StateServerFacts): string {
  if (Math.abs(clockSkewMs) < 100) return t`the same`
  const distance = formatMilliseconds(Math.abs(clockSkewMs))
  return clockSkewMs > 0 ? t`${distance} ahead of BanGUI’s` : t`${distance} behind BanGUI’s`
}
