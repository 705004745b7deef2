import type { MessageDescriptor } from '@lingui/core'
import { msg } from '@lingui/core/macro'
import { Plural, Trans, useLingui } from '@lingui/react/macro'
import { useQuery } from '@tanstack/react-query'
import { Link } from 'react-router'
import { ToneIcon } from '../../ui/badge.tsx'
import { Banner } from '../../ui/banner.tsx'
import { cx } from '../../ui/class-names.ts'
import { listOf } from '../../ui/words.ts'
import { sessionQuery } from '../session/session.queries.ts'
import { IpActions } from './ip-actions.tsx'
import styles from './ip-report.module.css'
import type { IpReport, ReportedBan } from './ip.queries.ts'
import { ReportedBans } from './reported-ban.tsx'

/** Of a network with many bans inside, the rest is on the page of active bans. */
const SHOWN_INSIDE = 20

const SCOPES: Readonly<Record<Exclude<IpReport['scope'], 'public'>, MessageDescriptor>> = {
  private: msg`Private: such addresses belong to local networks, not to the internet.`,
  loopback: msg`Loopback: such addresses are the machine itself.`,
  'link-local': msg`Link-local: such addresses are valid on one cable only.`,
  documentation: msg`Documentation: such addresses are for examples, and nobody has them.`,
  multicast: msg`Multicast: such addresses are groups of machines, and send nothing themselves.`,
  reserved: msg`Reserved: nobody on the internet has such addresses.`,
}

/** Whether an address or network is banned, where, why and until when, and what can be done about it. */
export function IpReportView({ report, isWhole }: { report: IpReport; isWhole: boolean }) {
  const { t, i18n } = useLingui()
  const { data: session } = useQuery(sessionQuery)
  const own = report.bans.filter((ban) => ban.relation === 'exact')
  const inside = report.bans.filter((ban) => ban.relation === 'inside')
  const around = report.bans.filter((ban) => ban.relation === 'contains')
  return (
    <div className={styles.report}>
      {session?.address === report.ip && <p className={styles.hint}>{t`This is your own address.`}</p>}
      {report.scope !== 'public' && <p className={styles.hint}>{i18n._(SCOPES[report.scope])}</p>}
      {own.length === 0 ? (
        <NotBanned report={report} around={around.length} inside={inside.length} />
      ) : (
        <section className={styles.section}>
          <h2 className={styles.heading}>
            <Plural value={own.length} one="Banned in # jail" other="Banned in # jails" />
          </h2>
          <ReportedBans bans={own} isWhole={isWhole} />
        </section>
      )}
      <Ignored report={report} isBanned={own.length + around.length > 0} />
      <IpActions report={report} own={own} around={around} inside={inside} isWhole={isWhole} />
      {around.length > 0 && (
        <section className={styles.section}>
          <h2 className={styles.heading}>{t`Blocked as part of a network`}</h2>
          <ReportedBans bans={around} isWhole={isWhole} />
        </section>
      )}
      {inside.length > 0 && <Inside network={report.ip} bans={inside} isWhole={isWhole} />}
    </div>
  )
}

function NotBanned({ report, around, inside }: { report: IpReport; around: number; inside: number }) {
  const { t } = useLingui()
  const { ip } = report
  const tone = around > 0 ? 'warn' : inside > 0 ? 'info' : 'ok'
  return (
    <div className={styles.verdict}>
      <span className={cx(styles.verdictIcon, styles[tone])}>
        <ToneIcon tone={tone} size={20} />
      </span>
      <div className={styles.banText}>
        <h2 className={styles.verdictTitle}>
          {around > 0
            ? t`${ip} itself is not banned, but a network around it is`
            : t`${ip} is not banned in any jail`}
        </h2>
        {around > 0 && <p>{t`It is blocked all the same. See below.`}</p>}
        {around === 0 && inside > 0 && (
          <p>{t`No jail bans the network as a whole, but some of its addresses are banned. See below.`}</p>
        )}
      </div>
    </div>
  )
}

/** The ignore list keeps fail2ban from banning by itself; it does not lift bans, nor does it bind people. */
function Ignored({ report, isBanned }: { report: IpReport; isBanned: boolean }) {
  if (report.ignoredBy.length === 0) return null
  const jails = listOf([...new Set(report.ignoredBy.map(({ jail }) => jail))])
  const entries = listOf([...new Set(report.ignoredBy.map(({ entry }) => entry))])
  return (
    <Banner tone={isBanned ? 'warn' : 'info'}>
      <Trans>
        <strong>On the ignore list of {jails}</strong> as {entries}: these jails do not ban it by themselves.
      </Trans>{' '}
      {isBanned && <Trans>Bans from before, or set by hand, stay until they are lifted.</Trans>}
    </Banner>
  )
}

function Inside({
  network,
  bans,
  isWhole,
}: {
  network: string
  bans: readonly ReportedBan[]
  isWhole: boolean
}) {
  return (
    <section className={styles.section}>
      <h2 className={styles.heading}>
        <Plural value={bans.length} one="# ban inside the network" other="# bans inside the network" />
      </h2>
      <ReportedBans bans={bans.slice(0, SHOWN_INSIDE)} isWhole={isWhole} />
      <Link to={`/bans?q=${encodeURIComponent(network)}`} className={styles.more}>
        <Trans>Show all in Active bans</Trans>
      </Link>
    </section>
  )
}
