import type { ReactNode } from 'react'
import { plural } from '@lingui/core/macro'
import { Trans, useLingui } from '@lingui/react/macro'
import { useQuery } from '@tanstack/react-query'
import { jailProblem, type Jail } from '../../../shared/jail.ts'
import { OLDEST_FAIL2BAN, type Probe } from '../../../shared/probe.ts'
import { sentencesOf } from '../../api/api-error.ts'
import { Button } from '../../ui/button.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import { listOf } from '../../ui/words.ts'
import { jailsQuery } from '../hosts/hosts.queries.ts'
import { CodeLines } from './code-lines.tsx'
import { Finding } from './finding.tsx'
import { probeQuery } from './setup.queries.ts'
import styles from './setup.module.css'
import { SocketFault } from './socket-fault.tsx'

/** What the agent of one host has found, fact by fact, with the way out of each trouble. */
export function HostProbe({ host, isNamed }: { host: string; isNamed: boolean }) {
  const { t } = useLingui()
  const { data: probe, error, isFetching, refetch } = useQuery(probeQuery(host))
  const retry = (
    <div>
      <Button variant="primary" busy={isFetching} onClick={() => void refetch()}>
        {isFetching ? t`Looking…` : t`Try again`}
      </Button>
    </div>
  )
  return (
    <section aria-label={t`What was found at ${host}`} aria-busy={isFetching}>
      {isNamed && <h2 className={styles.subtitle}>{host}</h2>}
      {!probe && !error && <Skeleton rows={4} height={48} />}
      <ul className={styles.findings} aria-live="polite">
        {error ? (
          <Finding tone="danger" title={t`No agent of BanGUI answers for fail2ban`}>
            <p className={styles.note}>{sentencesOf(error)}</p>
            {retry}
          </Finding>
        ) : (
          probe && <Findings host={host} probe={probe} retry={retry} />
        )}
      </ul>
    </section>
  )
}

function Findings({ host, probe, retry }: { host: string; probe: Probe; retry: ReactNode }) {
  const { t } = useLingui()
  const { user } = probe.agent
  const { path } = probe.socket
  if (probe.socket.problem !== undefined) return <SocketFault probe={probe} retry={retry} />
  return (
    <>
      <Finding tone="ok" title={t`fail2ban answers`}>
        <p className={styles.note}>
          <Trans>
            Through <code>{path}</code>; BanGUI’s agent runs as {user}.
          </Trans>
        </p>
      </Finding>
      <Version probe={probe} />
      <Jails host={host} names={probe.jails ?? []} retry={retry} />
      <Database probe={probe} />
    </>
  )
}

function Version({ probe: { version = '', tooOld } }: { probe: Probe }) {
  const { t } = useLingui()
  if (!tooOld) return <Finding tone="ok" title={t`Version ${version}`} />
  return (
    <Finding tone="warn" title={t`Version ${version} is too old`}>
      <p className={styles.note}>
        <Trans>
          BanGUI needs fail2ban {OLDEST_FAIL2BAN} or later: some of what it shows and does will fail. Upgrade
          fail2ban with your system’s package manager.
        </Trans>
      </p>
    </Finding>
  )
}

function Jails({ host, names, retry }: { host: string; names: readonly string[]; retry: ReactNode }) {
  const { t } = useLingui()
  const { data: jails } = useQuery({ ...jailsQuery(host), staleTime: 0 })
  if (names.length === 0) {
    return (
      <Finding tone="warn" title={t`fail2ban has no jails, so it bans nobody`}>
        <p className={styles.note}>
          <Trans>A jail watches one service. These lines switch on the one for SSH; then try again.</Trans>
        </p>
        <CodeLines
          label={t`Copy the commands`}
          text={[
            "sudo tee /etc/fail2ban/jail.d/sshd.local <<'END'",
            '[sshd]',
            'enabled = true',
            'END',
            'sudo fail2ban-client reload',
          ].join('\n')}
        />
        {retry}
      </Finding>
    )
  }
  const title = plural(names.length, { one: '# jail is running', other: '# jails are running' })
  const blind = (jails ?? []).filter(isBlind)
  return (
    <Finding tone={blind.length > 0 ? 'warn' : 'ok'} title={title}>
      <p className={styles.note}>{names.join(', ')}</p>
      {blind.map((jail) => (
        <MissingLogs key={jail.name} jail={jail} />
      ))}
    </Finding>
  )
}

function isBlind(jail: Jail): boolean {
  const problem = jailProblem(jail)
  return problem === 'no-log' || problem === 'log-missing'
}

function MissingLogs({ jail }: { jail: Jail }) {
  const { name } = jail
  const files = listOf(jail.missingSources ?? [])
  return (
    <p className={styles.note}>
      <Trans>
        <strong>{name}</strong> watches a log file that does not exist: {files}. Correct its logpath, or
        switch the jail off if that service is not there.
      </Trans>
    </p>
  )
}

function Database({ probe: { database, agent } }: { probe: Probe }) {
  const { t } = useLingui()
  const { user } = agent
  const path = database?.path ?? ''
  if (database?.state === 'switched-off') {
    return (
      <Finding tone="warn" title={t`fail2ban keeps no database`}>
        <p className={styles.note}>
          <Trans>
            Bans are shown without their reasons, and fail2ban forgets them when it restarts. Set dbfile in
            fail2ban.local to keep them.
          </Trans>
        </p>
      </Finding>
    )
  }
  if (database?.state === 'unreadable') {
    return (
      <Finding tone="warn" title={t`fail2ban’s database cannot be read`}>
        <p className={styles.note}>
          <Trans>
            Bans are shown without their reasons. Let the user {user} read <code>{path}</code>; in a
            container, share its folder and set FAIL2BAN_DB.
          </Trans>
        </p>
      </Finding>
    )
  }
  return (
    <Finding tone="ok" title={t`fail2ban’s database tells the reasons of bans`}>
      <p className={styles.note}>
        <code>{path}</code>
      </p>
    </Finding>
  )
}
