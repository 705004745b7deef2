import { Plural, Trans, useLingui } from '@lingui/react/macro'
import { plural } from '@lingui/core/macro'
import { ChevronDown } from 'lucide-react'
import type { Ban } from '../../../shared/ban.ts'
import { formatNumber, ordinal } from '../../ui/words.ts'
import { messageOf } from './log-line.ts'
import styles from './reason.module.css'

/**
 * Why an address was banned: how often it failed and the first line that matched. The line comes from a log, where attackers
 * write what they like; it is shown as text and nothing else.
 */
export function Reason({ ban, open, onToggle }: { ban: Ban; open: boolean; onToggle: () => void }) {
  const { t } = useLingui()
  const { ip, jail } = ban
  const line = ban.reason?.matches[0]
  const failures = ban.reason?.failures ?? 0
  const failed = plural(failures, { one: '# failure', other: '# failures' })
  return (
    <button
      type="button"
      className={styles.reason}
      data-why
      aria-expanded={open}
      aria-label={t`Why ${ip} is banned in ${jail}: ${ban.reason ? failed : t`not recorded`}`}
      title={open ? undefined : line}
      onClick={onToggle}
    >
      {ban.banCount > 1 && <Again count={ban.banCount} />}
      {line === undefined ? (
        <span className={styles.none}>
          <WithoutLines ban={ban} />
        </span>
      ) : (
        <>
          <span className={styles.count}>{formatNumber(failures)} ×</span>
          <span className={styles.line}>{messageOf(line)}</span>
        </>
      )}
      <ChevronDown size={14} aria-hidden className={styles.chevron} />
    </button>
  )
}

function Again({ count }: { count: number }) {
  const nth = ordinal(count)
  return (
    <span className={styles.again}>
      <Trans>{nth} ban</Trans>
    </span>
  )
}

/** fail2ban counts no failures for a ban that somebody has set with a command. */
function WithoutLines({ ban: { reason } }: { ban: Ban }) {
  if (!reason) return <Trans>Not recorded</Trans>
  if (reason.failures === 0) return <Trans>Set by hand</Trans>
  return <Plural value={reason.failures} one="# failure" other="# failures" />
}
