import type { JobReport } from '../../../shared/cluster.ts'
import { sentencesOf } from '../../api/api-error.ts'
import { Badge, type Tone } from '../../ui/badge.tsx'
import { Button } from '../../ui/button.tsx'
import { Card } from '../../ui/card.tsx'
import { RelativeTime } from '../../ui/relative-time.tsx'
import { Cell, ColumnHeader, Row, RowHeader, Table, TableBody, TableHead } from '../../ui/table.tsx'
import { showToast, type ToastOptions } from '../../ui/toast.ts'
import { useWriteBlock } from '../live/live-provider.tsx'
import { useRunJob } from './cluster.queries.ts'
import { formatMilliseconds } from './figures.ts'
import styles from './health-page.module.css'
import { LabelledCell } from './labelled-cell.tsx'

const RESULTS: Readonly<Record<NonNullable<JobReport['lastResult']>, { tone: Tone; word: string }>> = {
  done: { tone: 'ok', word: 'Done' },
  failed: { tone: 'danger', word: 'Failed' },
  running: { tone: 'info', word: 'Running' },
}

/** Background work: how the last run went, when the next is due, and a run just now. */
export function JobsCard({ jobs }: { jobs: readonly JobReport[] }) {
  return (
    <Card title="Background jobs" note="each run is done once, by whichever process takes it">
      <Table label="Background jobs" className={styles.table}>
        <TableHead>
          <ColumnHeader>Job</ColumnHeader>
          <ColumnHeader>Last result</ColumnHeader>
          <ColumnHeader>Last run</ColumnHeader>
          <ColumnHeader>Took</ColumnHeader>
          <ColumnHeader>Next run</ColumnHeader>
          <ColumnHeader numeric>Runs</ColumnHeader>
          <ColumnHeader hidden>Run now</ColumnHeader>
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
  const block = useWriteBlock()
  const run = useRunJob(job)
  const word = run.isPending ? 'Running…' : 'Run now'
  const result = job.lastResult && RESULTS[job.lastResult]

  function runNow() {
    run.mutate(undefined, {
      onSuccess: (ran) => showToast(ran ? outcomeOf(ran) : notBegun(job)),
      onError: (error) =>
        showToast({ tone: 'danger', title: `${job.name} was not run`, detail: sentencesOf(error) }),
    })
  }

  return (
    <Row className={styles.row}>
      <RowHeader className={styles.name}>
        <span className={styles.mainName}>{job.name}</span>
        <span className={styles.remark}>{job.schedule}</span>
        {job.lastError !== undefined && <span className={styles.error}>{job.lastError}</span>}
      </RowHeader>
      <LabelledCell label="Last result">
        {result ? <Badge tone={result.tone}>{result.word}</Badge> : <Badge tone="neutral">Not run yet</Badge>}
      </LabelledCell>
      <LabelledCell label="Last run">
        {job.lastRunAt === undefined ? '–' : <RelativeTime at={job.lastRunAt} />}
      </LabelledCell>
      <LabelledCell label="Took">
        {job.lastDurationMs === undefined ? '–' : formatMilliseconds(job.lastDurationMs)}
      </LabelledCell>
      <LabelledCell label="Next run">
        {job.nextRunAt === undefined ? '–' : <RelativeTime at={job.nextRunAt} />}
      </LabelledCell>
      <LabelledCell label="Runs" numeric>
        {job.runs.toLocaleString()}
      </LabelledCell>
      <Cell className={styles.action}>
        <Button
          size="small"
          aria-label={`${word}: ${job.name}`}
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
  if (lastResult === 'failed') return { tone: 'danger', title: `${name} failed`, detail: lastError }
  const took = lastDurationMs === undefined ? '' : ` in ${formatMilliseconds(lastDurationMs)}`
  return { tone: 'ok', title: `${name} ran${took}` }
}

function notBegun({ name }: JobReport): ToastOptions {
  return {
    tone: 'warn',
    title: `${name} has not begun yet`,
    detail: 'It runs as soon as a process with the role jobs takes it up.',
  }
}
