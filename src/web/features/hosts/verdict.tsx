import { CircleDashed, ShieldAlert, ShieldCheck, ShieldX } from 'lucide-react'
import type { Host, OfflineReason } from '../../../shared/host.ts'
import type { Jail } from '../../../shared/jail.ts'
import { ToneIcon, type Tone } from '../../ui/badge.tsx'
import { cx } from '../../ui/class-names.ts'
import { formatClock } from '../../ui/time.ts'
import { countOf, listOf } from '../../ui/words.ts'
import styles from './verdict.module.css'

const OFFLINE_TITLES: Readonly<Record<OfflineReason, string>> = {
  starting: 'Connecting to fail2ban…',
  'socket-missing': 'fail2ban is not running',
  'socket-stale': 'fail2ban has stopped unexpectedly',
  'permission-denied': 'BanGUI may not talk to fail2ban',
  'not-answering': 'fail2ban is not answering',
  'connection-lost': 'The connection to fail2ban was lost',
  'protocol-error': 'fail2ban’s answers cannot be understood',
  'agent-missing': 'No agent of BanGUI is running beside fail2ban',
  'state-unknown': 'How fail2ban is doing is not known just now',
}

interface Finding {
  readonly tone: Tone
  readonly title: string
  readonly facts: string
  readonly remedy?: string
}

/** One sentence that says whether this machine is protected, and what to do if it is not. */
export function Verdict({
  host,
  jails,
  named,
}: {
  host: Host
  jails: readonly Jail[] | undefined
  /** Say which machine it is about. */
  named: boolean
}) {
  const { tone, title, facts, remedy } = judge(host, jails)
  const Icon = {
    ok: ShieldCheck,
    warn: ShieldAlert,
    danger: ShieldX,
    info: CircleDashed,
    neutral: CircleDashed,
  }[tone]
  return (
    <section
      className={cx(styles.verdict, styles[tone])}
      aria-label={named ? `State of ${host.id}` : 'State'}
    >
      <div className={styles.main}>
        <span className={styles.icon}>
          <Icon size={20} aria-hidden />
        </span>
        <div className={styles.text}>
          <p className={styles.title} aria-live="polite">
            {named && `${host.id}: `}
            {title}
          </p>
          <p className={styles.facts}>{facts}</p>
          {remedy !== undefined && <p className={styles.remedy}>{remedy}</p>}
        </div>
      </div>
      {host.online && host.database === 'unreadable' && (
        <p className={styles.strip}>
          <ToneIcon tone="warn" size={16} />
          <span>
            <strong>Reasons of bans are missing.</strong> {host.databaseDetail}
          </span>
        </p>
      )}
    </section>
  )
}

function judge(host: Host, jails: readonly Jail[] | undefined): Finding {
  if (host.offline) return judgeOffline(host, host.offline)
  const active = jails?.filter((jail) => jail.state === 'active') ?? []
  const version = host.version === undefined ? 'fail2ban' : `fail2ban ${host.version}`
  const banned = `${countOf(host.currentlyBanned, 'address', 'addresses')} banned now`
  if (jails && active.length === 0) {
    return {
      tone: 'warn',
      title: jails.length === 0 ? 'fail2ban runs, but has no jails' : 'fail2ban runs, but no jail is active',
      facts: `${version} · ${banned}`,
      remedy: 'Nobody can be banned. Enable a jail in jail.local, then run: fail2ban-client reload',
    }
  }
  const paused = jails?.filter((jail) => jail.state !== 'active').map((jail) => jail.name) ?? []
  const watching = jails ? `${active.length} of ${countOf(jails.length, 'jail')} watching` : ''
  const facts = [watching, banned, version].filter(Boolean).join(' · ')
  if (paused.length > 0) {
    return { tone: 'warn', title: `Protection is working, but not in ${listOf(paused)}`, facts }
  }
  return { tone: 'ok', title: 'Protection is working', facts }
}

function judgeOffline(host: Host, offline: NonNullable<Host['offline']>): Finding {
  const facts = [offline.detail, `Since ${formatClock(new Date(offline.since))}.`]
  if (host.asOf !== undefined) facts.push(`What is shown below is from ${formatClock(new Date(host.asOf))}.`)
  return {
    tone: offline.reason === 'starting' ? 'info' : 'danger',
    title: OFFLINE_TITLES[offline.reason],
    facts: facts.join(' '),
    remedy: offline.remedy,
  }
}
