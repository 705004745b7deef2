import { plural } from '@lingui/core/macro'
import { Plural, Trans, useLingui } from '@lingui/react/macro'
import { LockOpen, X } from 'lucide-react'
import { Button } from '../../ui/button.tsx'
import { formatNumber } from '../../ui/words.ts'
import styles from './bulk.module.css'
import type { Selection } from './selection.ts'
import type { BulkUnban } from './use-bulk-unban.ts'
import { useChangeBlock } from './use-change-block.ts'

interface BulkBarProps {
  selection: Selection
  bulk: BulkUnban
  total: number
  onSelectAll: () => void
  onClear: () => void
}

/** What can be done with what is selected. */
export function BulkBar({ selection, bulk, total, onSelectAll, onClear }: BulkBarProps) {
  const { t } = useLingui()
  const block = useChangeBlock()
  const canSelectAll = selection.kind === 'some' && total > selection.bans.size
  return (
    <section className={styles.bar} aria-label={t`Selection`}>
      <p aria-live="polite">
        {selection.kind === 'all' ? (
          <Trans>All {formatNumber(total)} that match are selected</Trans>
        ) : (
          <Plural value={bulk.count} one="# selected" other="# selected" />
        )}
      </p>
      {canSelectAll && (
        <Button size="small" variant="ghost" onClick={onSelectAll}>
          <Trans>Select all {formatNumber(total)} that match</Trans>
        </Button>
      )}
      <span className={styles.end}>
        <Button size="small" variant="ghost" className={styles.brief} onClick={onClear}>
          <X size={14} aria-hidden />
          <span className={styles.word}>
            <Trans>Clear selection</Trans>
          </span>
        </Button>
        <Button variant="primary" busy={bulk.isPending} disabledReason={block} onClick={bulk.begin}>
          {!bulk.isPending && <LockOpen size={16} aria-hidden />}
          {plural(bulk.count, { one: 'Unban #', other: 'Unban #' })}
        </Button>
      </span>
    </section>
  )
}
