import { useState } from 'react'
import type { Ban } from '../../../shared/ban.ts'
import { showToast } from '../../ui/toast.ts'
import { useUnban, useUnbanEverywhere } from './bans.queries.ts'
import { useUnbanToast } from './use-unban-toast.ts'

export interface UnbanRow {
  readonly isPending: boolean
  /** Why the address is still banned. */
  readonly error: Error | null
  unban: () => void
  unbanEverywhere: () => void
  /** Whichever of the two was tried last. */
  retry: () => void
}

/** What the user can do with one ban. The row goes only when the server has confirmed it; the message outlives the row. */
export function useUnbanRow(ban: Ban, bantimeSeconds: number | undefined): UnbanRow {
  const here = useUnban()
  const everywhere = useUnbanEverywhere()
  const tell = useUnbanToast()
  const [last, setLast] = useState<'here' | 'everywhere'>('here')

  // The promise is used, not the callbacks of `mutate`: those are not called once the row is gone.
  function unban(): void {
    setLast('here')
    everywhere.reset()
    void here.mutateAsync(ban).then(
      (outcome) => {
        if (outcome === 'unbanned') tell(ban.ip, [ban], bantimeSeconds)
        else showToast({ tone: 'info', title: `${ban.ip} was not banned in ${ban.jail} any more` })
      },
      () => undefined,
    )
  }

  function unbanEverywhere(): void {
    setLast('everywhere')
    here.reset()
    void everywhere.mutateAsync(ban.ip).then(
      (bans) => tell(ban.ip, bans.length > 0 ? bans : [ban], undefined),
      () => undefined,
    )
  }

  return {
    isPending: here.isPending || everywhere.isPending,
    error: here.error ?? everywhere.error,
    unban,
    unbanEverywhere,
    retry: last === 'here' ? unban : unbanEverywhere,
  }
}
