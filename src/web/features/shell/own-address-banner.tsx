import { Trans, useLingui } from '@lingui/react/macro'
import { useQuery } from '@tanstack/react-query'
import { Banner } from '../../ui/banner.tsx'
import { Button } from '../../ui/button.tsx'
import { showToast } from '../../ui/toast.ts'
import { listOf } from '../../ui/words.ts'
import { useUnbanEverywhere } from '../bans/bans.queries.ts'
import { useWriteBlock } from '../live/live-provider.tsx'
import { sessionQuery } from '../session/session.queries.ts'

/** Whoever sees this may be locked out at their next connection. */
export function OwnAddressBanner() {
  const { t } = useLingui()
  const { data: session } = useQuery(sessionQuery)
  const unban = useUnbanEverywhere()
  const block = useWriteBlock()
  if (!session || session.bannedIn.length === 0) return null
  const { address } = session
  const jails = listOf([...new Set(session.bannedIn.map((ban) => ban.jail))])

  function lift() {
    unban.mutate(address, {
      onSuccess: () => showToast({ tone: 'ok', title: t`Unbanned ${address}, your own address` }),
      onError: (error) =>
        showToast({ tone: 'danger', title: t`${address} is still banned`, detail: error.message }),
    })
  }

  const mayUnban = session.user.role !== 'viewer'
  return (
    <Banner
      tone="danger"
      urgent
      action={
        mayUnban && (
          <Button busy={unban.isPending} disabledReason={block} onClick={lift}>
            {unban.isPending ? t`Unbanning…` : t`Unban my address`}
          </Button>
        )
      }
    >
      <Trans>
        <strong>Your own address {address} is banned</strong> in {jails}. Connections from it may be refused.
      </Trans>
    </Banner>
  )
}
