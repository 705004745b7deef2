import { Trans, useLingui } from '@lingui/react/macro'
import type { JailDetail, LogFile } from '../../../shared/jail.ts'
import { Badge, type Tone } from '../../ui/badge.tsx'
import { Card } from '../../ui/card.tsx'
import { RelativeTime } from '../../ui/relative-time.tsx'
import { formatNumber } from '../../ui/words.ts'
import styles from './jails.module.css'

/** Where the jail looks for failures. */
export function LogFilesCard({ jail }: { jail: JailDetail }) {
  const { t } = useLingui()
  if (jail.state === 'stopped') return null
  const isJournal = jail.sourceKind === 'journal'
  const files = jail.files ?? jail.sources.map((path): LogFile => ({ path, state: 'ok' }))
  return (
    <Card title={isJournal ? t`Journal` : t`Log files`}>
      <div className={styles.body}>
        <ul className={styles.list}>
          {isJournal
            ? jail.sources.map((match) => (
                <li key={match}>
                  <span className={styles.mono}>{match}</span>
                </li>
              ))
            : files.map((file) => <File key={file.path} file={file} />)}
        </ul>
        {isJournal && jail.sources.length === 0 && (
          <p className={styles.note}>
            <Trans>It reads everything in systemd’s journal.</Trans>
          </p>
        )}
        {!isJournal && files.length === 0 && (
          <p className={styles.note}>
            <Trans>It watches no log file, so it cannot ban anyone.</Trans>
          </p>
        )}
      </div>
    </Card>
  )
}

function File({ file }: { file: LogFile }) {
  const { changedAt, sizeBytes } = file
  const size = sizeBytes === undefined ? undefined : sizeOf(sizeBytes)
  const { tone, word, note } = useWords(file)
  return (
    <li>
      <div>
        <span className={styles.mono}>{file.path}</span>
        {changedAt !== undefined && (
          <span className={styles.host}>
            <Trans>
              last written <RelativeTime at={changedAt} />, {size}
            </Trans>
          </span>
        )}
        {note !== undefined && (
          <span className={styles.problem} data-severe={tone === 'danger' || undefined}>
            {note}
          </span>
        )}
      </div>
      <Badge tone={tone}>{word}</Badge>
    </li>
  )
}

function useWords({ state }: LogFile): { tone: Tone; word: string; note?: string } {
  const { t } = useLingui()
  if (state === 'ok') return { tone: 'ok', word: t`Exists` }
  if (state === 'missing') {
    return {
      tone: 'danger',
      word: t`Missing`,
      note: t`It does not exist. Create it or correct logpath, then reload the jail.`,
    }
  }
  if (state === 'given-up') {
    return {
      tone: 'warn',
      word: t`Not watched`,
      note: t`It was away for so long that fail2ban has stopped watching it. Reload the jail.`,
    }
  }
  return {
    tone: 'neutral',
    word: t`Not visible`,
    note: t`BanGUI’s agent may not look at it, which does not mean that fail2ban may not.`,
  }
}

const SIZES = ['B', 'kB', 'MB', 'GB', 'TB'] as const

function sizeOf(bytes: number): string {
  const step = Math.min(SIZES.length - 1, Math.floor(Math.log10(Math.max(1, bytes)) / 3))
  return `${formatNumber(bytes / 1_000 ** step, { maximumFractionDigits: 1 })} ${SIZES[step]}`
}
