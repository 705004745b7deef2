import type { MessageDescriptor } from '@lingui/core'
import { msg, t } from '@lingui/core/macro'
import { useLingui } from '@lingui/react/macro'
import type { JobReport } from '../../../shared/cluster.ts'
import { sentencesOf } from '../../api/api-error.ts'
import { inChosenLanguage } from '../../api/server-words.ts'
import { Badge, type Tone } from '../../ui/badge.tsx'
import { Button } from '../../ui/button.tsx'
import { Card } from '../../ui/card.tsx'
import { RelativeTime } from '../../ui/relative-time.tsx'
import { Cell, ColumnHeader, Row, RowHeader, Table, TableBody, TableHead } from '../../ui/table.tsx'
import { showToast, type ToastOptions } from '../../ui/toast.ts'
import { formatNumber } from '../../ui/words.ts'
import { useWriteBlock } from '../live/live-provider.tsx'
import { useRunJob } from './cluster.queries.ts'
import { formatMilliseconds } from '../health/amounts.ts'
import styles from './health-page.module.css'
import { LabelledCell } from './labelled-cell.tsx'

const RESULTS: Readonly<
  Record<NonNullable<JobReport['lastResult']>, { tone: Tone; word: MessageDescriptor }>
> = {
  done: { tone: 'ok', word: msg`Done` },
  failed: { tone: 'danger', word: msg`Failed` },
  running: { tone: 'info', word: msg`Running` },
}

/** Background work: how the last run went, when the next is due, and a run just now. */
export function JobsCard({ jobs }: { jobs: readonly JobReport[] }) {
  const { t } = useLingui()
  return (
    <Card title={t`Background jobs`} note={t`each run is done once, by whichever process takes it`}>
      <Table label={t`Background jobs`} className={styles.table}>
        <TableHead>
          <ColumnHeader>{t`Job`}</ColumnHeader>
          <ColumnHeader>{t`Last result`}</ColumnHeader>
          <ColumnHeader>{t`Last run`}</ColumnHeader>
          <ColumnHeader>{t`Took`}</ColumnHeader>
          <ColumnHeader>{t`Next run`}</ColumnHeader>
          <ColumnHeader numeric>{t`Runs`}</ColumnHeader>
          <ColumnHeader hidden>{t`Run now`}</ColumnHeader>
        </TableHead>
        <TableBody>
          {jobs.map((job) => (
            <JobRow key={job.name} job={job} />
          ))}
        </TableBody>
      </Table>
    </Card>
  )
}

function JobRow({ job }: { job: JobReport }) {
  const { t, i18n } = useLingui()
  const block = useWriteBlock()
  const run = useRunJob(job)
  const { name } = job
  const word = run.isPending ? t`Running…` : t`Run now`
  const result = job.lastResult && RESULTS[job.lastResult]

  function runNow() {
    run.mutate(undefined, {
      onSuccess: (ran) => showToast(ran ? outcomeOf(ran) : notBegun(job)),
      onError: (error) =>
        showToast({ tone: 'danger', title: t`${name} was not run`, detail: sentencesOf(error) }),
    })
  }

  return (
    <Row className={styles.row}>
      <RowHeader className={styles.name}>
        <span className={styles.mainName}>{job.name}</span>
        <span className={styles.remark}>{inChosenLanguage(job.schedule)}</span>
        {job.lastError !== undefined && (
          <span className={styles.error}>{inChosenLanguage(job.lastError)}</span>
        )}
      </RowHeader>
      <LabelledCell label={t`Last result`}>
        {result ? (
          <Badge tone={result.tone}>{i18n._(result.word)}</Badge>
        ) : (
          <Badge tone="neutral">{t`Not run yet`}</Badge>
        )}
      </LabelledCell>
      <LabelledCell label={t`Last run`}>
        {job.lastRunAt === undefined ? '–' : <RelativeTime at={job.lastRunAt} />}
      </LabelledCell>
      <LabelledCell label={t`Took`}>
        {job.lastDurationMs === undefined ? '–' : formatMilliseconds(job.lastDurationMs)}
      </LabelledCell>
      <LabelledCell label={t`Next run`}>
        {job.nextRunAt === undefined ? '–' : <RelativeTime at={job.nextRunAt} />}
      </LabelledCell>
      <LabelledCell label={t`Runs`} numeric>
        {formatNumber(job.runs)}
      </LabelledCell>
      <Cell className={styles.action}>
        <Button
          size="small"
          aria-label={run.isPending ? t`Running: ${name}` : t`Run now: ${name}`}
          busy={run.isPending}
          disabledReason={block}
          onClick={runNow}
        >
          {word}
        </Button>
      </Cell>
    </Row>
  )
}

function outcomeOf({ name, lastResult, lastError, lastDurationMs }: JobReport): ToastOptions {
  if (lastResult === 'failed') return { tone: 'danger', title: t`${name} failed`, detail: lastError }
  if (lastDurationMs === undefined) return { tone: 'ok', title: t`${name} ran` }
  const took = formatMilliseconds(lastDurationMs)
  return { tone: 'ok', title: t`${name} ran in ${took}` }
}

function notBegun({ name }: JobReport): ToastOptions {
  return {
    tone: 'warn',
    title: t`${name} has not begun yet`,
    detail: t`It runs as soon as a process with the role jobs takes it up.`,
  }
}
