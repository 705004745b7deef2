import { Plural, Trans, useLingui } from '@lingui/react/macro'
import { LockOpen } from 'lucide-react'
import { inChosenLanguage } from '../../api/server-words.ts'
import { ToneIcon } from '../../ui/badge.tsx'
import { Button } from '../../ui/button.tsx'
import { IpCell } from '../../ui/ip-cell.tsx'
import { usePreferences } from '../../ui/preferences.ts'
import { RelativeTime } from '../../ui/relative-time.tsx'
import { formatClock, formatDuration } from '../../ui/time.ts'
import { ordinal } from '../../ui/words.ts'
import { keyOf } from '../bans/ban-pages.ts'
import { useChangeBlock } from '../bans/use-change-block.ts'
import { useUnbanRow } from '../bans/use-unban-row.ts'
import styles from './ip-report.module.css'
import type { ReportedBan } from './ip.queries.ts'
import { MatchedLines } from '../bans/matched-lines.tsx'

export function ReportedBans({ bans, isWhole }: { bans: readonly ReportedBan[]; isWhole: boolean }) {
  return (
    <ul className={styles.bans}>
      {bans.map((ban) => (
        <BanItem key={keyOf(ban)} ban={ban} isWhole={isWhole} />
      ))}
    </ul>
  )
}

/** Where, why and until when; and the way out of it. */
function BanItem({ ban, isWhole }: { ban: ReportedBan; isWhole: boolean }) {
  const { t } = useLingui()
  const unban = useUnbanRow(ban, undefined)
  const block = useChangeBlock()
  const { jail, ip } = ban
  return (
    <li className={styles.ban}>
      <span className={styles.banIcon}>
        <ToneIcon tone="danger" size={18} />
      </span>
      <div className={styles.banText}>
        <p className={styles.jail}>
          {jail}
          {ban.relation !== 'exact' && <IpCell ip={ip} />}
        </p>
        <Facts ban={ban} />
        {ban.reason && <MatchedLines lines={ban.reason.matches} isWhole={isWhole} />}
        {unban.error && (
          <p className={styles.failure} role="alert">
            <Trans>Still banned.</Trans> {inChosenLanguage(unban.error.message)}
          </p>
        )}
      </div>
      <Button
        size="small"
        aria-label={t`Unban ${ip} from ${jail}`}
        busy={unban.isPending}
        disabledReason={block}
        onClick={unban.retry}
      >
        {!unban.isPending && <LockOpen size={14} aria-hidden />}
        {unban.isPending ? t`Unbanning…` : unban.error ? t`Retry` : t`Unban`}
      </Button>
    </li>
  )
}

function Facts({ ban }: { ban: ReportedBan }) {
  const { bannedAt, expiresAt, banCount } = ban
  const failures = ban.reason?.failures ?? 0
  const step = ordinal(banCount)
  const lasts =
    expiresAt === undefined
      ? undefined
      : formatDuration((Date.parse(expiresAt) - Date.parse(bannedAt)) / 1000)
  return (
    <ul className={styles.facts}>
      {ban.reason && (
        <li>
          {failures > 0 ? (
            <Plural value={failures} one="# failure" other="# failures" />
          ) : (
            <Trans>set by hand</Trans>
          )}
        </li>
      )}
      {banCount > 1 && (
        <li>
          <Trans>{step} ban in this jail</Trans>
        </li>
      )}
      <li>
        {expiresAt === undefined ? (
          <Trans>
            banned <Moment at={bannedAt} /> for ever
          </Trans>
        ) : (
          <Trans>
            banned <Moment at={bannedAt} /> for {lasts}
          </Trans>
        )}
      </li>
      {expiresAt !== undefined && (
        <li>
          <Trans>
            ends <Moment at={expiresAt} />
          </Trans>
        </li>
      )}
    </ul>
  )
}

/** The clock and the distance, since people compare it with log files and with their watch. */
function Moment({ at }: { at: string }) {
  const { timeStyle } = usePreferences()
  if (timeStyle === 'absolute') return <RelativeTime at={at} />
  return (
    <>
      {formatClock(new Date(at))} (<RelativeTime at={at} />)
    </>
  )
}
