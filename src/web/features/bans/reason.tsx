import { ChevronDown } from 'lucide-react'
import type { Ban } from '../../../shared/ban.ts'
import { countOf, ordinal } from '../../ui/words.ts'
import { messageOf } from './log-line.ts'
import styles from './reason.module.css'

/**
 * Why an address was banned: how often it failed and the first line that matched. The line comes from a log, where attackers
 * write what they like; it is shown as text and nothing else.
 */
export function Reason({ ban, open, onToggle }: { ban: Ban; open: boolean; onToggle: () => void }) {
  const line = ban.reason?.matches[0]
  const failures = ban.reason?.failures ?? 0
  const again = ban.banCount > 1 && <span className={styles.again}>{ordinal(ban.banCount)} ban</span>
  if (line === undefined) {
    return (
      <span className={styles.none}>
        {again}
        {describeWithoutLines(ban)}
      </span>
    )
  }
  return (
    <button
      type="button"
      className={styles.reason}
      aria-expanded={open}
      aria-label={`Why ${ban.ip} is banned in ${ban.jail}: ${countOf(failures, 'failure')}`}
      title={open ? undefined : line}
      onClick={onToggle}
    >
      {again}
      <span className={styles.count}>{failures} ×</span>
      <span className={styles.line}>{messageOf(line)}</span>
      <ChevronDown size={14} aria-hidden className={styles.chevron} />
    </button>
  )
}

/** fail2ban counts no failures for a ban that somebody has set with a command. */
function describeWithoutLines({ reason }: Ban): string {
  if (!reason) return 'Not recorded'
  return reason.failures > 0 ? countOf(reason.failures, 'failure') : 'Set by hand'
}

/** All lines that are known, oldest first. */
export function Matches({ ban }: { ban: Ban }) {
  const lines = ban.reason?.matches ?? []
  return (
    <figure className={styles.matches}>
      <figcaption>
        {countOf(ban.reason?.failures ?? 0, 'failure')}, {countOf(lines.length, 'matched line')}, oldest first
      </figcaption>
      <pre>
        {lines.map((line, index) => (
          <span key={index}>{line}</span>
        ))}
      </pre>
    </figure>
  )
}
