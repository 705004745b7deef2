import { plural } from '@lingui/core/macro'
import { Plural, Trans, useLingui } from '@lingui/react/macro'
import { X } from 'lucide-react'
import type { UnbanResult } from '../../../shared/ban.ts'
import { inChosenLanguage } from '../../api/server-words.ts'
import { Button } from '../../ui/button.tsx'
import styles from './bulk.module.css'
import type { BulkUnban } from './use-bulk-unban.ts'

/** Which of the selected bans could not be lifted, and why. */
export function UnbanFailures({ bulk }: { bulk: BulkUnban }) {
  const { t } = useLingui()
  const { outcome } = bulk
  if (!outcome) return null
  const { unbanned, failures } = outcome
  return (
    <section className={styles.outcome} data-tone="danger" role="alert">
      <header>
        <p>
          <strong>
            <Plural
              value={failures.length}
              one="# address could not be unbanned."
              other="# addresses could not be unbanned."
            />
          </strong>{' '}
          {unbanned > 0 && <Plural value={unbanned} one="# was unbanned." other="# were unbanned." />}
        </p>
        <Button size="small" busy={bulk.isPending} onClick={bulk.retry}>
          {plural(failures.length, { one: 'Retry #', other: 'Retry #' })}
        </Button>
        <Button size="small" variant="ghost" aria-label={t`Dismiss`} onClick={bulk.dismiss}>
          <X size={16} aria-hidden />
        </Button>
      </header>
      <FailureList failures={failures} />
    </section>
  )
}

export function FailureList({ failures }: { failures: readonly UnbanResult[] }) {
  const { t } = useLingui()
  return (
    // Many of them scroll, for which the keyboard has to reach them.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <ul className={styles.failures} aria-label={t`Not unbanned`} tabIndex={0}>
      {failures.map(({ host, jail, ip, detail = '' }) => (
        <li key={`${host} ${jail} ${ip}`}>
          <span className={styles.ip}>{ip}</span> <Trans>in {jail}:</Trans> {inChosenLanguage(detail)}
        </li>
      ))}
    </ul>
  )
}
