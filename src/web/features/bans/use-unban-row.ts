import { t } from '@lingui/core/macro'
import { showToast } from '../../ui/toast.ts'
import type { BanKey } from './ban-pages.ts'
import { useUnban, useUnbanEverywhere } from './bans.queries.ts'
import { setUnbanState, useUnbanState } from './unban-states.ts'
import { useUnbanToast } from './use-unban-toast.ts'

export interface UnbanRow {
  readonly isPending: boolean
  /** Why the address is still banned. */
  readonly error: Error | null
  unban: () => void
  unbanEverywhere: () => void
  /** Whatever was tried last. */
  retry: () => void
}

/** What the user can do with one ban. The row goes only when the server has confirmed it; the message outlives the row. */
export function useUnbanRow(ban: BanKey, bantimeSeconds: number | undefined): UnbanRow {
  const here = useUnban()
  const everywhere = useUnbanEverywhere()
  const tell = useUnbanToast()
  const state = useUnbanState(ban)
  const { ip, jail } = ban

  // The promises are used, not the callbacks of `mutate`: those are not called once the row is gone.
  function unban(): void {
    setUnbanState([ban], { phase: 'pending' })
    void here.mutateAsync(ban).then(
      (outcome) => {
        setUnbanState([ban], { phase: 'done' })
        if (outcome === 'unbanned') tell(ip, [ban], bantimeSeconds)
        else showToast({ tone: 'info', title: t`${ip} was not banned in ${jail} any more` })
      },
      (error: Error) => setUnbanState([ban], { phase: 'failed', error, retry: unban }),
    )
  }

  function unbanEverywhere(): void {
    setUnbanState([ban], { phase: 'pending' })
    void everywhere.mutateAsync(ip).then(
      (bans) => {
        setUnbanState([ban], { phase: 'done' })
        tell(ip, bans.length > 0 ? bans : [ban], undefined)
      },
      (error: Error) => setUnbanState([ban], { phase: 'failed', error, retry: unbanEverywhere }),
    )
  }

  return {
    isPending: state?.phase === 'pending',
    error: state?.phase === 'failed' ? state.error : null,
    unban,
    unbanEverywhere,
    retry: state?.phase === 'failed' ? state.retry : unban,
  }
}
