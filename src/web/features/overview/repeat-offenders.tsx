import { plural, t } from '@lingui/core/macro'
import { useLingui } from '@lingui/react/macro'
import type { Stats } from '../../../shared/stats.ts'
import { Card } from '../../ui/card.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { listOf } from '../../ui/words.ts'
import { Address } from './latest-bans.tsx'
import styles from './overview-page.module.css'

/** Who comes again and again. */
export function RepeatOffenders({ stats: { repeatOffenders } }: { stats: Stats }) {
  const { t } = useLingui()
  const { items, days, leastBans, count } = repeatOffenders
  return (
    <Card
      title={t`Repeat offenders`}
      note={count > items.length ? t`${days} days, worst of ${count}` : t`${days} days`}
    >
      {items.length === 0 ? (
        <EmptyState tone="ok" title={t`None`} detail={t`No address was banned ${leastBans} times or more.`} />
      ) : (
        <ul className={styles.offenders} aria-label={t`Repeat offenders`}>
          {items.map(({ host, ip, bans, jails }) => (
            <li key={`${host} ${ip}`}>
              <span className={styles.who} title={listOf(jails)}>
                <Address ip={ip} /> <span className={styles.when}>{jailsInWords(jails)}</span>
              </span>
              <strong>{plural(bans, { one: '# ban', other: '# bans' })}</strong>
            </li>
          ))}
        </ul>
      )}
    </Card>
  )
}

/** There is room for two. */
function jailsInWords(jails: readonly string[]): string {
  if (jails.length <= 2) return jails.join(', ')
  const [names, rest] = [jails.slice(0, 2).join(', '), jails.length - 2]
  return t`${names} +${rest}`
}
