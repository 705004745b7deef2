import { useState } from 'react'
import { useLingui } from '@lingui/react/macro'
import { WhenOpened } from '../../ui/when-opened.tsx'
import type { HostWithJails } from '../hosts/hosts.queries.ts'
import type { BanKey } from './ban-pages.ts'
import type { BanFilter } from './bans.queries.ts'
import type { Selection } from './selection.ts'
import { wordsOf } from './use-ban-filter.ts'
import type { BulkUnban } from './use-bulk-unban.ts'
import { lazyPart } from '../../ui/lazy-part.ts'

const BanDialog = lazyPart(async () => (await import('./ban-dialog.tsx')).BanDialog)
const UnbanDialog = lazyPart(async () => (await import('./unban-dialog.tsx')).UnbanDialog)
const AllowBan = lazyPart(async () => (await import('./allow-ban.tsx')).AllowBan)

export interface OpenDialogs {
  readonly isBanning: boolean
  readonly allowing: BanKey | undefined
  setBanning: (isBanning: boolean) => void
  setAllowing: (ban: BanKey | undefined) => void
}

export function useDialogs(): OpenDialogs {
  const [isBanning, setBanning] = useState(false)
  const [allowing, setAllowing] = useState<BanKey | undefined>(undefined)
  return { isBanning, setBanning, allowing, setAllowing }
}

interface BansDialogsProps {
  dialogs: OpenDialogs
  hosts: readonly HostWithJails[]
  bulk: BulkUnban
  selection: Selection
  filter: BanFilter
}

export function BansDialogs({ dialogs, hosts, bulk, selection, filter }: BansDialogsProps) {
  const { t } = useLingui()
  const { isBanning, allowing } = dialogs
  // What was asked about last stays while its dialog fades away.
  const [lastAllowed, setLastAllowed] = useState(allowing)
  if (allowing && allowing !== lastAllowed) setLastAllowed(allowing)
  return (
    <>
      <WhenOpened open={isBanning}>
        <BanDialog
          open={isBanning}
          onOpenChange={dialogs.setBanning}
          hosts={hosts}
          chosenJail={filter.jail}
        />
      </WhenOpened>
      <WhenOpened open={bulk.isAsking}>
        <UnbanDialog
          key={String(bulk.isAsking)}
          open={bulk.isAsking}
          onOpenChange={bulk.setAsking}
          count={bulk.count}
          what={selection.kind === 'all' ? wordsOf(filter) : t`the selected bans`}
          busy={bulk.isPending}
          error={bulk.error}
          onConfirm={bulk.confirm}
        />
      </WhenOpened>
      <WhenOpened open={allowing !== undefined}>
        {lastAllowed && (
          <AllowBan
            ban={lastAllowed}
            open={allowing !== undefined}
            onClose={() => dialogs.setAllowing(undefined)}
          />
        )}
      </WhenOpened>
    </>
  )
}
