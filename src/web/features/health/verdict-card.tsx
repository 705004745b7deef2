import { plural, t } from '@lingui/core/macro'
import { Trans, useLingui } from '@lingui/react/macro'
import { ShieldAlert, ShieldCheck, ShieldQuestionMark, ShieldX } from 'lucide-react'
import type { ReactNode } from 'react'
import type { CheckId, HealthCheck, HealthLevel, HealthReport } from '../../../shared/health.ts'
import type { Stats } from '../../../shared/stats.ts'
import { ToneIcon, type Tone } from '../../ui/badge.tsx'
import { ButtonLink } from '../../ui/button-link.tsx'
import { cx } from '../../ui/class-names.ts'
import { RelativeTime } from '../../ui/relative-time.tsx'
import { formatClock } from '../../ui/time.ts'
import type { HostWithJails } from '../hosts/hosts.queries.ts'
import { Fix, pageOf } from './fix.tsx'
import { adviceInWords, causeInWords, TONES } from './health-words.ts'
import styles from './health.module.css'

const SHIELDS = { ok: ShieldCheck, warn: ShieldAlert, danger: ShieldX, neutral: ShieldQuestionMark } as const

/** One sentence that says whether these machines are protected, and what to see to first. */
export function VerdictCard({
  report,
  hosts,
  latestBan,
}: {
  report: HealthReport
  hosts: readonly HostWithJails[]
  latestBan: Stats['latestBan']
}) {
  const { t } = useLingui()
  const tone = toneOf(report)
  const Shield = SHIELDS[tone]
  return (
    <section
      className={cx(styles.verdict, styles[tone])}
      aria-label={t`State`}
      data-verdict={report.verdict}
      data-level={report.level}
    >
      <div className={styles.main}>
        <span className={styles.shield}>
          <Shield size={20} aria-hidden />
        </span>
        <div className={styles.text}>
          <p className={styles.title} aria-live="polite">
            {VERDICTS[report.verdict]()}
          </p>
          <p className={styles.facts}>
            <Facts hosts={hosts} latestBan={latestBan} />
          </p>
        </div>
        <ul className={styles.groups} aria-label={t`Checks`}>
          {groupsOf(report).map(({ label, level }) => (
            <li key={label} className={styles[TONES[level]]} data-level={level}>
              <ToneIcon tone={TONES[level]} size={16} />
              {label}
            </li>
          ))}
        </ul>
        <ButtonLink to="/health">
          <Trans>View checks</Trans>
        </ButtonLink>
      </div>
      {report.worst && <Worst check={report.worst} severalHosts={hosts.length > 1} />}
    </section>
  )
}

function Worst({ check, severalHosts }: { check: HealthCheck; severalHosts: boolean }) {
  const { t } = useLingui()
  const { level, finding, fix, id } = check
  const advice = finding.cause === 'away' ? undefined : adviceInWords(finding)
  const page = pageOf(fix, severalHosts)
  return (
    <div className={cx(styles.strip, styles[TONES[level]])}>
      <ToneIcon tone={TONES[level]} size={16} />
      <p>
        {causeInWords(finding)} {page === undefined && advice}
      </p>
      {fix?.kind === 'command' && <Fix fix={fix} severalHosts={severalHosts} />}
      <ButtonLink size="small" to={page ?? `/health#${id}`}>
        {t`Fix this`}
      </ButtonLink>
    </div>
  )
}

function toneOf({ verdict, level }: HealthReport): keyof typeof SHIELDS & Tone {
  if (verdict === 'not-working') return 'danger'
  if (verdict === 'unknown') return level === 'failing' ? 'danger' : 'neutral'
  return verdict === 'partly' ? 'warn' : 'ok'
}

const VERDICTS: Readonly<Record<HealthReport['verdict'], () => string>> = {
  working: () => t`Protection is working`,
  partly: () => t`Protection is working in part`,
  'not-working': () => t`Protection is not working`,
  unknown: () => t`Whether protection works is not known`,
}

function Facts({ hosts, latestBan }: { hosts: readonly HostWithJails[]; latestBan: Stats['latestBan'] }) {
  const jails = hosts.flatMap((host) => host.jails ?? [])
  const away = hosts.find(({ host }) => !host.online)?.host
  const active = jails.filter((jail) => jail.state === 'active').length
  const all = jails.length
  const versions = [...new Set(hosts.flatMap(({ host }) => host.version ?? []))]
  const facts: ReactNode[] = []
  if (away?.asOf !== undefined) {
    const clock = formatClock(new Date(away.asOf))
    facts.push(<Trans>What is shown is from {clock}</Trans>)
  } else if (!away) {
    facts.push(
      active === all
        ? plural(all, { one: '# jail active', other: 'All # jails active' })
        : plural(all, { one: `${active} of # jail active`, other: `${active} of # jails active` }),
    )
  }
  if (latestBan) {
    facts.push(
      <Trans>
        last ban <RelativeTime at={latestBan.at} />
      </Trans>,
    )
  }
  if (versions.length > 0) facts.push(`fail2ban ${versions.join(', ')}`)
  return facts.map((fact, index) => (
    <span key={index}>
      {index > 0 && ' · '}
      {fact}
    </span>
  ))
}

const CONSOLE: readonly CheckId[] = ['database', 'disk', 'state', 'clock', 'jobs', 'proxy', 'encryption']

/** So many checks are too many for a line. */
function groupsOf({ checks }: HealthReport): Array<{ label: string; level: HealthLevel }> {
  const worst = (...ids: readonly CheckId[]): HealthLevel => {
    const levels = checks.filter((check) => ids.includes(check.id)).map((check) => check.level)
    return (['failing', 'warning', 'unknown'] as const).find((level) => levels.includes(level)) ?? 'ok'
  }
  return [
    {
      label: t`fail2ban`,
      level: worst('fail2ban', 'agent', 'fail2ban-database', 'fail2ban-log', 'ban-feed'),
    },
    { label: t`Jails`, level: worst('jails') },
    { label: t`Log files`, level: worst('log-files') },
    { label: t`Console`, level: worst(...CONSOLE) },
  ]
}
