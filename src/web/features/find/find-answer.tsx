import { plural, t } from '@lingui/core/macro'
import { Trans, useLingui } from '@lingui/react/macro'
import { useQuery } from '@tanstack/react-query'
import { sentencesOf } from '../../api/api-error.ts'
import { EmptyState } from '../../ui/empty-state.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import { IpHistory } from '../ip/ip-history.tsx'
import { IpReportView } from '../ip/ip-report.tsx'
import { ipQuery, type IpReport } from '../ip/ip.queries.ts'
import styles from './find-dialog.module.css'

/** Is this address banned, where, why, until when; and the buttons that let it in again. */
export function FindAnswer({ address, isAsTyped }: { address: string; isAsTyped: boolean }) {
  const { t } = useLingui()
  const { placeholderData: _, ...query } = ipQuery(address)
  const report = useQuery(query)
  if (report.data) {
    return (
      <div className={styles.answer}>
        <output className="visually-hidden">{summaryOf(report.data)}</output>
        {!isAsTyped && (
          <p className={styles.read}>
            <Trans>
              Read as <strong>{address}</strong>
            </Trans>
          </p>
        )}
        <IpReportView report={report.data} isWhole={false} />
        {report.data.events.length > 0 && (
          <section>
            <h2 className={styles.heading}>{t`History`}</h2>
            <IpHistory events={report.data.events} isWhole={false} />
          </section>
        )}
      </div>
    )
  }
  if (report.error) {
    return (
      <EmptyState tone="danger" title={t`Nothing is known just now`} detail={sentencesOf(report.error)} />
    )
  }
  return <Skeleton rows={2} height={64} />
}

function summaryOf({ ip, bans }: IpReport): string {
  const count = bans.filter((ban) => ban.relation === 'exact').length
  if (count === 0) return t`${ip} is not banned in any jail`
  return plural(count, { one: `${ip} is banned in # jail`, other: `${ip} is banned in # jails` })
}
