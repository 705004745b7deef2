import { Plural, Trans, useLingui } from '@lingui/react/macro'
import { sentencesOf } from '../../api/api-error.ts'
import { Button } from '../../ui/button.tsx'
import { Card } from '../../ui/card.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { Field } from '../../ui/field.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import { formatClock } from '../../ui/time.ts'
import { jailProblem } from '../../../shared/jail.ts'
import type { HostWithJails } from '../hosts/hosts.queries.ts'
import styles from './jails.module.css'
import { JailsTable } from './jails-table.tsx'
import { useHostsWithJails } from './use-hosts-with-jails.ts'
import { useJailsFilter } from './use-jails-filter.ts'

/** Which jails there are, whether each of them works, and what to do about it. */
export function JailsPage() {
  const { t } = useLingui()
  const { hosts, error, retry } = useHostsWithJails()
  return (
    <div className={styles.page}>
      <title>{t`Jails · BanGUI`}</title>
      <header>
        <h1 className={styles.title}>
          <Trans>Jails</Trans>
        </h1>
        {hosts && <Summary hosts={hosts} />}
      </header>
      {error ? (
        <EmptyState
          tone="danger"
          title={t`The jails could not be read`}
          detail={sentencesOf(error)}
          action={<Button onClick={retry}>{t`Try again`}</Button>}
        />
      ) : (
        <Jails hosts={hosts} />
      )}
    </div>
  )
}

function Summary({ hosts }: { hosts: readonly HostWithJails[] }) {
  const jails = hosts.flatMap((host) => host.jails ?? [])
  const ailing = jails.filter((jail) => jailProblem(jail) !== undefined).length
  const offline = hosts.find(({ host }) => !host.online)?.host
  const since = offline?.asOf === undefined ? undefined : formatClock(new Date(offline.asOf))
  if (since !== undefined) {
    return (
      <p className={styles.note}>
        <Trans>fail2ban does not answer. Shown is what was known at {since}.</Trans>
      </p>
    )
  }
  return (
    <p className={styles.note}>
      <Plural value={jails.length} one="# jail" other="# jails" />
      {' · '}
      <Plural value={ailing} _0="all working" one="# needs a look" other="# need a look" />
    </p>
  )
}

function Jails({ hosts }: { hosts: readonly HostWithJails[] | undefined }) {
  const { t } = useLingui()
  const filter = useJailsFilter()
  if (!hosts || hosts.some(({ jails }) => jails === undefined)) return <Skeleton rows={6} height={56} />
  const rows = hosts.flatMap(({ host, jails = [] }) => jails.map((jail) => ({ host, jail })))
  if (rows.length === 0) {
    const isOnline = hosts.some(({ host }) => host.online)
    return (
      <EmptyState
        tone={isOnline ? 'warn' : 'neutral'}
        title={isOnline ? t`No jails` : t`Not known yet`}
        detail={
          isOnline
            ? t`fail2ban runs without any jail, so nobody can be banned. Enable one in jail.local, then reload fail2ban.`
            : t`The jails are shown as soon as fail2ban answers.`
        }
      />
    )
  }
  const shown = filter.apply(rows)
  return (
    <Card title={t`All jails`}>
      <div className={styles.filter}>
        <Field
          type="search"
          label={t`Filter jails by name`}
          hideLabel
          placeholder={t`Filter by name`}
          value={filter.typed}
          onChange={(event) => filter.setTyped(event.target.value)}
        />
      </div>
      {shown.length > 0 ? (
        <JailsTable rows={shown} filter={filter} several={hosts.length > 1} />
      ) : (
        <EmptyState
          tone="neutral"
          title={t`No jail is called so`}
          action={<Button onClick={() => filter.setTyped('')}>{t`Clear filter`}</Button>}
        />
      )}
    </Card>
  )
}
