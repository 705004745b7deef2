import { useState } from 'react'
import { plural, t as say } from '@lingui/core/macro'
import { Plural, Trans, useLingui } from '@lingui/react/macro'
import { X } from 'lucide-react'
import type { UnbanJob } from '../../../shared/ban.ts'
import { inChosenLanguage } from '../../api/server-words.ts'
import { Button } from '../../ui/button.tsx'
import { Progress } from '../../ui/progress.tsx'
import { formatNumber } from '../../ui/words.ts'
import { isUnderWay, useCancelUnban } from './bans.queries.ts'
import styles from './bulk.module.css'
import { FailureList } from './unban-failures.tsx'
import { wordsOf } from './use-ban-filter.ts'
import { useChangeBlock } from './use-change-block.ts'

/** A result is shown so long, unless somebody dismisses it. */
const SHOWN_MS = 600_000
const KEY = 'bangui.bans.dismissed'

/** Orders to lift everything that matches: how far they are, and what became of the last one. Survives a reload. */
export function UnbanProgress({ jobs }: { jobs: readonly UnbanJob[] }) {
  const [dismissed, setDismissed] = useState(() => sessionStorage.getItem(KEY))
  const [last] = jobs
  const shown = jobs.filter(
    (job) => isUnderWay(job) || (job === last && job.id !== dismissed && isRecent(job)),
  )
  return shown.map((job) => (
    <Job
      key={job.id}
      job={job}
      onDismiss={() => {
        sessionStorage.setItem(KEY, job.id)
        setDismissed(job.id)
      }}
    />
  ))
}

function isRecent({ finishedAt = '' }: UnbanJob): boolean {
  return Date.now() - Date.parse(finishedAt) < SHOWN_MS
}

function Job({ job, onDismiss }: { job: UnbanJob; onDismiss: () => void }) {
  const { t } = useLingui()
  const { q = '', jail = '' } = job.filter
  const what = wordsOf({ q, jail })
  const done = job.unbanned + job.gone + job.failed
  const isRunning = isUnderWay(job)
  const hasFailed = job.failed > 0 || job.state === 'stopped'
  return (
    <section
      className={styles.outcome}
      data-tone={hasFailed ? 'danger' : undefined}
      aria-label={t`Unbanning ${what}`}
    >
      <header>
        <Progress
          label={isRunning ? t`Unbanning ${what}` : titleOf(job, what)}
          value={job.state === 'waiting' ? undefined : done}
          max={Math.max(1, job.total)}
          failed={hasFailed}
          detail={t`${formatNumber(done)} of ${formatNumber(job.total)}`}
        />
        {isRunning ? (
          <Cancel job={job} />
        ) : (
          <Button size="small" variant="ghost" aria-label={t`Dismiss`} onClick={onDismiss}>
            <X size={16} aria-hidden />
          </Button>
        )}
      </header>
      <ul className={styles.counts}>
        <li>
          <Plural value={job.unbanned} one="# unbanned" other="# unbanned" />
        </li>
        {job.gone > 0 && (
          <li>
            <Plural value={job.gone} one="# had ended already" other="# had ended already" />
          </li>
        )}
        {job.failed > 0 && (
          <li>
            <Plural value={job.failed} one="# failed" other="# failed" />
          </li>
        )}
        <li>
          <Trans>ordered by {job.username}</Trans>
        </li>
      </ul>
      {job.problem !== undefined && <p role="alert">{inChosenLanguage(job.problem)}</p>}
      {job.failures.length > 0 && (
        <details>
          <summary>{plural(job.failed, { one: 'Why # failed', other: 'Why # failed' })}</summary>
          <FailureList failures={job.failures} />
        </details>
      )}
    </section>
  )
}

function titleOf({ state }: UnbanJob, what: string): string {
  if (state === 'cancelled') return say`Cancelled: unbanning ${what}`
  return state === 'stopped' ? say`Stopped: unbanning ${what}` : say`Done: unbanning ${what}`
}

function Cancel({ job }: { job: UnbanJob }) {
  const cancel = useCancelUnban()
  const block = useChangeBlock()
  return (
    <Button size="small" busy={cancel.isPending} disabledReason={block} onClick={() => cancel.mutate(job.id)}>
      <Trans>Cancel</Trans>
    </Button>
  )
}
