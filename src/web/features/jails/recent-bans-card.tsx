import { Plural, Trans, useLingui } from '@lingui/react/macro'
import { useQuery } from '@tanstack/react-query'
import { Link } from 'react-router'
import type { Ban } from '../../../shared/ban.ts'
import type { Jail } from '../../../shared/jail.ts'
import { sentencesOf } from '../../api/api-error.ts'
import { inChosenLanguage } from '../../api/server-words.ts'
import { Button } from '../../ui/button.tsx'
import { Card } from '../../ui/card.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { IpCell } from '../../ui/ip-cell.tsx'
import { RelativeTime } from '../../ui/relative-time.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import { ordinal } from '../../ui/words.ts'
import { keyOf } from '../bans/ban-pages.ts'
import { useChangeBlock } from '../bans/use-change-block.ts'
import { useUnbanRow } from '../bans/use-unban-row.ts'
import { MatchedLines } from '../bans/matched-lines.tsx'
import styles from './jails.module.css'
import { recentBansQuery, type JailKey } from './jails.queries.ts'

/** Who was banned last, with the log lines that brought it about. */
export function RecentBansCard({ of: key, jail, stale }: { of: JailKey; jail: Jail; stale: boolean }) {
  const { t } = useLingui()
  const bans = useQuery(recentBansQuery(key, jail))
  const { name } = jail
  const items = bans.data?.items ?? []
  return (
    <Card
      title={t`Recent bans`}
      actions={
        <Link to={`/bans?jail=${encodeURIComponent(name)}`} className={styles.more}>
          <Trans>All bans of {name}</Trans>
        </Link>
      }
    >
      {bans.isPending && <Skeleton rows={4} height={52} />}
      {bans.isError && !bans.data && (
        <EmptyState
          tone="danger"
          title={t`The bans could not be read`}
          detail={sentencesOf(bans.error)}
          action={<Button onClick={() => void bans.refetch()}>{t`Try again`}</Button>}
        />
      )}
      {bans.data && items.length === 0 && <NoBans jail={jail} />}
      {items.length > 0 && (
        <div className={styles.body}>
          <ul className={styles.list} aria-label={t`Recent bans of ${name}`}>
            {items.map((ban) => (
              <RecentBan key={keyOf(ban)} ban={ban} jail={jail} stale={stale} />
            ))}
          </ul>
        </div>
      )}
    </Card>
  )
}

function NoBans({ jail }: { jail: Jail }) {
  const { t } = useLingui()
  if (jail.state !== 'active') {
    return <EmptyState tone="neutral" title={t`Nobody is banned`} detail={t`The jail is not watching now.`} />
  }
  return (
    <EmptyState
      tone="ok"
      title={t`Nobody is banned`}
      detail={t`The jail is watching, and nobody has failed often enough.`}
    />
  )
}

function RecentBan({ ban, jail, stale }: { ban: Ban; jail: Jail; stale: boolean }) {
  const { t } = useLingui()
  const unban = useUnbanRow(ban, jail.bantimeSeconds)
  const block = useChangeBlock()
  const { ip, bannedAt, expiresAt, reason } = ban
  return (
    <li>
      <div className={stale ? styles.stale : undefined}>
        <IpCell ip={ip} />
        <span className={styles.host}>
          <BanFacts ban={ban} /> · <RelativeTime at={bannedAt} />
          {' · '}
          {expiresAt === undefined ? (
            <Trans>permanent</Trans>
          ) : (
            <Trans>
              ends <RelativeTime at={expiresAt} />
            </Trans>
          )}
        </span>
        {reason && <MatchedLines lines={reason.matches} isWhole={false} />}
        {unban.error && (
          <span className={styles.problem} role="alert">
            <Trans>Still banned.</Trans> {inChosenLanguage(unban.error.message)}
          </span>
        )}
      </div>
      <Button
        size="small"
        aria-label={unban.isPending ? t`Unbanning ${ip} from ${jail.name}` : t`Unban ${ip} from ${jail.name}`}
        busy={unban.isPending}
        disabledReason={block}
        onClick={unban.retry}
      >
        {unban.isPending ? t`Unbanning…` : unban.error ? t`Retry` : t`Unban`}
      </Button>
    </li>
  )
}

function BanFacts({ ban: { banCount, reason } }: { ban: Ban }) {
  const step = ordinal(banCount)
  const failures = reason?.failures ?? 0
  return (
    <>
      {banCount > 1 && (
        <>
          <Trans>{step} ban</Trans>
          {' · '}
        </>
      )}
      {reason === undefined ? (
        <Trans>reason not recorded</Trans>
      ) : failures > 0 ? (
        <Plural value={failures} one="# failure" other="# failures" />
      ) : (
        <Trans>set by hand</Trans>
      )}
    </>
  )
}
