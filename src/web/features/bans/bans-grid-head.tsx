import { useLingui } from '@lingui/react/macro'
import type { BanSort } from '../../../shared/ban.ts'
import { Checkbox } from '../../ui/checkbox.tsx'
import { ColumnHeader, SortHeader } from '../../ui/table.tsx'
import styles from './bans-grid.module.css'
import { COLUMNS, directionOf, nextSort, useHiddenColumns } from './columns.ts'
import { NOTHING, shareOf, withBans, type Selection } from './selection.ts'
import type { BanListView } from './use-ban-list.ts'

interface GridHeadProps {
  list: BanListView
  selection: Selection
  onSelect: (selection: Selection) => void
  onSort: (sort: BanSort) => void
}

export function GridHead({ list, selection, onSelect, onSort }: GridHeadProps) {
  const { t } = useLingui()
  const hidden = useHiddenColumns()
  const { sort } = list.filter
  const share = shareOf(selection, list.shown)
  const sortable = (first: BanSort) => ({
    direction: directionOf(sort, first),
    onSort: () => onSort(nextSort(sort, first)),
  })
  return (
    <thead>
      <tr aria-rowindex={1}>
        <th scope="col" className={styles.select}>
          <Checkbox
            hideLabel
            label={t`Select the loaded bans`}
            checked={share === 'all'}
            mixed={share === 'some'}
            onChange={(isIn) => onSelect(isIn ? withBans(selection, list.shown, true, list.shown) : NOTHING)}
          />
        </th>
        <SortHeader {...sortable('ip')} className={styles.ip}>
          {t`IP address`}
        </SortHeader>
        {COLUMNS.filter(({ column }) => !hidden.includes(column)).map(({ column, title, sort: first }) =>
          first ? (
            <SortHeader key={column} {...sortable(first)} className={styles[column]}>
              {t(title)}
            </SortHeader>
          ) : (
            <ColumnHeader key={column} className={styles[column]}>
              {t(title)}
            </ColumnHeader>
          ),
        )}
        <ColumnHeader hidden className={styles.actions}>
          {t`Actions`}
        </ColumnHeader>
      </tr>
    </thead>
  )
}
