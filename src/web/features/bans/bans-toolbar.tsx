import type { MessageDescriptor } from '@lingui/core'
import { msg } from '@lingui/core/macro'
import { Trans, useLingui } from '@lingui/react/macro'
import { Columns3, Search, X } from 'lucide-react'
import type { BanSort } from '../../../shared/ban.ts'
import { Button } from '../../ui/button.tsx'
import { Menu, MenuToggle } from '../../ui/menu.tsx'
import { Select, type Choice } from '../../ui/select.tsx'
import type { HostWithJails } from '../hosts/hosts.queries.ts'
import styles from './bans-toolbar.module.css'
import { COLUMNS, showColumn, useHiddenColumns } from './columns.ts'
import type { BanFilterState } from './use-ban-filter.ts'

const ALL_JAILS = '*'

const SORTS: ReadonlyArray<{ value: BanSort; label: MessageDescriptor }> = [
  { value: '-bannedAt', label: msg`Newest first` },
  { value: 'bannedAt', label: msg`Oldest first` },
  { value: 'expiresAt', label: msg`Ending soonest` },
  { value: '-expiresAt', label: msg`Ending last` },
  { value: 'ip', label: msg`By address` },
  { value: '-ip', label: msg`By address, backwards` },
  { value: 'jail', label: msg`By jail` },
  { value: '-jail', label: msg`By jail, backwards` },
  { value: '-banCount', label: msg`Most often banned` },
  { value: 'banCount', label: msg`Least often banned` },
]

export function BansToolbar({ filter, hosts }: { filter: BanFilterState; hosts: readonly HostWithJails[] }) {
  const { t } = useLingui()
  const { jail, sort } = filter.applied
  const names = new Set(hosts.flatMap(({ jails }) => jails ?? []).map(({ name }) => name))
  if (jail !== '') names.add(jail)
  const jails = [{ value: ALL_JAILS, label: t`All jails` }, ...[...names].sort().map(asChoice)]
  return (
    <div className={styles.toolbar}>
      <div className={styles.search}>
        <Search size={16} aria-hidden className={styles.searchIcon} />
        <input
          type="search"
          className={styles.input}
          aria-label={t`Filter active bans by address, network or jail`}
          placeholder={t`Filter by IP, network or jail`}
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
          label={t`Jail`}
          hideLabel
          value={jail === '' ? ALL_JAILS : jail}
          choices={jails}
          onChange={(next) => filter.setJail(next === ALL_JAILS ? '' : next)}
        />
      </div>
      <div className={styles.sort}>
        <Select
          label={t`Order`}
          hideLabel
          value={sort}
          choices={SORTS.map(({ value, label }) => ({ value, label: t(label) }))}
          onChange={filter.setSort}
        />
      </div>
      {filter.isActive && <Chips filter={filter} />}
      <div className={styles.columns}>
        <ColumnMenu />
      </div>
    </div>
  )
}

function asChoice<T extends string>(value: T): Choice<T> {
  return { value, label: value }
}

/** What is filtered by, each with its way out. They stay when nothing matches. */
function Chips({ filter }: { filter: BanFilterState }) {
  const { t } = useLingui()
  const { q, jail } = filter.applied
  return (
    <ul className={styles.chips} aria-label={t`Active filters`}>
      {q !== '' && <Chip label={`“${q}”`} onRemove={() => filter.setText('')} />}
      {jail !== '' && <Chip label={t`Jail: ${jail}`} onRemove={() => filter.setJail('')} />}
    </ul>
  )
}

function Chip({ label, onRemove }: { label: string; onRemove: () => void }) {
  const { t } = useLingui()
  return (
    <li>
      <button type="button" className={styles.chip} aria-label={t`Remove filter ${label}`} onClick={onRemove}>
        {label}
        <X size={14} aria-hidden />
      </button>
    </li>
  )
}

function ColumnMenu() {
  const { t } = useLingui()
  const hidden = useHiddenColumns()
  return (
    <Menu
      trigger={
        <Button>
          <Columns3 size={16} aria-hidden />
          <Trans>Columns</Trans>
        </Button>
      }
    >
      {COLUMNS.map(({ column, title }) => (
        <MenuToggle
          key={column}
          checked={!hidden.includes(column)}
          onChange={(isShown) => showColumn(column, isShown)}
        >
          {t(title)}
        </MenuToggle>
      ))}
    </Menu>
  )
}
