import { useEffect, useImperativeHandle, useRef, type Ref } from 'react'
import { plural } from '@lingui/core/macro'
import { Trans, useLingui } from '@lingui/react/macro'
import type { BanSort } from '../../../shared/ban.ts'
import { Button } from '../../ui/button.tsx'
import { usePreferences } from '../../ui/preferences.ts'
import { formatNumber } from '../../ui/words.ts'
import type { HostWithJails } from '../hosts/hosts.queries.ts'
import { keyOf, sameBan, type BanKey } from './ban-pages.ts'
import { GridHead } from './bans-grid-head.tsx'
import styles from './bans-grid.module.css'
import { GridRow, WaitingRow } from './bans-grid-row.tsx'
import { useHiddenColumns } from './columns.ts'
import { isSelected, type Selection } from './selection.ts'
import { useActiveRow } from './use-active-row.ts'
import type { BanListView } from './use-ban-list.ts'
import { useChangeBlock } from './use-change-block.ts'
import { useIsBusy } from '../../ui/use-is-busy.ts'
import { useListHeight } from './use-list-height.ts'
import { useOpenRow } from './use-open-row.ts'
import { useRowSelection } from './use-row-selection.ts'
import { onPageKey, useRowWindow, type RowsInSight } from './use-row-window.ts'

/** What keys do to the list. */
export interface GridHandle {
  /** Moves the focus to the next or the previous row. */
  move: (by: 1 | -1) => void
  /** The row that has the focus, or had it last. */
  active: () => { ban: BanKey | undefined; element: HTMLElement | undefined }
}

export interface BansGridProps {
  list: BanListView
  hosts: readonly HostWithJails[]
  selection: Selection
  onSelect: (selection: Selection) => void
  onSort: (sort: BanSort) => void
  /** Somebody is busy with the list: it must not move. */
  onHold: (isHeld: boolean) => void
  /** Somebody wants to see what is new. */
  onRelease: () => void
  onAllow: (ban: BanKey) => void
  handle: Ref<GridHandle>
}

/** A list of any length of which only the rows in sight are drawn. */
export function BansGrid(props: BansGridProps) {
  const { list, onHold } = props
  const { t } = useLingui()
  const { timeStyle } = usePreferences()
  const total = list.figures?.total ?? 0
  const scroller = useRef<HTMLElement>(null)
  const openRow = useOpenRow(list)
  const rows = useRowWindow(scroller, list, openRow.open)
  const activeRow = useActiveRow(scroller, rows)
  const isBusy = useIsBusy(scroller)
  const isHeld = total > 0 && (isBusy || rows.isScrolled || openRow.open !== undefined)
  useEffect(() => onHold(isHeld), [isHeld, onHold])
  useListHeight(scroller)
  useImperativeHandle(props.handle, () => ({
    move: (by) => activeRow.move(by),
    active: () => ({
      ban: activeRow.active === undefined ? undefined : list.banAt(activeRow.active),
      element: activeRow.element(),
    }),
  }))

  function showNewer() {
    openRow.close()
    rows.scroll(0)
    props.onRelease()
  }

  return (
    <div className={styles.frame}>
      <Newer count={list.figures?.newer ?? 0} onShow={showNewer} />
      {/* Whoever uses the keyboard scrolls here. */}
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions */}
      <section
        ref={scroller}
        className={styles.scroller}
        aria-label={t`List of active bans`}
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
        tabIndex={0}
        onScroll={() => rows.onScroll()}
        onKeyDown={(event) => onPageKey(event, rows)}
      >
        <table
          className={styles.table}
          aria-label={t`Active bans`}
          aria-rowcount={total + 1}
          aria-busy={list.isSwitching || undefined}
          data-absolute={timeStyle === 'absolute' || undefined}
        >
          <GridHead {...props} />
          <Rows {...props} rows={rows} openRow={openRow} onActive={activeRow.setActive} />
        </table>
      </section>
    </div>
  )
}

interface RowsProps extends BansGridProps {
  rows: RowsInSight
  openRow: ReturnType<typeof useOpenRow>
  onActive: (index: number) => void
}

function Rows(props: RowsProps) {
  const { list, hosts, selection, openRow } = props
  const { first, end, above, below } = props.rows.window
  const hidden = useHiddenColumns()
  const block = useChangeBlock()
  const select = useRowSelection(list, selection, props.onSelect)
  return (
    <tbody>
      <Space height={above} />
      {Array.from({ length: end - first }, (_, offset) => {
        const index = first + offset
        const ban = list.banAt(index)
        if (!ban) return <WaitingRow key={index} index={index} hidden={hidden} />
        return (
          <GridRow
            key={keyOf(ban)}
            ban={ban}
            index={index}
            hidden={hidden}
            hosts={hosts}
            block={block}
            isSelected={isSelected(selection, ban)}
            isOpen={openRow.open !== undefined && sameBan(openRow.open.ban, ban)}
            onSelect={select}
            onToggle={openRow.toggle}
            onMeasure={openRow.measure}
            onActive={props.onActive}
            onAllow={props.onAllow}
          />
        )
      })}
      <Space height={below} />
    </tbody>
  )
}

/** What has come in while the list was held. */
function Newer({ count, onShow }: { count: number; onShow: () => void }) {
  if (count === 0) return null
  return (
    <div className={styles.newer}>
      <Button
        size="small"
        aria-label={plural(count, { one: 'Show # new ban', other: 'Show # new bans' })}
        onClick={onShow}
      >
        <Trans>{formatNumber(count)} new</Trans>
      </Button>
    </div>
  )
}

/** Instead of the rows that are not drawn. */
function Space({ height }: { height: number }) {
  if (height <= 0) return null
  return <tr aria-hidden className={styles.space} style={{ height }} />
}
