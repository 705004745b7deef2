import { Trans, useLingui } from '@lingui/react/macro'
import { Link } from 'react-router'
import type { Jail } from '../../../shared/jail.ts'
import type { JailStats, Stats } from '../../../shared/stats.ts'
import { Badge } from '../../ui/badge.tsx'
import { Card } from '../../ui/card.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { RelativeTime } from '../../ui/relative-time.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import { Cell, ColumnHeader, Row, RowHeader, Table, TableBody, TableHead } from '../../ui/table.tsx'
import { formatDuration } from '../../ui/time.ts'
import { formatNumber } from '../../ui/words.ts'
import { jailPath } from '../jails/jail-path.ts'
import { stateWords } from '../hosts/jail-state-words.ts'
import type { HostWithJails } from '../hosts/hosts.queries.ts'
import styles from './overview-page.module.css'
import { RANGES } from './ranges.ts'
import { Sparkline } from './sparkline.tsx'

/** The page of jails has them all. */
const ROWS = 8

/** What each jail does, those with the most bans first. */
export function JailsCard({ hosts, stats }: { hosts: readonly HostWithJails[]; stats: Stats | undefined }) {
  const { t } = useLingui()
  return (
    <Card
      title={t`Jails`}
      note={t`by bans now`}
      actions={
        <Link to="/jails" className={styles.link}>
          <Trans>Manage jails</Trans>
        </Link>
      }
    >
      <Jails hosts={hosts} stats={stats} />
    </Card>
  )
}

function Jails({ hosts, stats }: { hosts: readonly HostWithJails[]; stats: Stats | undefined }) {
  const { t, i18n } = useLingui()
  if (hosts.some(({ jails }) => jails === undefined)) return <Skeleton rows={4} height={38} />
  const rows = hosts
    .flatMap(({ host, jails = [] }) => jails.map((jail) => ({ host, jail })))
    .toSorted(
      (a, b) => b.jail.currentlyBanned - a.jail.currentlyBanned || (a.jail.name < b.jail.name ? -1 : 1),
    )
  if (rows.length === 0) {
    return (
      <EmptyState
        tone="neutral"
        title={t`No jails`}
        detail={t`They are shown as soon as fail2ban tells of them.`}
      />
    )
  }
  const range = i18n._(RANGES[stats?.range ?? '24h'])
  return (
    <Table label={t`Jails`} className={styles.jails}>
      <TableHead>
        <ColumnHeader>{t`Jail`}</ColumnHeader>
        <ColumnHeader>{t`State`}</ColumnHeader>
        <ColumnHeader numeric>{t`Banned now`}</ColumnHeader>
        <ColumnHeader numeric className={styles.widest}>{t`Failed, since start`}</ColumnHeader>
        <ColumnHeader numeric className={styles.widest}>{t`Ban time`}</ColumnHeader>
        <ColumnHeader className={styles.wide}>{t`Bans, ${range}`}</ColumnHeader>
        <ColumnHeader numeric className={styles.wide}>{t`Last ban`}</ColumnHeader>
      </TableHead>
      <TableBody>
        {rows.slice(0, ROWS).map(({ host, jail }) => (
          <JailRow
            key={`${host.id} ${jail.name}`}
            host={host.id}
            severalHosts={hosts.length > 1}
            jail={jail}
            stale={!host.online}
            stats={stats?.jails.find((each) => each.jail === jail.name && each.host === host.id)}
          />
        ))}
      </TableBody>
    </Table>
  )
}

function JailRow({
  host,
  severalHosts,
  jail,
  stale,
  stats,
}: {
  host: string
  severalHosts: boolean
  jail: Jail
  stale: boolean
  stats: JailStats | undefined
}) {
  const { t } = useLingui()
  const { tone, word } = stateWords(jail)
  return (
    <Row className={styles.jail}>
      <RowHeader>
        <Link to={jailPath(host, jail.name, severalHosts)} className={styles.name}>
          {jail.name}
        </Link>
        {severalHosts && <span className={styles.when}> {host}</span>}
      </RowHeader>
      <Cell>
        <Badge tone={stale ? 'neutral' : tone}>{word}</Badge>
      </Cell>
      <Cell numeric>{formatNumber(jail.currentlyBanned)}</Cell>
      <Cell numeric className={styles.widest}>
        {formatNumber(jail.totalFailed)}
      </Cell>
      <Cell numeric className={styles.widest}>
        {jail.bantimeSeconds === undefined ? '–' : formatDuration(jail.bantimeSeconds)}
      </Cell>
      <Cell className={styles.wide}>
        {stats && stats.total > 0 ? (
          <span className={styles.course}>
            <Sparkline values={stats.counts} />
            {formatNumber(stats.total)}
          </span>
        ) : (
          <span className={styles.when}>{t`none`}</span>
        )}
      </Cell>
      <Cell numeric className={styles.wide}>
        {stats?.lastBanAt === undefined ? '–' : <RelativeTime at={stats.lastBanAt} />}
      </Cell>
    </Row>
  )
}
