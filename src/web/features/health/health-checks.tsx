import { useLingui } from '@lingui/react/macro'
import { useLocation } from 'react-router'
import type { HealthCheck, HealthLevel } from '../../../shared/health.ts'
import { sentencesOf } from '../../api/api-error.ts'
import { Badge } from '../../ui/badge.tsx'
import { Button } from '../../ui/button.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import { Fix } from './fix.tsx'
import { useHealth, useRecheck } from './health.queries.ts'
import { adviceInWords, causeInWords, LABELS, LEVELS, TONES } from './health-words.ts'
import styles from './health.module.css'

const WORST_FIRST: readonly HealthLevel[] = ['failing', 'warning', 'unknown', 'ok']

/** Every check with its cause and what to do about it, the worst first. */
export function HealthChecks() {
  const { t } = useLingui()
  const { report, error } = useHealth()
  const recheck = useRecheck()
  if (!report) {
    return error ? (
      <EmptyState
        tone="danger"
        title={t`How things are could not be read`}
        detail={sentencesOf(error)}
        action={
          <Button busy={recheck.isPending} onClick={() => recheck.mutate()}>
            {t`Try again`}
          </Button>
        }
      />
    ) : (
      <Skeleton rows={8} height={56} />
    )
  }
  const hosts = new Set(report.checks.flatMap((check) => check.host ?? []))
  const sorted = report.checks.toSorted((a, b) => WORST_FIRST.indexOf(a.level) - WORST_FIRST.indexOf(b.level))
  return (
    <ul className={styles.checks} aria-label={t`Checks`}>
      {sorted.map((check) => (
        <CheckItem key={`${check.id} ${check.host ?? ''}`} check={check} severalHosts={hosts.size > 1} />
      ))}
    </ul>
  )
}

function CheckItem({ check, severalHosts }: { check: HealthCheck; severalHosts: boolean }) {
  const { i18n } = useLingui()
  const { hash } = useLocation()
  const { id, level, host, finding, fix } = check
  const isProblem = level === 'failing' || level === 'warning'
  const advice = isProblem ? adviceInWords(finding) : undefined
  return (
    <li className={styles.check} id={id} data-level={level} data-meant={hash === `#${id}` || undefined}>
      <Badge tone={TONES[level]}>{i18n._(LEVELS[level])}</Badge>
      <div className={styles.words}>
        <h3 className={styles.label}>
          {i18n._(LABELS[id])}
          {severalHosts && host !== undefined && <span className={styles.host}>{host}</span>}
        </h3>
        <p>{causeInWords(finding)}</p>
        {advice !== undefined && <p className={styles.advice}>{advice}</p>}
      </div>
      {isProblem && fix && (
        <div className={styles.fix}>
          <Fix fix={fix} severalHosts={severalHosts} />
        </div>
      )}
    </li>
  )
}
