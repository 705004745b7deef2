import { lazy, useRef, useState, type ReactNode } from 'react'
import { useInfiniteQuery } from '@tanstack/react-query'
import { Plus } from 'lucide-react'
import type { Ban } from '../../../shared/ban.ts'
import { sentencesOf } from '../../api/api-error.ts'
import { Button } from '../../ui/button.tsx'
import { Card } from '../../ui/card.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import { formatClock } from '../../ui/time.ts'
import { WhenOpened } from '../../ui/when-opened.tsx'
import { countOf } from '../../ui/words.ts'
import type { HostWithJails } from '../hosts/hosts.queries.ts'
import { bansQuery, NEWEST_FIRST } from './bans.queries.ts'
import styles from './bans-card.module.css'
import { BansTable } from './bans-table.tsx'
import { BansToolbar } from './bans-toolbar.tsx'
import { useBanFilter, type BanFilterState } from './use-ban-filter.ts'
import { useChangeBlock } from './use-change-block.ts'
import { useHeldRows } from './use-held-rows.ts'

const BanDialog = lazy(async () => ({ default: (await import('./ban-dialog.tsx')).BanDialog }))

/** Who is banned now, newest first. */
export function BansCard({ hosts }: { hosts: readonly HostWithJails[] }) {
  const filter = useBanFilter()
  const [banning, setBanning] = useState(false)
  const block = useChangeBlock()
  const bans = useInfiniteQuery(bansQuery(filter.applied))
  const pages = bans.data?.pages ?? []
  const total = pages[0]?.total
  const offline = hosts.find(({ host }) => !host.online)?.host

  return (
    <Card
      title="Active bans"
      note={<Note total={total} filtered={filter.isActive} asOf={offline?.asOf} />}
      actions={
        <Button variant="primary" disabledReason={block} onClick={() => setBanning(true)}>
          <Plus size={16} aria-hidden />
          Ban an address
        </Button>
      }
    >
      <BansToolbar filter={filter} hosts={hosts} />
      <div aria-busy={bans.isPlaceholderData || undefined} className={styles.list}>
        {bans.isPending && <Skeleton rows={6} height={45} />}
        {bans.isError && !bans.data && (
          <EmptyState
            tone="danger"
            title="The bans could not be read"
            detail={sentencesOf(bans.error)}
            action={<Button onClick={() => void bans.refetch()}>Try again</Button>}
          />
        )}
        {bans.data && total === 0 && !bans.isPlaceholderData && <NoBans filter={filter} hosts={hosts} />}
        {bans.data && total !== 0 && (
          <HeldTable
            bans={pages.flatMap((page) => page.items)}
            total={total ?? 0}
            filter={filter}
            hosts={hosts}
            more={
              bans.hasNextPage && (
                <Button busy={bans.isFetchingNextPage} onClick={() => void bans.fetchNextPage()}>
                  {bans.isFetchNextPageError ? 'Try again' : 'Load more'}
                </Button>
              )
            }
          />
        )}
      </div>
      <WhenOpened open={banning}>
        <BanDialog open={banning} onOpenChange={setBanning} hosts={hosts} chosenJail={filter.applied.jail} />
      </WhenOpened>
    </Card>
  )
}

function Note({
  total,
  filtered,
  asOf,
}: {
  total: number | undefined
  filtered: boolean
  asOf: string | undefined
}) {
  if (total === undefined) return null
  const count = filtered ? `${total.toLocaleString()} matching` : total.toLocaleString()
  return asOf === undefined ? count : `${count} as of ${formatClock(new Date(asOf))}`
}

function HeldTable({
  bans,
  total,
  filter,
  hosts,
  more,
}: {
  bans: readonly Ban[]
  total: number
  filter: BanFilterState
  hosts: readonly HostWithJails[]
  more: ReactNode
}) {
  const region = useRef<HTMLDivElement>(null)
  const held = useHeldRows(bans, region, filter.applied.sort === NEWEST_FIRST)
  return (
    <div ref={region}>
      {held.waiting > 0 && (
        <div className={styles.waiting}>
          <Button size="small" onClick={held.release}>
            {countOf(held.waiting, 'new ban')}, show
          </Button>
        </div>
      )}
      <BansTable bans={held.rows} filter={filter} hosts={hosts} />
      <footer className={styles.footer}>
        <span>
          {bans.length.toLocaleString()} of {total.toLocaleString()} shown
        </span>
        {more}
      </footer>
    </div>
  )
}

function NoBans({ filter, hosts }: { filter: BanFilterState; hosts: readonly HostWithJails[] }) {
  if (filter.isActive) {
    return (
      <EmptyState
        tone="neutral"
        title="No active ban matches"
        detail="An address that is not listed here is not banned now."
        action={<Button onClick={filter.clear}>Clear filters</Button>}
      />
    )
  }
  if (hosts.some(({ host }) => !host.online)) {
    return (
      <EmptyState
        tone="neutral"
        title="No bans are known"
        detail="Whether somebody is banned shows as soon as fail2ban answers again."
      />
    )
  }
  const watching = hosts.flatMap(({ jails }) => jails ?? []).filter((jail) => jail.state === 'active').length
  if (watching === 0) {
    return <EmptyState tone="warn" title="No bans" detail="No jail is active, so nobody can be banned." />
  }
  return (
    <EmptyState
      tone="ok"
      title="No bans right now"
      detail={`That is fine: ${countOf(watching, 'jail')} ${watching === 1 ? 'is' : 'are'} watching, and nobody has failed often enough.`}
    />
  )
}
