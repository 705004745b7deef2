import { useState } from 'react'
import { useLingui } from '@lingui/react/macro'
import { useQuery } from '@tanstack/react-query'
import { useParams, useSearchParams } from 'react-router'
import type { Jail, JailDetail } from '../../../shared/jail.ts'
import { sentencesOf } from '../../api/api-error.ts'
import { Button } from '../../ui/button.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import type { HostWithJails } from '../hosts/hosts.queries.ts'
import { JailView } from './jail-view.tsx'
import styles from './jails.module.css'
import { jailQuery } from './jails.queries.ts'
import { UnknownJail } from './unknown-jail.tsx'
import { useHostsWithJails } from './use-hosts-with-jails.ts'

/** One jail: whether it works, who is banned in it and why, and what of it can be changed while it runs. */
export function JailPage() {
  const { t } = useLingui()
  const { name = '' } = useParams()
  const [params] = useSearchParams()
  const { hosts, error, retry } = useHostsWithJails()
  const wanted = params.get('host') ?? undefined
  const found = useLastFound(hosts && findJail(hosts, wanted, name), hosts, name)
  const isLoading = !found && (!hosts || hosts.some(({ jails }) => jails === undefined))
  return (
    <div className={styles.page}>
      <title>{t`${name} · Jails · BanGUI`}</title>
      {found && hosts && (
        // A jail of the same name is another jail: nothing typed for one may end up in the other.
        <Known
          key={`${found.host.host.id} ${name}`}
          of={found.host}
          jail={found.jail}
          several={hosts.length > 1}
        />
      )}
      {!found && error && (
        <EmptyState
          tone="danger"
          title={t`The jail could not be read`}
          detail={sentencesOf(error)}
          action={<Button onClick={retry}>{t`Try again`}</Button>}
        />
      )}
      {!error && isLoading && (
        <>
          <h1 className={styles.title}>{name}</h1>
          <Skeleton rows={6} height={56} />
        </>
      )}
      {!found && !error && !isLoading && hosts && <UnknownJail name={name} hosts={hosts} />}
    </div>
  )
}

function Known({ of: { host }, jail, several }: { of: HostWithJails; jail: Jail; several: boolean }) {
  const detail = useQuery(jailQuery({ host: host.id, jail: jail.name }, jail))
  const read = useLastRead(detail.data)
  // What events tell is newer than what was asked for.
  const known: JailDetail = { ...read, ...detail.data, ...jail }
  if (jail.missingSources === undefined) delete known.missingSources
  return (
    <JailView
      host={host}
      jail={known}
      several={several}
      isRead={read !== undefined}
      error={detail.data === undefined ? detail.error : null}
      onRetry={() => void detail.refetch()}
    />
  )
}

/**
 * The last answer that fail2ban itself had a part in. While it is away the server tells less: what was read stays, and with
 * it the forms that somebody is typing in.
 */
function useLastRead(detail: JailDetail | undefined): JailDetail | undefined {
  const [read, setRead] = useState<JailDetail | undefined>(undefined)
  if (detail?.ignoreip && detail !== read) setRead(detail)
  return detail?.ignoreip ? detail : read
}

/**
 * A console that has just started, and one whose fail2ban is away, may not know the jails. That does not mean that this one is
 * gone: it stays, with what is typed there, until a fail2ban that answers says so.
 */
function useLastFound(
  found: Found | undefined,
  hosts: readonly HostWithJails[] | undefined,
  name: string,
): Found | undefined {
  const [last, setLast] = useState(found)
  if (found && found.jail !== last?.jail) setLast(found)
  if (found || last?.jail.name !== name) return found
  const of = hosts?.find(({ host }) => host.id === last.host.host.id)
  return of?.host.online === true ? undefined : { jail: last.jail, host: of ?? last.host }
}

interface Found {
  readonly host: HostWithJails
  readonly jail: Jail
}

function findJail(
  hosts: readonly HostWithJails[],
  wanted: string | undefined,
  name: string,
): Found | undefined {
  for (const host of hosts) {
    if (wanted !== undefined && host.host.id !== wanted) continue
    const jail = host.jails?.find((candidate) => candidate.name === name)
    if (jail) return { host, jail }
  }
  return undefined
}
