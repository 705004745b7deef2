import { useState } from 'react'
import { LockOpen } from 'lucide-react'
import type { BanEvent, IpReport } from '../../../shared/event.ts'
import { Badge, ToneIcon } from '../../ui/badge.tsx'
import { Button } from '../../ui/button.tsx'
import { AlertDialog } from '../../ui/dialog.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { RelativeTime } from '../../ui/relative-time.tsx'
import { countOf } from '../../ui/words.ts'
import { keyOf } from '../bans/ban-pages.ts'
import { useUnbanEverywhere } from '../bans/bans.queries.ts'
import { useChangeBlock } from '../bans/use-change-block.ts'
import { useUnbanRow } from '../bans/use-unban-row.ts'
import { useUnbanToast } from '../bans/use-unban-toast.ts'
import styles from './address-dialog.module.css'

type ReportedBan = IpReport['bans'][number]

/** More than this many at once are asked about first. */
const ASK_ABOVE = 10
const SHOWN_EVENTS = 5

/** Everything known about one address or network, and the way out of its bans. */
export function AddressReport({ report }: { report: IpReport }) {
  const own = report.bans.filter((ban) => ban.relation === 'exact')
  const inside = report.bans.filter((ban) => ban.relation === 'inside')
  const around = report.bans.filter((ban) => ban.relation === 'contains')
  return (
    <div className={styles.report}>
      {own.length === 0 ? (
        <NotBanned report={report} coveredBy={around.length} />
      ) : (
        <>
          <h3 className={styles.heading}>
            <span className={styles.ip}>{report.ip}</span> is banned in {countOf(own.length, 'jail')}
          </h3>
          <BanList bans={own} />
          <UnbanEverywhere ip={report.ip} bans={own} />
        </>
      )}
      {around.length > 0 && (
        <>
          <h3 className={styles.heading}>Also blocked as part of a network</h3>
          <BanList bans={around} />
        </>
      )}
      {inside.length > 0 && <Inside bans={inside} />}
      <Past events={report.events} />
    </div>
  )
}

function NotBanned({ report, coveredBy }: { report: IpReport; coveredBy: number }) {
  const isPublic = report.scope === 'public'
  const detail = [
    report.kind === 'network' ? 'No jail bans the network as a whole.' : undefined,
    coveredBy > 0 ? 'A network it belongs to is banned, though: see below.' : undefined,
    isPublic ? undefined : `It is not a public address (${report.scope}).`,
  ]
  return (
    <EmptyState
      tone={coveredBy > 0 ? 'warn' : 'ok'}
      title={`${report.ip} is not banned in any jail`}
      detail={detail.filter(Boolean).join(' ') || undefined}
    />
  )
}

function BanList({ bans }: { bans: readonly ReportedBan[] }) {
  return (
    <ul className={styles.bans}>
      {bans.map((ban) => (
        <BanItem key={keyOf(ban)} ban={ban} />
      ))}
    </ul>
  )
}

function BanItem({ ban }: { ban: ReportedBan }) {
  const unban = useUnbanRow(ban, undefined)
  const block = useChangeBlock()
  const line = ban.reason?.matches[0]
  return (
    <li className={styles.ban}>
      <span className={styles.banIcon}>
        <ToneIcon tone="danger" size={18} />
      </span>
      <div className={styles.banText}>
        <p className={styles.jail}>
          {ban.jail}
          {ban.relation !== 'exact' && <span className={styles.ip}> {ban.ip}</span>}
        </p>
        <p className={styles.facts}>
          {ban.reason &&
            `${ban.reason.failures > 0 ? countOf(ban.reason.failures, 'failure') : 'set by hand'} · `}
          banned <RelativeTime at={ban.bannedAt} /> ·{' '}
          {ban.expiresAt === undefined ? (
            'permanent'
          ) : (
            <>
              ends <RelativeTime at={ban.expiresAt} />
            </>
          )}
        </p>
        {line !== undefined && (
          <p className={styles.line}>
            <span>{line}</span>
          </p>
        )}
        {unban.error && (
          <p className={styles.failure} role="alert">
            Still banned. {unban.error.message}
          </p>
        )}
      </div>
      <Button
        size="small"
        aria-label={`Unban ${ban.ip} from ${ban.jail}`}
        busy={unban.isPending}
        disabledReason={block}
        onClick={unban.retry}
      >
        {unban.isPending ? 'Unbanning…' : unban.error ? 'Retry' : 'Unban'}
      </Button>
    </li>
  )
}

function UnbanEverywhere({ ip, bans }: { ip: string; bans: readonly ReportedBan[] }) {
  const everywhere = useUnbanEverywhere()
  const tell = useUnbanToast()
  const block = useChangeBlock()
  const [asking, setAsking] = useState(false)

  function lift() {
    setAsking(false)
    void everywhere.mutateAsync(ip).then(
      (lifted) => tell(ip, lifted.length > 0 ? lifted : bans, undefined),
      () => undefined,
    )
  }

  return (
    <div className={styles.everywhere}>
      <Button
        variant="primary"
        busy={everywhere.isPending}
        disabledReason={block}
        onClick={() => (bans.length > ASK_ABOVE ? setAsking(true) : lift())}
      >
        {!everywhere.isPending && <LockOpen size={16} aria-hidden />}
        {everywhere.isPending ? 'Unbanning…' : 'Unban from all jails'}
      </Button>
      {everywhere.error && (
        <p className={styles.failure} role="alert">
          {everywhere.error.message}
        </p>
      )}
      <AlertDialog
        open={asking}
        onOpenChange={setAsking}
        title={`Unban ${ip} from ${countOf(bans.length, 'jail')}?`}
        description="It may connect again at once."
        confirm={
          <Button variant="primary" onClick={lift}>
            Unban from {countOf(bans.length, 'jail')}
          </Button>
        }
      />
    </div>
  )
}

function Inside({ bans }: { bans: readonly ReportedBan[] }) {
  return (
    <>
      <h3 className={styles.heading}>{countOf(bans.length, 'ban')} inside the network</h3>
      <BanList bans={bans} />
    </>
  )
}

function Past({ events }: { events: readonly BanEvent[] }) {
  if (events.length === 0) return null
  return (
    <>
      <h3 className={styles.heading}>History</h3>
      <ul className={styles.events}>
        {events.slice(0, SHOWN_EVENTS).map((event) => (
          <li key={event.id}>
            <Badge tone={event.kind === 'ban' ? 'danger' : 'neutral'}>
              {event.kind === 'ban' ? 'Banned' : 'Unbanned'}
            </Badge>
            <span>
              in {event.jail}
              {event.cause === 'expired' && ', time was up'}
            </span>
            <RelativeTime at={event.at} />
          </li>
        ))}
      </ul>
    </>
  )
}
