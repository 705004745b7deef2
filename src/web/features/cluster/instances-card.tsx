import type { HeldLease, Instance } from '../../../shared/cluster.ts'
import { Badge } from '../../ui/badge.tsx'
import { Card } from '../../ui/card.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { RelativeTime } from '../../ui/relative-time.tsx'
import { ColumnHeader, Row, RowHeader, Table, TableBody, TableHead } from '../../ui/table.tsx'
import { countOf } from '../../ui/words.ts'
import { formatBytes, formatMilliseconds, nameOfProcess } from './figures.ts'
import styles from './health-page.module.css'
import { LabelledCell } from './labelled-cell.tsx'

/** Against the latest report of any, so that nobody's clock matters; each tells of itself every two seconds. */
const SILENT_MS = 3_500

/** A worker that replaces another takes its line. */
function byPlace(a: Instance, b: Instance): number {
  if (a.hostname !== b.hostname) return a.hostname < b.hostname ? -1 : 1
  return (a.worker ?? 0) - (b.worker ?? 0) || Date.parse(a.startedAt) - Date.parse(b.startedAt)
}

/** Every process that serves now. */
export function InstancesCard({ instances }: { instances: readonly Instance[] }) {
  const newest = Math.max(...instances.map(({ seenAt }) => Date.parse(seenAt)))
  return (
    <Card title="Instances and workers" note={countOf(instances.length, 'process', 'processes')}>
      {instances.length === 0 ? (
        <EmptyState
          tone="neutral"
          title="No process has told of itself yet"
          detail="Each does so every two seconds."
        />
      ) : (
        <Table label="Instances and workers" className={styles.table}>
          <TableHead>
            <ColumnHeader>Process</ColumnHeader>
            <ColumnHeader>State</ColumnHeader>
            <ColumnHeader>Roles</ColumnHeader>
            <ColumnHeader>Version</ColumnHeader>
            <ColumnHeader>Started</ColumnHeader>
            <ColumnHeader numeric>Lag, median</ColumnHeader>
            <ColumnHeader numeric>Lag, p99</ColumnHeader>
            <ColumnHeader numeric>Memory</ColumnHeader>
            <ColumnHeader numeric>Heap</ColumnHeader>
          </TableHead>
          <TableBody>
            {instances.toSorted(byPlace).map((instance) => (
              <InstanceRow
                key={instance.id}
                instance={instance}
                isSilent={newest - Date.parse(instance.seenAt) > SILENT_MS}
              />
            ))}
          </TableBody>
        </Table>
      )}
    </Card>
  )
}

function InstanceRow({ instance, isSilent }: { instance: Instance; isSilent: boolean }) {
  const { eventLoopLag } = instance
  return (
    <Row className={styles.row}>
      <RowHeader className={styles.name}>
        <span className={styles.mainName}>{nameOfProcess(instance)}</span>
        <span className={styles.remark}>{instance.id}</span>
      </RowHeader>
      <LabelledCell label="State">
        <InstanceBadge ready={instance.ready} isSilent={isSilent} />
      </LabelledCell>
      <LabelledCell label="Roles">{instance.roles.join(', ')}</LabelledCell>
      <LabelledCell label="Version">{instance.version}</LabelledCell>
      <LabelledCell label="Started">
        <RelativeTime at={instance.startedAt} />
      </LabelledCell>
      <LabelledCell label="Lag, median" numeric>
        {formatMilliseconds(eventLoopLag.p50Ms)}
      </LabelledCell>
      <LabelledCell label="Lag, p99" numeric>
        {formatMilliseconds(eventLoopLag.p99Ms)}
      </LabelledCell>
      <LabelledCell label="Memory" numeric>
        {formatBytes(instance.rssBytes)}
      </LabelledCell>
      <LabelledCell label="Heap" numeric>
        {formatBytes(instance.heapUsedBytes)}
      </LabelledCell>
    </Row>
  )
}

function InstanceBadge({ ready, isSilent }: { ready: boolean; isSilent: boolean }) {
  if (isSilent) return <Badge tone="warn">Silent</Badge>
  return ready ? <Badge tone="ok">Ready</Badge> : <Badge tone="warn">Not ready</Badge>
}

/** Who does what only one may do at a time. */
export function LeasesCard({
  leases,
  instances,
}: {
  leases: readonly HeldLease[]
  instances: readonly Instance[]
}) {
  return (
    <Card title="Leases" note="what only one process does at a time">
      {leases.length === 0 ? (
        <EmptyState
          tone="warn"
          title="Nobody holds a lease"
          detail="So no process talks to fail2ban just now. One with the role agent takes over within seconds."
        />
      ) : (
        <Table label="Leases" className={styles.table}>
          <TableHead>
            <ColumnHeader>Lease</ColumnHeader>
            <ColumnHeader>Held by</ColumnHeader>
            <ColumnHeader>Ends unless renewed</ColumnHeader>
          </TableHead>
          <TableBody>
            {leases.map((lease) => (
              <LeaseRow
                key={lease.name}
                lease={lease}
                holder={instances.find((instance) => instance.id === lease.holder)}
              />
            ))}
          </TableBody>
        </Table>
      )}
    </Card>
  )
}

const AGENT = /^agent\/(.+)$/

function LeaseRow({ lease, holder }: { lease: HeldLease; holder: Instance | undefined }) {
  const host = AGENT.exec(lease.name)?.[1]
  return (
    <Row className={styles.row}>
      <RowHeader className={styles.name}>
        <span className={styles.mainName}>{lease.name}</span>
        {host !== undefined && <span className={styles.remark}>talks to the fail2ban of {host}</span>}
      </RowHeader>
      <LabelledCell label="Held by" className={styles.wraps}>
        {holder ? nameOfProcess(holder) : 'a process that is silent'}
      </LabelledCell>
      <LabelledCell label="Ends unless renewed">
        <RelativeTime at={lease.expiresAt} />
      </LabelledCell>
    </Row>
  )
}
