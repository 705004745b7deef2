import type { Jail } from '../../../shared/jail.ts'
import { formatClock } from '../../ui/time.ts'
import { countOf } from '../../ui/words.ts'
import type { HostWithJails } from '../hosts/hosts.queries.ts'
import styles from './overview-page.module.css'

/** The four numbers that answer "how much". */
export function Tiles({ hosts }: { hosts: readonly HostWithJails[] }) {
  const jails = hosts.flatMap((host) => host.jails ?? [])
  const isKnown = hosts.every((host) => host.jails !== undefined)
  // A jail watches nothing while its fail2ban is away, whatever was known of it last.
  const online = hosts.flatMap(({ host, jails }) => (host.online ? (jails ?? []) : []))
  const watching = online.filter((jail) => jail.state === 'active').length
  const counted = sum(jails, (jail) => jail.currentlyFailed)
  const bannedIn = jails.filter((jail) => jail.currentlyBanned > 0).length
  const away = hosts.find(({ host }) => !host.online)?.host
  const asOf = away?.asOf === undefined ? undefined : `as of ${formatClock(new Date(away.asOf))}`
  return (
    <dl className={styles.tiles} data-stale={away !== undefined || undefined}>
      <Tile
        label="Banned now"
        value={hosts.reduce((total, { host }) => total + host.currentlyBanned, 0)}
        remark={asOf ?? (bannedIn === 0 ? 'nobody' : `in ${countOf(bannedIn, 'jail')}`)}
      />
      <Tile
        label="Jails watching"
        value={isKnown ? watching : undefined}
        remark={watching === jails.length ? `all of ${jails.length}` : `of ${jails.length}`}
      />
      <Tile
        label="Bans since start"
        value={isKnown ? sum(jails, (jail) => jail.totalBanned) : undefined}
        remark={asOf ?? busiest(jails)}
      />
      <Tile
        label="Failed attempts"
        value={isKnown ? sum(jails, (jail) => jail.totalFailed) : undefined}
        remark={asOf ?? (counted === 0 ? 'since start' : `${counted.toLocaleString()} close to a ban`)}
      />
    </dl>
  )
}

function Tile({ label, value, remark }: { label: string; value: number | undefined; remark: string }) {
  return (
    <div className={styles.tile}>
      <dt>{label}</dt>
      <dd className={styles.number}>{value === undefined ? '–' : value.toLocaleString()}</dd>
      <dd className={styles.remark}>{remark}</dd>
    </div>
  )
}

function sum(jails: readonly Jail[], of: (jail: Jail) => number): number {
  return jails.reduce((total, jail) => total + of(jail), 0)
}

/** Where most of it happens. */
function busiest(jails: readonly Jail[]): string {
  const [first] = [...jails].sort((a, b) => b.totalBanned - a.totalBanned)
  return first === undefined || first.totalBanned === 0 ? 'of fail2ban' : `most of them in ${first.name}`
}
