import { useLingui } from '@lingui/react/macro'
import styles from './matched-lines.module.css'

/**
 * The log lines that got an address banned. Attackers write in logs what they like: it is shown as text and nothing else.
 * Where there is little room the last line stands for all.
 */
export function MatchedLines({ lines, isWhole }: { lines: readonly string[]; isWhole: boolean }) {
  const { t } = useLingui()
  const shown = isWhole ? lines : lines.slice(-1)
  if (shown.length === 0) return null
  return (
    <ol className={isWhole ? styles.lines : styles.line} aria-label={t`Matched lines, oldest first`}>
      {shown.map((line, index) => (
        <li key={index}>{line}</li>
      ))}
    </ol>
  )
}
