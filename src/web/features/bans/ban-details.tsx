import { Plural, Trans, useLingui } from '@lingui/react/macro'
import { useQuery } from '@tanstack/react-query'
import type { Ban } from '../../../shared/ban.ts'
import { inChosenLanguage } from '../../api/server-words.ts'
import { RelativeTime } from '../../ui/relative-time.tsx'
import { formatAbsolute, formatDuration } from '../../ui/time.ts'
import { ordinal } from '../../ui/words.ts'
import { banQuery } from './bans.queries.ts'
import styles from './reason.module.css'

/** All that is known of a ban: the matched lines, which step of the escalation it is, and when it ends. */
export function BanDetails({ ban }: { ban: Ban }) {
  const { t } = useLingui()
  const isPartial = ban.reason?.partial === true
  const whole = useQuery({ ...banQuery(ban), enabled: isPartial })
  const reason = whole.data?.reason ?? ban.reason
  const lines = reason?.matches ?? []
  return (
    <figure className={styles.matches}>
      <figcaption>
        <ul className={styles.facts}>
          <li>
            {reason === undefined ? (
              <Trans>fail2ban’s database does not tell why</Trans>
            ) : reason.failures > 0 ? (
              <Plural value={reason.failures} one="# failure" other="# failures" />
            ) : (
              <Trans>Set by hand</Trans>
            )}
          </li>
          <Step ban={ban} />
          <Until ban={ban} />
        </ul>
      </figcaption>
      {lines.length > 0 && (
        <section
          className={styles.lines}
          aria-label={t`Matched lines, oldest first`}
          // Where they scroll, the keyboard has to reach them.
          // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
          tabIndex={0}
        >
          {lines.map((line, index) => (
            <span key={index}>{line}</span>
          ))}
        </section>
      )}
      {isPartial && whole.isPending && (
        <p className={styles.none}>
          <Trans>Loading all lines…</Trans>
        </p>
      )}
      {whole.error && <p className={styles.none}>{inChosenLanguage(whole.error.message)}</p>}
    </figure>
  )
}

function Step({ ban: { banCount, jail } }: { ban: Ban }) {
  const nth = ordinal(banCount)
  return (
    <li>
      {banCount === 1 ? (
        <Trans>first ban in {jail}</Trans>
      ) : (
        <Trans>
          {nth} ban in {jail}
        </Trans>
      )}
    </li>
  )
}

function Until({ ban: { bannedAt, expiresAt } }: { ban: Ban }) {
  const since = formatAbsolute(bannedAt)
  if (expiresAt === undefined) {
    return (
      <li>
        <Trans>banned {since}, permanently</Trans>
      </li>
    )
  }
  const lasts = formatDuration((Date.parse(expiresAt) - Date.parse(bannedAt)) / 1000)
  return (
    <li>
      <Trans>
        banned {since} for {lasts}, ends <RelativeTime at={expiresAt} />
      </Trans>
    </li>
  )
}
