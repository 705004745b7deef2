import type { MessageDescriptor } from '@lingui/core'
import { msg } from '@lingui/core/macro'
import { Plural, Trans, useLingui } from '@lingui/react/macro'
import { useQuery } from '@tanstack/react-query'
import { Link } from 'react-router'
import { Banner } from '../../ui/banner.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { listOf } from '../../ui/words.ts'
import { sessionQuery } from '../session/session.queries.ts'
import { IpActions } from './ip-actions.tsx'
import styles from './ip-report.module.css'
import type { IpReport, ReportedBan } from './ip.queries.ts'
import { ReportedBans } from './reported-ban.tsx'

/** Of a network with many bans inside, the rest is on the page of active bans. */
const SHOWN_INSIDE = 20

const SCOPES: Readonly<Record<Exclude<IpReport['scope'], 'public'>, MessageDescriptor>> = {
  private: msg`A private address: it belongs to a local network, not to the internet.`,
  loopback: msg`A loopback address: it is the machine itself.`,
  'link-local': msg`A link-local address: it is valid on one cable only.`,
  documentation: msg`An address for examples in documentation: nobody has it.`,
  multicast: msg`A multicast address: it is a group of machines and sends nothing itself.`,
  reserved: msg`A reserved address: nobody on the internet has it.`,
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
  const { ip, kind } = report
  if (around > 0) {
    return (
      <EmptyState
        tone="warn"
        title={t`${ip} itself is not banned, but a network around it is`}
        detail={t`It is blocked all the same. See below.`}
      />
    )
  }
  const isNetwork = kind === 'network'
  return (
    <EmptyState
      tone={inside > 0 ? 'info' : 'ok'}
      title={t`${ip} is not banned in any jail`}
      detail={
        isNetwork && inside > 0
          ? t`No jail bans the network as a whole, but some of its addresses are banned. See below.`
          : undefined
      }
    />
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
      {bans.length > SHOWN_INSIDE && (
        <Link to={`/bans?q=${encodeURIComponent(network)}`} className={styles.more}>
          <Trans>Show all in Active bans</Trans>
        </Link>
      )}
    </section>
  )
}
