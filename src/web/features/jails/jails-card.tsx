import { useSearchParams } from 'react-router'
import { formatDuration } from '../../../shared/duration.ts'
import type { Jail, JailState } from '../../../shared/jail.ts'
import { Badge, type Tone } from '../../ui/badge.tsx'
import { Card } from '../../ui/card.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import { Cell, ColumnHeader, Row, RowHeader, Table, TableBody, TableHead } from '../../ui/table.tsx'
import { formatClock } from '../../ui/time.ts'
import type { HostWithJails } from '../hosts/hosts.queries.ts'
import styles from './jails-card.module.css'

const STATES: Readonly<Record<JailState, { tone: Tone; word: string }>> = {
  active: { tone: 'ok', word: 'Active' },
  idle: { tone: 'warn', word: 'Paused' },
  stopped: { tone: 'warn', word: 'Stopped' },
}

/** All jails with their counters. A click on one shows only its bans. */
export function JailsCard({ hosts }: { hosts: readonly HostWithJails[] }) {
  const offline = hosts.find(({ host }) => !host.online)
  const asOf = offline?.host.asOf
  const note =
    offline && asOf !== undefined ? `as of ${formatClock(new Date(asOf))}` : 'since they were started'
  return (
    <Card title="Jails" note={note}>
      <Jails hosts={hosts} />
    </Card>
  )
}

function Jails({ hosts }: { hosts: readonly HostWithJails[] }) {
  if (hosts.some(({ jails }) => jails === undefined)) return <Skeleton rows={3} height={54} />
  const rows = hosts.flatMap(({ host, jails }) => (jails ?? []).map((jail) => ({ host, jail })))
  if (rows.length === 0) {
    const isOnline = hosts.some(({ host }) => host.online)
    return (
      <EmptyState
        tone={isOnline ? 'warn' : 'neutral'}
        title={isOnline ? 'No jails' : 'Not known yet'}
        detail={
          isOnline
            ? 'fail2ban runs without any jail, so nobody can be banned.'
            : 'The jails are shown as soon as fail2ban answers.'
        }
      />
    )
  }
  return (
    <Table label="Jails" className={styles.table}>
      <TableHead>
        <ColumnHeader>Jail</ColumnHeader>
        <ColumnHeader numeric>Banned</ColumnHeader>
        <ColumnHeader numeric>Total</ColumnHeader>
        <ColumnHeader numeric>Failed</ColumnHeader>
        <ColumnHeader numeric>Ban time</ColumnHeader>
      </TableHead>
      <TableBody>
        {rows.map(({ host, jail }) => (
          <JailRow
            key={`${host.id} ${jail.name}`}
            jail={jail}
            host={hosts.length > 1 ? host.id : undefined}
            stale={!host.online}
          />
        ))}
      </TableBody>
    </Table>
  )
}

function JailRow({ jail, host, stale }: { jail: Jail; host: string | undefined; stale: boolean }) {
  const [params, setParams] = useSearchParams()
  const isChosen = params.get('jail') === jail.name
  const { tone, word } = STATES[jail.state]

  function toggle() {
    setParams(
      (current) => {
        if (isChosen) current.delete('jail')
        else current.set('jail', jail.name)
        return current
      },
      { replace: true, preventScrollReset: true },
    )
  }

  return (
    <Row className={styles.row} data-stale={stale || undefined} data-chosen={isChosen || undefined}>
      <RowHeader className={styles.name}>
        <button
          type="button"
          className={styles.choose}
          aria-pressed={isChosen}
          title={isChosen ? 'Show the bans of all jails' : `Show only the bans of ${jail.name}`}
          onClick={toggle}
        >
          {jail.name}
        </button>
        {host !== undefined && <span className={styles.host}>{host}</span>}
        <Badge tone={stale ? 'neutral' : tone}>{stale ? `Was ${word.toLowerCase()}` : word}</Badge>
      </RowHeader>
      <Cell numeric className={styles.banned}>
        {jail.currentlyBanned.toLocaleString()}
        <span className={styles.unit}> banned</span>
      </Cell>
      <Cell numeric>
        {jail.totalBanned.toLocaleString()}
        <span className={styles.unit}> total</span>
      </Cell>
      <Cell numeric>
        {jail.totalFailed.toLocaleString()}
        <span className={styles.unit}> failed</span>
      </Cell>
      <Cell numeric className={styles.bantime}>
        {(jail.bantimeSeconds ?? -1) >= 0 && <span className={styles.unit}>for </span>}
        {jail.bantimeSeconds === undefined ? '–' : formatDuration(jail.bantimeSeconds)}
      </Cell>
    </Row>
  )
}
