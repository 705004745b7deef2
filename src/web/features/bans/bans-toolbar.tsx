import { Search, X } from 'lucide-react'
import type { BanSort } from '../../../shared/ban.ts'
import { Select, type Choice } from '../../ui/select.tsx'
import type { HostWithJails } from '../hosts/hosts.queries.ts'
import styles from './bans-toolbar.module.css'
import type { BanFilterState } from './use-ban-filter.ts'

const ALL_JAILS = '*'

const SORTS: ReadonlyArray<Choice<BanSort>> = [
  { value: '-bannedAt', label: 'Newest first' },
  { value: 'bannedAt', label: 'Oldest first' },
  { value: 'expiresAt', label: 'Ending soonest' },
  { value: '-expiresAt', label: 'Ending last' },
  { value: 'ip', label: 'By address' },
  { value: 'jail', label: 'By jail' },
  { value: '-banCount', label: 'Most often banned' },
]

export function BansToolbar({ filter, hosts }: { filter: BanFilterState; hosts: readonly HostWithJails[] }) {
  const { jail, sort } = filter.applied
  const names = new Set(hosts.flatMap(({ jails }) => jails ?? []).map(({ name }) => name))
  if (jail !== '') names.add(jail)
  const jails = [{ value: ALL_JAILS, label: 'All jails' }, ...[...names].sort().map(asChoice)]
  const sorts = SORTS.some((choice) => choice.value === sort) ? SORTS : [...SORTS, asChoice(sort)]
  return (
    <div className={styles.toolbar}>
      <div className={styles.search}>
        <Search size={16} aria-hidden className={styles.searchIcon} />
        <input
          type="search"
          className={styles.input}
          aria-label="Search active bans by address or network"
          placeholder="Address or network"
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          maxLength={256}
          value={filter.text}
          onChange={(event) => filter.setText(event.target.value)}
        />
      </div>
      <div className={styles.jail}>
        <Select
          label="Jail"
          hideLabel
          value={jail === '' ? ALL_JAILS : jail}
          choices={jails}
          onChange={(next) => filter.setJail(next === ALL_JAILS ? '' : next)}
        />
      </div>
      <div className={styles.sort}>
        <Select label="Order" hideLabel value={sort} choices={sorts} onChange={filter.setSort} />
      </div>
      {filter.isActive && <Chips filter={filter} />}
    </div>
  )
}

function asChoice<T extends string>(value: T): Choice<T> {
  return { value, label: value }
}

/** What is filtered by, each with its way out. They stay when nothing matches. */
function Chips({ filter }: { filter: BanFilterState }) {
  const { q, jail } = filter.applied
  return (
    <ul className={styles.chips} aria-label="Active filters">
      {q !== '' && <Chip label={`Address: ${q}`} onRemove={() => filter.setText('')} />}
      {jail !== '' && <Chip label={`Jail: ${jail}`} onRemove={() => filter.setJail('')} />}
    </ul>
  )
}

function Chip({ label, onRemove }: { label: string; onRemove: () => void }) {
  return (
    <li>
      <button type="button" className={styles.chip} aria-label={`Remove filter ${label}`} onClick={onRemove}>
        {label}
        <X size={14} aria-hidden />
      </button>
    </li>
  )
}
