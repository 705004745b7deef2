import { plural } from '@lingui/core/macro'
import { Trans, useLingui } from '@lingui/react/macro'
import { useQuery } from '@tanstack/react-query'
import { useRef } from 'react'
import { Link } from 'react-router'
import type { Ban } from '../../../shared/ban.ts'
import { sentencesOf } from '../../api/api-error.ts'
import { Button } from '../../ui/button.tsx'
import { Card } from '../../ui/card.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { ipPath, isAddress } from '../../ui/ip-path.ts'
import { RelativeTime } from '../../ui/relative-time.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import { keyOf } from '../bans/ban-pages.ts'
import { latestBansQuery } from '../bans/bans.queries.ts'
import { messageOf } from '../bans/log-line.ts'
import { useChangeBlock } from '../bans/use-change-block.ts'
import { useHandOnFocus } from '../bans/use-hand-on-focus.ts'
import { useUnbanRow } from '../bans/use-unban-row.ts'
import type { HostWithJails } from '../hosts/hosts.queries.ts'
import styles from './overview-page.module.css'
import { useFeed } from './use-feed.ts'

/** As many as are as high as the chart beside them. */
const ROWS = 6

/** The newest bans as they happen, each to be taken back at once. */
export function LatestBans({ hosts }: { hosts: readonly HostWithJails[] }) {
  const { t } = useLingui()
  const { data, error, refetch } = useQuery(latestBansQuery)
  const region = useRef<HTMLDivElement>(null)
  const { rows, waiting, release } = useFeed(data, region)
  const severalHosts = hosts.length > 1
  return (
    <Card
      title={t`Latest bans`}
      actions={
        <Link to="/bans" className={styles.link}>
          <Trans>All bans</Trans>
        </Link>
      }
    >
      <div ref={region} className={styles.feed}>
        {waiting > 0 && (
          <Button size="small" className={styles.waiting} onClick={release}>
            {plural(waiting, { one: '# new, show', other: '# new, show' })}
          </Button>
        )}
        {data && rows.length === 0 && (
          <EmptyState tone="ok" title={t`Nobody is banned`} detail={t`New bans appear here by themselves.`} />
        )}
        {!data &&
          (error ? (
            <EmptyState
              tone="danger"
              title={t`The bans could not be read`}
              detail={sentencesOf(error)}
              action={<Button onClick={() => void refetch()}>{t`Try again`}</Button>}
            />
          ) : (
            <Skeleton rows={ROWS} height={52} />
          ))}
        <ul aria-label={t`Latest bans`}>
          {rows.slice(0, ROWS).map((ban) => (
            <FeedRow
              key={keyOf(ban)}
              ban={ban}
              isAway={hosts.some(({ host }) => host.id === ban.host && !host.online)}
              severalHosts={severalHosts}
              bantimeSeconds={bantimeOf(hosts, ban)}
            />
          ))}
        </ul>
      </div>
    </Card>
  )
}

function bantimeOf(hosts: readonly HostWithJails[], ban: Ban): number | undefined {
  const jails = hosts.find(({ host }) => host.id === ban.host)?.jails
  return jails?.find((jail) => jail.name === ban.jail)?.bantimeSeconds
}

function FeedRow({
  ban,
  isAway,
  severalHosts,
  bantimeSeconds,
}: {
  ban: Ban
  /** Its fail2ban does not answer. */
  isAway: boolean
  severalHosts: boolean
  bantimeSeconds: number | undefined
}) {
  const { t } = useLingui()
  const change = useChangeBlock()
  const block = change ?? (isAway ? t`fail2ban is away.` : undefined)
  const unban = useUnbanRow(ban, bantimeSeconds)
  const row = useHandOnFocus<HTMLLIElement>('[data-unban]')
  const { ip, jail, host } = ban
  return (
    <li ref={row} className={styles.ban} data-pending={unban.isPending || undefined}>
      <div className={styles.who}>
        <Address ip={ip} />{' '}
        <span className={styles.when}>
          · <RelativeTime at={ban.bannedAt} />
        </span>
        <p className={styles.why} title={ban.reason?.matches[0]}>
          <strong>{severalHosts ? `${jail} (${host})` : jail}</strong> · <Why ban={ban} />
        </p>
        {unban.error && (
          <p className={styles.fault} role="alert">
            <Trans>{ip} is still banned.</Trans> {sentencesOf(unban.error)}
          </p>
        )}
      </div>
      <Button
        size="small"
        data-unban
        aria-label={unban.isPending ? t`Unbanning ${ip} from ${jail}` : t`Unban ${ip} from ${jail}`}
        busy={unban.isPending}
        disabledReason={block}
        onClick={unban.error ? unban.retry : unban.unban}
      >
        {unban.isPending ? t`Unbanning…` : unban.error ? t`Retry` : t`Unban`}
      </Button>
    </li>
  )
}

/** Without the button to copy it: there is no room, and the page it leads to has one. */
export function Address({ ip }: { ip: string }) {
  if (!isAddress(ip)) return <span className={styles.ip}>{ip}</span>
  return (
    <Link to={ipPath(ip)} className={styles.ip}>
      {ip}
    </Link>
  )
}

/** In one line; the log writes what attackers like, so it is text and nothing else. */
function Why({ ban: { reason } }: { ban: Ban }) {
  const { t } = useLingui()
  const [line] = reason?.matches ?? []
  if (!reason) return t`reason not recorded`
  const { failures } = reason
  if (failures === 0) return t`set by hand`
  if (line === undefined) return plural(failures, { one: '# failure', other: '# failures' })
  return `${failures} × ${messageOf(line)}`
}
