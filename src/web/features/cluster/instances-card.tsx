import { plural } from '@lingui/core/macro'
import { useLingui } from '@lingui/react/macro'
import type { HeldLease, Instance } from '../../../shared/cluster.ts'
import { Badge } from '../../ui/badge.tsx'
import { Card } from '../../ui/card.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { RelativeTime } from '../../ui/relative-time.tsx'
import { ColumnHeader, Row, RowHeader, Table, TableBody, TableHead } from '../../ui/table.tsx'
import { formatBytes, formatMilliseconds } from '../health/amounts.ts'
import { nameOfProcess } from './figures.ts'
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
  const { t } = useLingui()
  const newest = Math.max(...instances.map(({ seenAt }) => Date.parse(seenAt)))
  return (
    <Card
      title={t`Instances and workers`}
      note={plural(instances.length, { one: '# process', other: '# processes' })}
    >
      {instances.length === 0 ? (
        <EmptyState
          tone="neutral"
          title={t`No process has told of itself yet`}
          detail={t`Each does so every two seconds.`}
        />
      ) : (
        <Table label={t`Instances and workers`} className={styles.table}>
          <TableHead>
            <ColumnHeader>{t`Process`}</ColumnHeader>
            <ColumnHeader>{t`State`}</ColumnHeader>
            <ColumnHeader>{t`Roles`}</ColumnHeader>
            <ColumnHeader>{t`Version`}</ColumnHeader>
            <ColumnHeader>{t`Started`}</ColumnHeader>
            <ColumnHeader numeric>{t`Lag, median`}</ColumnHeader>
            <ColumnHeader numeric>{t`Lag, p99`}</ColumnHeader>
            <ColumnHeader numeric>{t`Memory`}</ColumnHeader>
            <ColumnHeader numeric>{t`Heap`}</ColumnHeader>
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
  const { t } = useLingui()
  const { eventLoopLag } = instance
  return (
    <Row className={styles.row}>
      <RowHeader className={styles.name}>
        <span className={styles.mainName}>{nameOfProcess(instance)}</span>
        <span className={styles.remark}>{instance.id}</span>
      </RowHeader>
      <LabelledCell label={t`State`}>
        <InstanceBadge ready={instance.ready} isSilent={isSilent} />
      </LabelledCell>
      <LabelledCell label={t`Roles`}>{instance.roles.join(', ')}</LabelledCell>
      <LabelledCell label={t`Version`}>{instance.version}</LabelledCell>
      <LabelledCell label={t`Started`}>
        <RelativeTime at={instance.startedAt} />
      </LabelledCell>
      <LabelledCell label={t`Lag, median`} numeric>
        {formatMilliseconds(eventLoopLag.p50Ms)}
      </LabelledCell>
      <LabelledCell label={t`Lag, p99`} numeric>
        {formatMilliseconds(eventLoopLag.p99Ms)}
      </LabelledCell>
      <LabelledCell label={t`Memory`} numeric>
        {formatBytes(instance.rssBytes)}
      </LabelledCell>
      <LabelledCell label={t`Heap`} numeric>
        {formatBytes(instance.heapUsedBytes)}
      </LabelledCell>
    </Row>
  )
}

function InstanceBadge({ ready, isSilent }: { ready: boolean; isSilent: boolean }) {
  const { t } = useLingui()
  if (isSilent) return <Badge tone="warn">{t`Silent`}</Badge>
  return ready ? <Badge tone="ok">{t`Ready`}</Badge> : <Badge tone="warn">{t`Not ready`}</Badge>
}

/** Who does what only one may do at a time. */
export function LeasesCard({
  leases,
  instances,
}: {
  leases: readonly HeldLease[]
  instances: readonly Instance[]
}) {
  const { t } = useLingui()
  return (
    <Card title={t`Leases`} note={t`what only one process does at a time`}>
      {leases.length === 0 ? (
        <EmptyState
          tone="warn"
          title={t`Nobody holds a lease`}
          detail={t`So no process talks to fail2ban just now. One with the role agent takes over within seconds.`}
        />
      ) : (
        <Table label={t`Leases`} className={styles.table}>
          <TableHead>
            <ColumnHeader>{t`Lease`}</ColumnHeader>
            <ColumnHeader>{t`Held by`}</ColumnHeader>
            <ColumnHeader>{t`Ends unless renewed`}</ColumnHeader>
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
  const { t } = useLingui()
  const host = AGENT.exec(lease.name)?.[1]
  return (
    <Row className={styles.row}>
      <RowHeader className={styles.name}>
        <span className={styles.mainName}>{lease.name}</span>
        {host !== undefined && <span className={styles.remark}>{t`talks to the fail2ban of ${host}`}</span>}
      </RowHeader>
      <LabelledCell label={t`Held by`} className={styles.wraps}>
        {holder ? nameOfProcess(holder) : t`a process that is silent`}
      </LabelledCell>
      <LabelledCell label={t`Ends unless renewed`}>
        <RelativeTime at={lease.expiresAt} />
      </LabelledCell>
    </Row>
  )
}
