import { useState } from 'react'
import type { UnbanResult } from '../../../shared/ban.ts'
import { sentencesOf } from '../../api/api-error.ts'
import type { BanKey } from './ban-pages.ts'
import { useUnbanMatching, useUnbanSelected, type BanFilter } from './bans.queries.ts'
import { isEmpty, type Selection } from './selection.ts'
import { setUnbanState } from './unban-states.ts'
import { useUnbannedToast } from './use-unban-toast.ts'

/** More than this many at once are asked about first. */
const ASK_ABOVE = 10

/** What became of bans that were lifted together; the failed ones each with its reason. */
export interface BulkOutcome {
  readonly unbanned: number
  readonly failures: readonly UnbanResult[]
}

export interface BulkUnban {
  readonly count: number
  readonly isPending: boolean
  readonly isAsking: boolean
  readonly error: string | undefined
  /** Shown until it is dismissed; only where something failed. */
  readonly outcome: BulkOutcome | undefined
  setAsking: (isAsking: boolean) => void
  /** Lifts what is selected, or asks first where it is much. */
  begin: () => void
  confirm: () => void
  retry: () => void
  dismiss: () => void
}

interface BulkDeps {
  readonly selection: Selection
  readonly filter: BanFilter
  readonly total: number
  readonly mark: number | undefined
  readonly clear: () => void
}

export function useBulkUnban({ selection, filter, total, mark, clear }: BulkDeps): BulkUnban {
  const selected = useUnbanSelected()
  const matching = useUnbanMatching()
  const tell = useUnbannedToast()
  const [isAsking, setAsking] = useState(false)
  const [outcome, setOutcome] = useState<BulkOutcome | undefined>(undefined)
  const count = selection.kind === 'all' ? total : selection.bans.size
  const error = selected.error ?? matching.error

  async function lift(bans: readonly BanKey[]): Promise<void> {
    setOutcome(undefined)
    setUnbanState(bans, { phase: 'pending' })
    try {
      const results = await selected.mutateAsync(bans)
      const failures = results.filter((result) => result.outcome === 'failed')
      const gone = results.filter((result) => result.outcome !== 'failed')
      const unbanned = results.filter((result) => result.outcome === 'unbanned')
      setUnbanState(failures, undefined)
      setUnbanState(gone, { phase: 'done' })
      if (failures.length > 0) setOutcome({ unbanned: unbanned.length, failures })
      else if (unbanned.length > 0) tell(unbanned)
      setAsking(false)
      clear()
    } catch {
      setUnbanState(bans, undefined)
    }
  }

  async function liftAll(): Promise<void> {
    if (mark === undefined) return
    const { q, jail } = filter
    const wanted = { ...(q !== '' && { q }), ...(jail !== '' && { jail }) }
    try {
      await matching.mutateAsync({ filter: wanted, mark, expected: total })
      setAsking(false)
      clear()
    } catch {
      // The dialog shows it.
    }
  }

  const confirm = () => void (selection.kind === 'all' ? liftAll() : lift([...selection.bans.values()]))

  return {
    count,
    isPending: selected.isPending || matching.isPending,
    isAsking,
    error: error === null ? undefined : sentencesOf(error),
    outcome,
    setAsking: (next) => {
      selected.reset()
      matching.reset()
      setAsking(next)
    },
    begin: () => {
      if (isEmpty(selection)) return
      // What the server does in the background is always confirmed: who sees a part only does not know the rest.
      if (count > ASK_ABOVE || selection.kind === 'all') setAsking(true)
      else confirm()
    },
    confirm,
    retry: () => void lift(outcome?.failures ?? []),
    dismiss: () => setOutcome(undefined),
  }
}
