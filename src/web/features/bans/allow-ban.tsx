import { useQuery } from '@tanstack/react-query'
import { AllowDialog } from '../ip/allow-dialog.tsx'
import { ipQuery } from '../ip/ip.queries.ts'
import type { BanKey } from './ban-pages.ts'

/** Asks before an address is allowed, once it is known which bans that lifts. */
export function AllowBan({ ban, open, onClose }: { ban: BanKey; open: boolean; onClose: () => void }) {
  const { data: report } = useQuery(ipQuery(ban.ip))
  if (!report || report.ip !== ban.ip) return null
  return (
    <AllowDialog
      open={open}
      onOpenChange={(next) => {
        if (!next) onClose()
      }}
      report={report}
      lifted={report.bans.filter(({ relation }) => relation !== 'contains')}
      around={report.bans.filter(({ relation }) => relation === 'contains')}
    />
  )
}
