import { Plural, Trans, useLingui } from '@lingui/react/macro'
import type { BanEvent } from '../../../shared/event.ts'
import { Badge } from '../../ui/badge.tsx'
import { RelativeTime } from '../../ui/relative-time.tsx'
import { formatDuration } from '../../ui/time.ts'
import { ordinal } from '../../ui/words.ts'
import styles from './ip-report.module.css'
import { MatchedLines } from '../bans/matched-lines.tsx'

/** In the find box. */
const SHOWN_EVENTS = 5

/** What happened to an address, newest first. */
export function IpHistory({ events, isWhole }: { events: readonly BanEvent[]; isWhole: boolean }) {
  const shown = isWhole ? events : events.slice(0, SHOWN_EVENTS)
  return (
    <ol className={styles.events}>
      {shown.map((event) => (
        <li key={event.id}>
          <Badge tone={event.kind === 'ban' ? 'danger' : 'neutral'}>
            {event.kind === 'ban' ? <Trans>Banned</Trans> : <Trans>Unbanned</Trans>}
          </Badge>
          <span>{event.kind === 'ban' ? <BanText event={event} /> : <UnbanText event={event} />}</span>
          <RelativeTime at={event.at} />
          {isWhole && event.reason && event.reason.matches.length > 0 && (
            <details className={styles.why}>
              <summary>
                <Plural value={event.reason.failures} one="# failure" other="# failures" />
              </summary>
              <MatchedLines lines={event.reason.matches} isWhole />
            </details>
          )}
        </li>
      ))}
    </ol>
  )
}

function BanText({ event }: { event: BanEvent }) {
  const { jail, at, expiresAt, banCount = 1 } = event
  const step = ordinal(banCount)
  if (expiresAt === undefined) return <Trans>in {jail}, permanently</Trans>
  const duration = formatDuration((Date.parse(expiresAt) - Date.parse(at)) / 1000)
  if (banCount < 2)
    return (
      <Trans>
        in {jail} for {duration}
      </Trans>
    )
  return (
    <Trans>
      in {jail} for {duration}, {step} time
    </Trans>
  )
}

function UnbanText({ event }: { event: BanEvent }) {
  const { t } = useLingui()
  const { jail, cause } = event
  if (cause === 'expired') return t`in ${jail}, time was up`
  if (cause === 'lifted') return t`in ${jail}, lifted before its time`
  return t`in ${jail}, it was gone when fail2ban or BanGUI started`
}
