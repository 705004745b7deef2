import { Suspense, useMemo, useRef, useState } from 'react'
import { Plural, Trans, useLingui } from '@lingui/react/macro'
import { useQueries, useQuery } from '@tanstack/react-query'
import { Plus } from 'lucide-react'
import { sentencesOf } from '../../api/api-error.ts'
import { Button } from '../../ui/button.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { useShortcuts } from '../../ui/shortcuts.ts'
import { Skeleton } from '../../ui/skeleton.tsx'
import { formatClock } from '../../ui/time.ts'
import { formatNumber } from '../../ui/words.ts'
import { hostsQuery, jailsQuery, type HostWithJails } from '../hosts/hosts.queries.ts'
import type { BanKey } from './ban-pages.ts'
import { unbanJobsQuery } from './bans.queries.ts'
import { UnbanProgress } from './unban-progress.tsx'
import { BansDialogs, useDialogs } from './bans-dialogs.tsx'
import { BansGrid, type BansGridProps, type GridHandle } from './bans-grid.tsx'
import styles from './bans-page.module.css'
import { BansToolbar } from './bans-toolbar.tsx'
import { BulkBar } from './bulk-bar.tsx'
import { ExportMenu } from './export-menu.tsx'
import { NoBans } from './no-bans.tsx'
import { isEmpty, NOTHING, type Selection } from './selection.ts'
import { useBanFilter, type BanFilterState } from './use-ban-filter.ts'
import { useBanList, type BanListView } from './use-ban-list.ts'
import { useBulkUnban } from './use-bulk-unban.ts'
import { useChangeBlock } from './use-change-block.ts'
import { lazyPart } from '../../ui/lazy-part.ts'

const UnbanFailures = lazyPart(async () => (await import('./unban-failures.tsx')).UnbanFailures)

/** Who is banned now: find them, see why, and lift their bans. */
export function BansPage() {
  const { t } = useLingui()
  const hosts = useHosts()
  const filter = useBanFilter()
  const [isHeld, setHeld] = useState(false)
  const [selection, setSelection] = useState<Selection>(NOTHING)
  const block = useChangeBlock()
  const list = useBanList(filter.applied, isHeld || !isEmpty(selection))
  const total = list.figures?.total ?? 0
  const clear = () => setSelection(NOTHING)
  const bulk = useBulkUnban({ selection, filter: list.filter, total, mark: list.mark, clear })
  const dialogs = useDialogs()
  const grid = useRef<GridHandle>(null)
  useBanKeys(grid, (ban) => block === undefined && dialogs.setAllowing(ban))

  return (
    <div className={styles.page}>
      <title>{t`Active bans · BanGUI`}</title>
      <header className={styles.head}>
        <div className={styles.title}>
          <h1>
            <Trans>Active bans</Trans>
          </h1>
          <Note list={list} hosts={hosts} />
        </div>
        <ExportMenu filter={list.filter} total={list.figures && total + list.figures.newer} />
        <Button variant="primary" disabledReason={block} onClick={() => dialogs.setBanning(true)}>
          <Plus size={16} aria-hidden />
          <Trans>Ban an IP</Trans>
        </Button>
      </header>
      <UnbanOrders />
      <Suspense>{bulk.outcome && <UnbanFailures bulk={bulk} />}</Suspense>
      <section className={styles.card} aria-label={t`Active bans`}>
        <BansToolbar filter={filter} hosts={hosts} />
        {!isEmpty(selection) && (
          <BulkBar
            selection={selection}
            bulk={bulk}
            total={total}
            onSelectAll={() => setSelection({ kind: 'all' })}
            onClear={clear}
          />
        )}
        <CardBody
          filter={filter}
          handle={grid}
          list={list}
          hosts={hosts}
          selection={selection}
          onSelect={setSelection}
          onSort={filter.setSort}
          onHold={setHeld}
          onRelease={() => {
            clear()
            setHeld(false)
          }}
          onAllow={dialogs.setAllowing}
        />
      </section>
      <BansDialogs dialogs={dialogs} hosts={hosts} bulk={bulk} selection={selection} filter={list.filter} />
    </div>
  )
}

function CardBody({ filter, ...grid }: BansGridProps & { filter: BanFilterState }) {
  const { t } = useLingui()
  const { list, hosts } = grid
  const { figures, error, isSwitching } = list
  const ordersKnown = useOrdersKnown()
  if (error) {
    return (
      <EmptyState
        tone="danger"
        title={t`The bans could not be read`}
        detail={sentencesOf(error)}
        action={
          <Button onClick={list.refetch}>
            <Trans>Try again</Trans>
          </Button>
        }
      />
    )
  }
  if (!figures || !ordersKnown) return <Skeleton rows={10} height={38} />
  const isEmptyNow = figures.total === 0 && figures.newer === 0 && !isSwitching
  return isEmptyNow ? <NoBans filter={filter} hosts={hosts} /> : <BansGrid {...grid} />
}

function useHosts(): readonly HostWithJails[] {
  const { data: hosts } = useQuery(hostsQuery)
  const jails = useQueries({
    queries: (hosts ?? []).map((host) => jailsQuery(host.id)),
    combine: (results) => results.map(({ data }) => data),
  })
  return useMemo(() => (hosts ?? []).map((host, index) => ({ host, jails: jails[index] })), [hosts, jails])
}

/** j k x u a e, for the row that has the focus. */
function useBanKeys(grid: { readonly current: GridHandle | null }, onAllow: (ban: BanKey) => void): void {
  const press = (selector: string) => () =>
    grid.current?.active().element?.querySelector<HTMLElement>(selector)?.click()
  useShortcuts({
    j: () => grid.current?.move(1),
    k: () => grid.current?.move(-1),
    x: press('input[type=checkbox]'),
    u: press('[data-unban]'),
    a: () => {
      const ban = grid.current?.active().ban
      if (ban) onAllow(ban)
    },
    e: () => document.querySelector<HTMLElement>('[data-export]')?.click(),
  })
}

function UnbanOrders() {
  const { data: jobs = [] } = useQuery(unbanJobsQuery)
  return <UnbanProgress jobs={jobs} />
}

/** They stand above the list, which must not slip away under a finger because they come a moment later. */
function useOrdersKnown(): boolean {
  const { isPending, failureCount } = useQuery(unbanJobsQuery)
  return !isPending || failureCount > 0
}

function Note({ list, hosts }: { list: BanListView; hosts: readonly HostWithJails[] }) {
  const { figures } = list
  const offline = hosts.find(({ host }) => !host.online)?.host
  const since = offline?.asOf === undefined ? undefined : formatClock(new Date(offline.asOf))
  const total = formatNumber(figures?.total ?? 0)
  return (
    <p aria-live="polite">
      {figures && <Plural value={figures.all} one={`${total} of # ban`} other={`${total} of # bans`} />}
      {since !== undefined && (
        <>
          {' · '}
          <Trans>as of {since}</Trans>
        </>
      )}
    </p>
  )
}
