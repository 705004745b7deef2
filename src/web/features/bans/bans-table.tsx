import type { Ban, BanSort } from '../../../shared/ban.ts'
import { ColumnHeader, SortHeader, Table, TableBody, TableHead, type SortDirection } from '../../ui/table.tsx'
import type { HostWithJails } from '../hosts/hosts.queries.ts'
import { keyOf } from './ban-pages.ts'
import { BanRow } from './ban-row.tsx'
import type { BanFilterState } from './use-ban-filter.ts'

type Column = 'ip' | 'jail' | 'bannedAt' | 'expiresAt'

/** Which way round a column is sorted at the first click: newest, but first of the alphabet. */
const FIRST: Readonly<Record<Column, BanSort>> = {
  ip: 'ip',
  jail: 'jail',
  bannedAt: '-bannedAt',
  expiresAt: 'expiresAt',
}

export function BansTable({
  bans,
  filter,
  hosts,
}: {
  bans: readonly Ban[]
  filter: BanFilterState
  hosts: readonly HostWithJails[]
}) {
  const { sort } = filter.applied
  const sortable = (column: Column) => ({
    direction: directionOf(sort, column),
    onSort: () => filter.setSort(nextSort(sort, column)),
  })
  return (
    <Table label="Active bans">
      <TableHead>
        <SortHeader {...sortable('ip')}>Address</SortHeader>
        <SortHeader {...sortable('jail')}>Jail</SortHeader>
        <ColumnHeader>Reason</ColumnHeader>
        <SortHeader {...sortable('bannedAt')}>Banned</SortHeader>
        <SortHeader {...sortable('expiresAt')}>Ends</SortHeader>
        <ColumnHeader hidden>Actions</ColumnHeader>
      </TableHead>
      <TableBody>
        {bans.map((ban) => (
          <BanRow
            key={keyOf(ban)}
            ban={ban}
            showsHost={hosts.length > 1}
            stale={hosts.some(({ host }) => host.id === ban.host && !host.online)}
            bantimeSeconds={bantimeOf(hosts, ban)}
          />
        ))}
      </TableBody>
    </Table>
  )
}

function bantimeOf(hosts: readonly HostWithJails[], ban: Ban): number | undefined {
  const jails = hosts.find(({ host }) => host.id === ban.host)?.jails
  return jails?.find((jail) => jail.name === ban.jail)?.bantimeSeconds
}

function directionOf(sort: BanSort, column: Column): SortDirection {
  if (sort === column) return 'ascending'
  return sort === `-${column}` ? 'descending' : 'none'
}

function nextSort(sort: BanSort, column: Column): BanSort {
  const first = FIRST[column]
  if (sort !== first) return first
  return first === column ? `-${column}` : column
}
