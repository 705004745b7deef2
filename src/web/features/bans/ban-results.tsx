import type { IpOutcome, IpResult } from '../../../shared/ban.ts'
import { ToneIcon, type Tone } from '../../ui/badge.tsx'
import { cx } from '../../ui/class-names.ts'
import styles from './ban-dialog.module.css'

const OUTCOMES: Readonly<Record<IpOutcome, { tone: Tone; word: string }>> = {
  banned: { tone: 'ok', word: 'Banned' },
  'already-banned': { tone: 'info', word: 'Was banned already' },
  unbanned: { tone: 'ok', word: 'Unbanned' },
  'not-banned': { tone: 'info', word: 'Was not banned' },
  invalid: { tone: 'danger', word: 'Not an address' },
  failed: { tone: 'danger', word: 'Not banned' },
}

/** What became of each address, the failed ones first. */
export function BanResults({ results }: { results: readonly IpResult[] }) {
  const order = [...results].sort((a, b) => weightOf(a) - weightOf(b))
  return (
    <ul className={styles.results} aria-label="Results" aria-live="polite">
      {order.map((result) => {
        const { tone, word } = OUTCOMES[result.outcome]
        return (
          <li key={result.ip}>
            <span className={cx(styles.icon, styles[tone])}>
              <ToneIcon tone={tone} size={16} />
            </span>
            <div className={styles.result}>
              <p>
                <span className={styles.ip}>{result.ip}</span> {word}
              </p>
              {result.detail !== undefined && <p className={styles.detail}>{result.detail}</p>}
            </div>
          </li>
        )
      })}
    </ul>
  )
}

function weightOf({ outcome }: IpResult): number {
  return outcome === 'failed' || outcome === 'invalid' ? 0 : 1
}
