import { plural, t } from '@lingui/core/macro'
import { Trans, useLingui } from '@lingui/react/macro'
import type { AllowResult } from '../../../shared/allow.ts'
import { inChosenLanguage } from '../../api/server-words.ts'
import { listOf } from '../../ui/words.ts'
import { CodeLines } from './code-lines.tsx'
import { Finding } from './finding.tsx'
import styles from './setup.module.css'

/** What became of each address, and what keeps it for good: the lists of the running fail2ban do not outlast a reload. */
export function AllowOutcome({ results }: { results: readonly AllowResult[] }) {
  const kept = results.filter(({ outcome }) => outcome !== 'failed' && outcome !== 'invalid')
  return (
    <>
      <ul className={styles.findings} aria-live="polite">
        {results.map((result) => (
          <Outcome key={result.ip} result={result} />
        ))}
      </ul>
      {kept.length > 0 && <KeepIt ips={kept.map(({ ip }) => ip)} />}
    </>
  )
}

function Outcome({ result }: { result: AllowResult }) {
  const { ip, outcome, allowedIn, unbannedFrom, failedIn, stillBannedBy, detail } = result
  const isFine = outcome === 'allowed' || outcome === 'already-allowed'
  const tone = isFine ? 'ok' : outcome === 'partly' ? 'warn' : 'danger'
  const lifted = unbannedFrom.length
  return (
    <Finding tone={tone} title={titleOf(ip, outcome, allowedIn.length)}>
      {lifted > 0 && (
        <p className={styles.note}>
          {plural(lifted, { one: '# ban of it was lifted.', other: '# bans of it were lifted.' })}
        </p>
      )}
      {stillBannedBy.length > 0 && (
        <p className={styles.note}>
          <StillBanned by={stillBannedBy.map((ban) => t`${ban.ip} in ${ban.jail}`)} />
        </p>
      )}
      {detail !== undefined && <p className={styles.note}>{inChosenLanguage(detail)}</p>}
      {failedIn.map((failure) => (
        <p className={styles.note} key={`${failure.host} ${failure.jail ?? ''}`}>
          {failure.jail ?? failure.host}: {inChosenLanguage(failure.detail)}
        </p>
      ))}
    </Finding>
  )
}

function titleOf(ip: string, outcome: AllowResult['outcome'], jails: number): string {
  const ignored = plural(jails, {
    one: `${ip} is ignored in # jail now`,
    other: `${ip} is ignored in # jails now`,
  })
  const titles: Record<typeof outcome, string> = {
    allowed: ignored,
    partly: ignored,
    'already-allowed': t`${ip} was on the ignore lists already`,
    failed: t`${ip} could not be added`,
    invalid: t`${ip} is not an address`,
  }
  return titles[outcome]
}

function StillBanned({ by }: { by: readonly string[] }) {
  const bans = listOf(by)
  return <Trans>It is still banned by {bans}: lift that on the page Active bans.</Trans>
}

function KeepIt({ ips }: { ips: readonly string[] }) {
  const { t } = useLingui()
  return (
    <>
      <h2 className={styles.subtitle}>
        <Trans>Keep it when fail2ban is reloaded</Trans>
      </h2>
      <p className={styles.note}>
        <Trans>
          This version of BanGUI changes the running fail2ban and not its files: after a reload or restart the
          ignore list is as the files say. Write this into <code>/etc/fail2ban/jail.local</code>, and restart
          fail2ban when it suits you:
        </Trans>
      </p>
      <CodeLines text={`[DEFAULT]\nignoreip = 127.0.0.1/8 ::1 ${ips.join(' ')}`} label={t`Copy the lines`} />
      <p className={styles.note}>
        <Trans>
          Where <code>ignoreip</code> is set already, in [DEFAULT] or in a jail, add the addresses to that
          line.
        </Trans>
      </p>
    </>
  )
}
