import { Trans, useLingui } from '@lingui/react/macro'
import { useQuery } from '@tanstack/react-query'
import { useLocation } from 'react-router'
import type { Host, OfflineReason } from '../../../shared/host.ts'
import { inChosenLanguage } from '../../api/server-words.ts'
import { Banner } from '../../ui/banner.tsx'
import { CopyButton } from '../../ui/copy-button.tsx'
import { formatClock } from '../../ui/time.ts'
import { OFFLINE_TITLES } from '../health/offline-words.ts'
import { hostsQuery } from '../hosts/hosts.queries.ts'
import styles from './fail2ban-banner.module.css'

/** What to type on the machine, where one command is the likely way out. */
const COMMANDS: Partial<Record<OfflineReason, string>> = {
  'socket-missing': 'systemctl start fail2ban',
  'socket-stale': 'systemctl restart fail2ban',
  'not-answering': 'systemctl restart fail2ban',
  'connection-lost': 'systemctl status fail2ban',
}

/** A fail2ban that is away is another thing than a console that is away. The overview says the same in its verdict. */
export function Fail2banBanners() {
  const { data: hosts = [] } = useQuery(hostsQuery)
  const { pathname } = useLocation()
  if (pathname === '/') return null
  return hosts.map((host) => <Fail2banBanner key={host.id} host={host} isNamed={hosts.length > 1} />)
}

function Fail2banBanner({ host, isNamed }: { host: Host; isNamed: boolean }) {
  const { t, i18n } = useLingui()
  const { offline, asOf, id } = host
  if (!offline || offline.reason === 'starting') return null
  const title = i18n._(OFFLINE_TITLES[offline.reason])
  const command = COMMANDS[offline.reason]
  const since = formatClock(new Date(offline.since))
  return (
    <Banner
      tone="danger"
      urgent
      action={
        command !== undefined && (
          <span className={styles.command}>
            <code>{command}</code>
            <CopyButton text={command} label={t`Copy ${command}`} />
          </span>
        )
      }
    >
      <strong>{isNamed ? t`${id}: ${title}` : title}.</strong> {inChosenLanguage(offline.detail)}{' '}
      <Trans>Since {since}.</Trans> {asOf !== undefined && <LastKnown at={asOf} />}
      {command === undefined && inChosenLanguage(offline.remedy)}
    </Banner>
  )
}

function LastKnown({ at }: { at: string }) {
  const clock = formatClock(new Date(at))
  return (
    <>
      <Trans>What is shown is from {clock}.</Trans>{' '}
    </>
  )
}
