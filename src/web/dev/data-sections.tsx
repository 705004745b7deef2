import { useState } from 'react'
import { Badge } from '../ui/badge.tsx'
import { Button } from '../ui/button.tsx'
import { Card } from '../ui/card.tsx'
import { EmptyState } from '../ui/empty-state.tsx'
import { IpCell } from '../ui/ip-cell.tsx'
import { Progress } from '../ui/progress.tsx'
import { RelativeTime } from '../ui/relative-time.tsx'
import { Skeleton } from '../ui/skeleton.tsx'
import {
  Cell,
  ColumnHeader,
  Row,
  RowHeader,
  SortHeader,
  Table,
  TableBody,
  TableHead,
  type SortDirection,
} from '../ui/table.tsx'
import { LONG, Section, State } from './specimen.tsx'

const HOUR_MS = 3_600_000
const ago = (ms: number) => new Date(Date.now() - ms).toISOString()

export function DataSections() {
  return (
    <>
      <Tables />
      <Section name="Card">
        <State name="With a note and a way on">
          <Card title="Jails" note="by bans now" actions={<Button size="small">Manage jails</Button>}>
            <EmptyState tone="neutral" title="Nothing to see" />
          </Card>
        </State>
        <State name="Long text">
          <Card title={LONG} note={LONG}>
            <EmptyState tone="neutral" title={LONG} detail={LONG} />
          </Card>
        </State>
      </Section>
      <Section name="EmptyState" note="Says whether that is good">
        <State name="Good">
          <EmptyState tone="ok" title="No bans right now" detail="9 jails are watching." />
        </State>
        <State name="Filtered away">
          <EmptyState
            tone="neutral"
            title="No ban matches"
            detail="Of 1,284 bans none is of 198.51.100."
            action={<Button>Clear filters</Button>}
          />
        </State>
        <State name="Failed">
          <EmptyState
            tone="danger"
            title="The bans could not be read"
            detail="BanGUI does not answer."
            action={<Button>Try again</Button>}
          />
        </State>
      </Section>
      <Section name="Skeleton" note="After 200 ms, in the size of what is coming">
        <State name="Rows">
          <Skeleton rows={4} height={38} />
        </State>
      </Section>
      <Progresses />
      <Addresses />
    </>
  )
}

function Tables() {
  const [direction, setDirection] = useState<SortDirection>('descending')
  return (
    <Section name="Table" note="Its rows are cards on a phone; IpCell and RelativeTime inside">
      <State name="Sorted; a row whose address is being unbanned; long texts" wide>
        <Table label="Bans">
          <TableHead>
            <ColumnHeader>Address</ColumnHeader>
            <ColumnHeader>Jail</ColumnHeader>
            <SortHeader
              direction={direction}
              onSort={() => setDirection(direction === 'descending' ? 'ascending' : 'descending')}
            >
              Banned
            </SortHeader>
            <ColumnHeader numeric>Failures</ColumnHeader>
            <ColumnHeader hidden>Actions</ColumnHeader>
          </TableHead>
          <TableBody>
            <BanRow ip="198.51.100.173" jail="postfix-sasl" hours={20} failures="6" />
            <BanRow ip="2001:db8:7dbb:dfd0::add" jail="dovecot" hours={30} failures="1,204" isBusy />
            <BanRow
              ip="2001:db8:ffff:ffff:ffff:ffff:ffff:ffff"
              jail="a-very-long-jail-name-that-nothing-can-break"
              hours={400}
              failures="3"
            />
          </TableBody>
        </Table>
      </State>
    </Section>
  )
}

function BanRow({
  ip,
  jail,
  hours,
  failures,
  isBusy = false,
}: {
  ip: string
  jail: string
  hours: number
  failures: string
  isBusy?: boolean
}) {
  return (
    <Row>
      <RowHeader>
        <IpCell ip={ip} />
      </RowHeader>
      <Cell>
        {jail} <Badge tone="ok">Active</Badge>
      </Cell>
      <Cell>
        <RelativeTime at={ago(hours * HOUR_MS)} />
      </Cell>
      <Cell numeric>{failures}</Cell>
      <Cell numeric>
        <Button size="small" busy={isBusy} aria-label={`Unban ${ip}`}>
          {isBusy ? 'Unbanning…' : 'Unban'}
        </Button>
      </Cell>
    </Row>
  )
}

function Progresses() {
  return (
    <Section name="Progress">
      <State name="Known end">
        <Progress label="Unbanning" value={8_412} max={100_000} detail="8,412 of 100,000" />
      </State>
      <State name="Unknown end">
        <Progress label="Asking fail2ban" />
      </State>
      <State name="Done">
        <Progress label="Unbanning" value={100} detail="412 addresses" />
      </State>
      <State name="Failed">
        <Progress label="Unbanning" value={40} failed detail="Stopped after 165 of 412" />
      </State>
    </Section>
  )
}

function Addresses() {
  return (
    <>
      <Section name="IpCell">
        <State name="IPv4">
          <IpCell ip="203.0.113.7" />
        </State>
        <State name="IPv6, never cut short">
          <IpCell ip="2001:db8:ffff:ffff:ffff:ffff:ffff:ffff" />
        </State>
        <State name="Network">
          <IpCell ip="203.0.113.0/24" />
        </State>
      </Section>
      <Section name="RelativeTime">
        <State name="Seconds, hours, days, a date">
          <p>
            <RelativeTime at={ago(12_000)} />, <RelativeTime at={ago(5 * HOUR_MS)} />,{' '}
            <RelativeTime at={ago(72 * HOUR_MS)} />, <RelativeTime at={ago(400 * HOUR_MS)} />
          </p>
        </State>
        <State name="To come">
          <RelativeTime at={ago(-2 * HOUR_MS)} />
        </State>
      </Section>
    </>
  )
}
