import { plural } from '@lingui/core/macro'
import { Trans, useLingui } from '@lingui/react/macro'
import type { Host } from '../../../shared/host.ts'
import { changedWhileRunning, jailProblem, type JailDetail } from '../../../shared/jail.ts'
import { sentencesOf } from '../../api/api-error.ts'
import { Banner } from '../../ui/banner.tsx'
import { Breadcrumbs } from '../../ui/breadcrumbs.tsx'
import { Button } from '../../ui/button.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import { formatDuration } from '../../ui/time.ts'
import { formatNumber } from '../../ui/words.ts'
import { addedEntries } from './ignore-entries.ts'
import { IgnoreCard } from './ignore-card.tsx'
import { actionFailure, JailActionDialog, JailMenu } from './jail-actions.tsx'
import { useJailActions } from './use-jail-actions.ts'
import { JailState } from './jail-state.tsx'
import { actionName, problemSentence, settingName } from './jail-words.ts'
import styles from './jails.module.css'
import type { JailAction } from './jails.queries.ts'
import { LogFilesCard } from './log-files-card.tsx'
import { RecentBansCard } from './recent-bans-card.tsx'
import { RulesCard } from './rules-card.tsx'
import { SettingsCard } from './settings-card.tsx'

interface JailViewProps {
  host: Host
  jail: JailDetail
  several: boolean
  /** What only fail2ban knows has been read. */
  isRead: boolean
  error: Error | null
  onRetry: () => void
}

export function JailView({ host, jail, several, isRead, error, onRetry }: JailViewProps) {
  const { t } = useLingui()
  const key = { host: host.id, jail: jail.name }
  return (
    <>
      <Breadcrumbs
        label={t`Where you are`}
        parents={[{ to: '/jails', label: t`Jails` }]}
        current={several ? t`${jail.name} on ${host.id}` : jail.name}
      />
      <Head host={host} jail={jail} />
      <Counters jail={jail} />
      {error && (
        <Banner tone="danger" urgent action={<Button onClick={onRetry}>{t`Try again`}</Button>}>
          {sentencesOf(error)}
        </Banner>
      )}
      <div className={styles.columns}>
        <div className={styles.column}>
          <SettingsCard host={host} jail={jail} />
          <RecentBansCard of={key} jail={jail} stale={!host.online} />
        </div>
        <div className={styles.column}>
          {!isRead && !error && jail.state !== 'stopped' && host.online && <Skeleton rows={5} height={64} />}
          {jail.ignoreip && <IgnoreCard host={host} jail={jail} ignoreip={jail.ignoreip} />}
          <LogFilesCard jail={jail} />
          {jail.failregex && <RulesCard jail={jail} failregex={jail.failregex} />}
        </div>
      </div>
    </>
  )
}

function Head({ host, jail }: { host: Host; jail: JailDetail }) {
  const { t } = useLingui()
  const changes = changesOf(jail)
  const actions = useJailActions(host, jail, changes.length > 0)
  const failure = actionFailure(actions)
  const problem = problemSentence(jail)
  const [first, fix] = offered(jail)
  return (
    <>
      <header className={styles.head}>
        <h1 className={styles.title}>{jail.name}</h1>
        <JailState host={host.id} jail={jail} stale={!host.online} />
        <div className={styles.buttons}>
          {[first, fix].map(
            (action) =>
              action && (
                <Button
                  key={action}
                  variant={jail.state === 'active' ? 'secondary' : 'primary'}
                  busy={actions.pending === action}
                  disabledReason={actions.blockOf(action)}
                  onClick={() => actions.choose(action)}
                >
                  {actionName(action)}
                </Button>
              ),
          )}
          <JailMenu jail={jail} actions={actions} label={t`More`} />
        </div>
      </header>
      <JailActionDialog jail={jail} actions={actions} changes={changes} />
      {failure !== undefined && (
        <Banner tone="danger" urgent>
          {failure}
        </Banner>
      )}
      {problem !== undefined && (
        <Banner tone={jailProblem(jail) === 'no-log' ? 'danger' : 'warn'}>{problem}</Banner>
      )}
      {jail.configurationProblem !== undefined && (
        <Banner tone="warn">
          <Trans>
            Its configuration files cannot be read now, so a reload or a start would be refused, and the jail
            goes on as it is.
          </Trans>{' '}
          {jail.configurationProblem}
        </Banner>
      )}
    </>
  )
}

function offered({ state }: JailDetail): JailAction[] {
  if (state === 'stopped') return ['start']
  return [state === 'idle' ? 'resume' : 'idle', 'reload']
}

/** What a reload takes back, in words. */
function changesOf(jail: JailDetail): string[] {
  const settings = changedWhileRunning(jail).map((name) => {
    const show = (value: number | undefined) =>
      name === 'maxretry' ? String(value) : formatDuration(value ?? 0)
    const setting = settingName(name)
    const [now, written] = [show(jail[name]), show(jail.configured?.[name])]
    return { setting, now, written }
  })
  const added = addedEntries(jail).length
  return [
    ...settings.map(({ setting, now, written }) => `${setting}: ${now} → ${written}`),
    ...(added === 0
      ? []
      : [
          plural(added, {
            one: '# address leaves the ignore list',
            other: '# addresses leave the ignore list',
          }),
        ]),
  ]
}

function Counters({ jail }: { jail: JailDetail }) {
  const { t } = useLingui()
  const findtime = jail.findtimeSeconds === undefined ? undefined : formatDuration(jail.findtimeSeconds)
  const counters = [
    { label: t`Banned now`, value: jail.currentlyBanned, note: undefined },
    { label: t`Bans`, value: jail.totalBanned, note: t`since it was started` },
    {
      label: t`Failing now`,
      value: jail.currentlyFailed,
      note: findtime === undefined ? undefined : t`addresses within ${findtime}`,
    },
    { label: t`Failures`, value: jail.totalFailed, note: t`since it was started` },
  ]
  return (
    <dl className={styles.counters}>
      {counters.map(({ label, value, note }) => (
        <div key={label} className={styles.counter}>
          <dt>{label}</dt>
          <dd className={styles.number}>{jail.state === 'stopped' ? '–' : formatNumber(value)}</dd>
          {note !== undefined && <dd>{note}</dd>}
        </div>
      ))}
    </dl>
  )
}
