import { Trans, useLingui } from '@lingui/react/macro'
import { X } from 'lucide-react'
import type { Host } from '../../../shared/host.ts'
import { ipKey, listedIp } from '../../../shared/ip.ts'
import type { JailDetail } from '../../../shared/jail.ts'
import { sentencesOf } from '../../api/api-error.ts'
import { Button } from '../../ui/button.tsx'
import { Card } from '../../ui/card.tsx'
import { showToast } from '../../ui/toast.ts'
import { AddIgnored } from './add-ignored.tsx'
import { addedEntries } from './ignore-entries.ts'
import styles from './jails.module.css'
import { useIgnore, useStopIgnoring, type JailKey } from './jails.queries.ts'
import { useJailBlock } from './use-block.ts'

interface IgnoreCardProps {
  host: Host
  jail: JailDetail
  ignoreip: readonly string[]
}

/** Whom the jail never bans. */
export function IgnoreCard({ host, jail, ignoreip }: IgnoreCardProps) {
  const { t } = useLingui()
  const key = { host: host.id, jail: jail.name }
  const unable = useJailBlock('operator', host)
  const block = jail.state === 'stopped' ? t`The jail is stopped.` : unable
  const added = addedEntries(jail)
  return (
    <Card title={t`Ignore list`} note={<Trans>never banned by itself</Trans>}>
      <div className={styles.body}>
        {ignoreip.length > 0 ? (
          <ul className={styles.list} aria-label={t`Ignored by ${jail.name}`}>
            {ignoreip.toSorted(byAddress).map((entry) => (
              <Entry key={entry} of={key} entry={entry} isTemporary={added.includes(entry)} block={block} />
            ))}
          </ul>
        ) : (
          <p className={styles.note}>
            <Trans>
              Nobody is on it. Add the addresses you connect from, so that a slip cannot lock you out.
            </Trans>
          </p>
        )}
        {jail.ignoreself === true && (
          <p className={styles.note}>
            <Trans>The addresses of this machine are ignored, too.</Trans>
          </p>
        )}
        <AddIgnored of={key} ignoreip={ignoreip} block={block} />
      </div>
    </Card>
  )
}

/** fail2ban keeps them in no order; names come last. */
function byAddress(a: string, b: string): number {
  return sortKey(a) < sortKey(b) ? -1 : 1
}

function sortKey(entry: string): string {
  const listed = listedIp(entry)
  return listed ? `0 ${ipKey(listed)}` : `1 ${entry}`
}

function Entry({
  of: key,
  entry,
  isTemporary,
  block,
}: {
  of: JailKey
  entry: string
  isTemporary: boolean
  block: string | undefined
}) {
  const { t } = useLingui()
  const remove = useStopIgnoring(key)
  const add = useIgnore(key)
  const isName = listedIp(entry) === undefined
  const { jail } = key

  function take() {
    void remove.mutateAsync(entry).then(
      () =>
        showToast({
          tone: 'ok',
          title: t`${jail} does not ignore ${entry} any more`,
          ...(!isName && { undo: () => add.mutate([entry]) }),
        }),
      () => undefined,
    )
  }

  return (
    <li>
      <div>
        <span className={styles.mono}>{entry}</span>
        {isTemporary && <span className={styles.host}>{t`until fail2ban is reloaded`}</span>}
        {isName && !entry.startsWith('file:') && (
          <span className={styles.host}>{t`a host name: fail2ban asks DNS about it`}</span>
        )}
        {remove.error && (
          <span className={styles.problem} role="alert">
            {sentencesOf(remove.error)}
          </span>
        )}
      </div>
      <Button
        variant="ghost"
        size="icon"
        aria-label={t`Remove ${entry}`}
        busy={remove.isPending}
        disabledReason={block}
        onClick={take}
      >
        {!remove.isPending && <X size={16} aria-hidden />}
      </Button>
    </li>
  )
}
