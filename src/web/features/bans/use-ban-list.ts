import { useCallback, useEffect, useRef, useState } from 'react'
import { useQueries, useQuery, useQueryClient, type QueryClient } from '@tanstack/react-query'
import type { Ban, BanPage } from '../../../shared/ban.ts'
import { BLOCK_SIZE, blockQuery, type BanFilter, type BanList } from './bans.queries.ts'

/** Rows from `first` up to, but not with, `end`. */
export interface Range {
  readonly first: number
  readonly end: number
}

export interface BanListView {
  /** What the rows belong to: the wanted filter, or the one before while that is on its way. */
  readonly filter: BanFilter
  readonly isSwitching: boolean
  readonly figures: Pick<BanPage, 'total' | 'all' | 'newer'> | undefined
  /** Nothing can be shown at all. */
  readonly error: Error | null
  /** Undefined while the row is on its way. */
  readonly banAt: (index: number) => Ban | undefined
  /** Bans that are loaded around what is seen. */
  readonly shown: readonly Ban[]
  /** The mark that a held list has, and an order to unban it needs. */
  readonly mark: number | undefined
  readonly refetch: () => void
  /** Says which rows are seen. */
  readonly look: (range: Range) => void
}

/** A fast hand at the scroll bar passes hundreds of blocks; none is fetched that it does not rest on so long. */
const LOOK_MS = 150

/**
 * A long list of which only blocks around the seen rows are fetched. While it is `held`, it stays as it was: what comes in is
 * counted and not shown, so that no row slips away under a finger.
 */
export function useBanList(applied: BanFilter, isHeld: boolean): BanListView {
  const client = useQueryClient()
  const [range, look] = useRange()
  const [shown, setShown] = useState<BanList>({ ...applied, upTo: undefined })
  const [upTo, setUpTo] = useState<number | undefined>(undefined)
  const wanted: BanList = { ...applied, upTo: sameFilter(applied, shown) ? upTo : undefined }
  const blocks = blocksOf(range)
  const block = (list: BanList, index: number) => ({
    ...blockQuery(list, index),
    // When a hold begins, what is shown is what was there: it need not be fetched again.
    initialData: () => liveBlock(client, list, index),
  })
  const first = useQuery(block(wanted, sameFilter(wanted, shown) ? (blocks[0] ?? 0) : 0))
  const isSwitching = !sameList(wanted, shown)
  if (isSwitching && first.data) {
    if (!sameFilter(wanted, shown)) setUpTo(undefined)
    setShown(wanted)
  }

  const queries = useQueries({ queries: blocks.map((index) => block(shown, index)) })
  const pages = new Map(blocks.map((index, place) => [index, queries[place]?.data]))
  const figures = useLatest(queries.map(({ data, dataUpdatedAt }) => ({ data, dataUpdatedAt })))
  const mark = shown.upTo ?? figures?.mark

  const isKept = upTo !== undefined
  if (!isHeld && isKept) setUpTo(undefined)
  if (isHeld && !isKept && mark !== undefined) setUpTo(mark)

  const { upTo: _upTo, ...filter } = shown
  return {
    filter,
    isSwitching: isSwitching && !sameFilter(wanted, shown),
    figures,
    error: figures === undefined ? (queries.find(({ error }) => error)?.error ?? null) : null,
    banAt: (index) => pages.get(Math.floor(index / BLOCK_SIZE))?.items[index % BLOCK_SIZE],
    shown: blocks.flatMap((index) => pages.get(index)?.items ?? []),
    mark,
    refetch: () => void client.invalidateQueries({ queryKey: ['bans'] }),
    look,
  }
}

function liveBlock(client: QueryClient, list: BanList, index: number): BanPage | undefined {
  if (list.upTo === undefined) return undefined
  const live = client.getQueryData(blockQuery({ ...list, upTo: undefined }, index).queryKey)
  return live?.mark === list.upTo ? { ...live, newer: 0 } : undefined
}

function useRange(): [Range, (range: Range) => void] {
  const [range, setRange] = useState<Range>({ first: 0, end: 1 })
  const seen = useRef(range)
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  useEffect(() => () => clearTimeout(timer.current), [])
  const look = useCallback((next: Range) => {
    const { first, end } = seen.current
    if (first === next.first && end === next.end) return
    clearTimeout(timer.current)
    const go = () => {
      seen.current = next
      setRange(next)
    }
    const isNear = next.first < end + BLOCK_SIZE && first < next.end + BLOCK_SIZE
    if (isNear) go()
    else timer.current = setTimeout(go, LOOK_MS)
  }, [])
  return [range, look]
}

function blocksOf({ first, end }: Range): number[] {
  const from = Math.floor(first / BLOCK_SIZE)
  const to = Math.floor(Math.max(first, end - 1) / BLOCK_SIZE)
  return Array.from({ length: to - from + 1 }, (_, index) => from + index)
}

/** The figures of the block that was fetched last; those before while none is there. */
function useLatest(
  results: ReadonlyArray<{ data: BanPage | undefined; dataUpdatedAt: number }>,
): BanPage | undefined {
  const [last, setLast] = useState<BanPage | undefined>(undefined)
  const [newest] = results
    .filter(({ data }) => data !== undefined)
    .toSorted((a, b) => b.dataUpdatedAt - a.dataUpdatedAt)
  if (newest?.data && newest.data !== last) setLast(newest.data)
  return newest?.data ?? last
}

export function sameFilter(a: BanFilter, b: BanFilter): boolean {
  return a.q === b.q && a.jail === b.jail && a.sort === b.sort
}

function sameList(a: BanList, b: BanList): boolean {
  return sameFilter(a, b) && a.upTo === b.upTo
}
