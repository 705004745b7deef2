import { useEffect, useRef, useState, type RefObject } from 'react'
import type { Ban, BanKey, BanPage } from '../../../shared/ban.ts'
import { useIsBusy } from '../../ui/use-is-busy.ts'

/** More new bans a second than anybody can follow. */
const FLOOD_PER_SECOND = 50
/** The flood is over when so long there was less. */
const CALM_MS = 2_000

export interface Feed {
  readonly rows: readonly Ban[]
  /** New bans that are not shown yet. */
  readonly waiting: number
  readonly release: () => void
}

/**
 * The newest bans, standing still while somebody points at them or more come than can be read: a row must not slip away under
 * a click on Unban. What has ended meanwhile goes all the same.
 */
export function useFeed(page: BanPage | undefined, region: RefObject<HTMLElement | null>): Feed {
  const isBusy = useIsBusy(region)
  const isFlood = useFlood(page?.mark)
  const [held, setHeld] = useState<BanPage | undefined>(undefined)
  const holds = isBusy || isFlood
  if (holds && held === undefined && page !== undefined) setHeld(page)
  if (!holds && held !== undefined) setHeld(undefined)

  return {
    rows: held && page ? stillThere(held.items, page.items) : (page?.items ?? []),
    waiting: held && page ? Math.max(0, page.mark - held.mark) : 0,
    release: () => setHeld(page),
  }
}

/** Older ones than the page reaches back to may still be banned; of the others it tells. */
function stillThere(held: readonly Ban[], now: readonly Ban[]): Ban[] {
  const oldest = now.at(-1)?.bannedAt ?? ''
  return held.filter((ban) => ban.bannedAt < oldest || now.some((other) => isSame(ban, other)))
}

function isSame(a: BanKey, b: BanKey): boolean {
  return a.ip === b.ip && a.jail === b.jail && a.host === b.host
}

/** `mark` rises by one with every new ban. */
function useFlood(mark: number | undefined): boolean {
  const [isFlood, setFlood] = useState(false)
  const last = useRef<{ mark: number; at: number } | undefined>(undefined)
  useEffect(() => {
    if (mark === undefined) return undefined
    const now = performance.now()
    const before = last.current
    last.current = { mark, at: now }
    if (!before) return undefined
    const perSecond = ((mark - before.mark) * 1_000) / Math.max(1, now - before.at)
    if (perSecond > FLOOD_PER_SECOND) setFlood(true)
    const calm = setTimeout(() => setFlood(false), CALM_MS)
    return () => clearTimeout(calm)
  }, [mark])
  return isFlood
}
