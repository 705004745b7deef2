import { Plural, Trans, useLingui } from '@lingui/react/macro'
import { Link } from 'react-router'
import { jailProblem, type Jail } from '../../../shared/jail.ts'
import type { Host } from '../../../shared/host.ts'
import { cx } from '../../ui/class-names.ts'
import {
  Cell,
  ColumnHeader,
  Row,
  RowHeader,
  SortHeader,
  Table,
  TableBody,
  TableHead,
} from '../../ui/table.tsx'
import { formatDuration } from '../../ui/time.ts'
import { formatNumber } from '../../ui/words.ts'
import { actionFailure, JailActionDialog, JailMenu } from './jail-actions.tsx'
import { useJailActions } from './use-jail-actions.ts'
import { jailPath } from './jail-path.ts'
import { JailState } from './jail-state.tsx'
import { problemSentence } from './jail-words.ts'
import styles from './jails.module.css'
import type { JailsFilter } from './use-jails-filter.ts'

export interface HostJail {
  readonly host: Host
  readonly jail: Jail
}

export function JailsTable({
  rows,
  filter,
  several,
}: {
  rows: readonly HostJail[]
  filter: JailsFilter
  several: boolean
}) {
  const { t } = useLingui()
  return (
    <Table label={t`Jails`}>
      <TableHead>
        <SortHeader direction={filter.directionOf('name')} onSort={() => filter.toggle('name')}>
          {t`Jail`}
        </SortHeader>
        <ColumnHeader>{t`State`}</ColumnHeader>
        <SortHeader
          direction={filter.directionOf('banned')}
          className={styles.last}
          onSort={() => filter.toggle('banned')}
        >
          {t`Banned now`}
        </SortHeader>
        <SortHeader
          direction={filter.directionOf('failed')}
          className={styles.last}
          onSort={() => filter.toggle('failed')}
        >
          {t`Failed now`}
        </SortHeader>
        <ColumnHeader numeric>{t`Ban time`}</ColumnHeader>
        <ColumnHeader numeric>{t`Find time`}</ColumnHeader>
        <ColumnHeader numeric>{t`Retries`}</ColumnHeader>
        <ColumnHeader hidden>{t`Actions`}</ColumnHeader>
      </TableHead>
      <TableBody>
        {rows.map((row) => (
          <JailRow key={`${row.host.id} ${row.jail.name}`} {...row} several={several} />
        ))}
      </TableBody>
    </Table>
  )
}

function JailRow({ host, jail, several }: HostJail & { several: boolean }) {
  const { t } = useLingui()
  const actions = useJailActions(host, jail)
  const failure = actionFailure(actions)
  const kind = jailProblem(jail)
  const problem = kind === 'stopped' || kind === 'idle' ? undefined : problemSentence(jail)
  const isStopped = jail.state === 'stopped'
  const total = formatNumber(jail.totalBanned)
  return (
    <Row className={cx(styles.card, !host.online && styles.stale)}>
      <RowHeader className={styles.name}>
        <Link to={jailPath(host.id, jail.name, several)}>{jail.name}</Link>
        {several && <span className={styles.host}>{host.id}</span>}
      </RowHeader>
      <Cell className={styles.wide}>
        <JailState host={host.id} jail={jail} stale={!host.online} />
        {problem !== undefined && (
          <span className={styles.problem} data-severe={kind === 'no-log' || undefined}>
            {problem}
          </span>
        )}
        {failure !== undefined && (
          <span className={styles.problem} role="alert">
            {failure}
          </span>
        )}
      </Cell>
      <Cell numeric className={styles.strong} title={t`${total} since it was started`}>
        {isStopped ? '–' : formatNumber(jail.currentlyBanned)}
        <span className={styles.unit}>
          {' '}
          <Trans>banned</Trans>
        </span>
      </Cell>
      <Cell numeric>
        {isStopped ? '–' : formatNumber(jail.currentlyFailed)}
        <span className={styles.unit}>
          {' '}
          <Trans>failed</Trans>
        </span>
      </Cell>
      <Times jail={jail} />
      <Cell className={styles.last}>
        <JailMenu jail={jail} actions={actions} />
        <JailActionDialog jail={jail} actions={actions} />
      </Cell>
    </Row>
  )
}

function Times({ jail: { bantimeSeconds, findtimeSeconds, maxretry } }: { jail: Jail }) {
  return (
    <>
      <Cell numeric>
        {bantimeSeconds === undefined ? '–' : formatDuration(bantimeSeconds)}
        <span className={styles.unit}>
          {' '}
          <Trans>ban</Trans>
        </span>
      </Cell>
      <Cell numeric>
        <span className={styles.unit}>
          <Trans>within</Trans>{' '}
        </span>
        {findtimeSeconds === undefined ? '–' : formatDuration(findtimeSeconds)}
      </Cell>
      <Cell numeric>
        {maxretry ?? '–'}
        {maxretry !== undefined && (
          <span className={styles.unit}>
            {' '}
            <Plural value={maxretry} one="failure" other="failures" />
          </span>
        )}
      </Cell>
    </>
  )
}
