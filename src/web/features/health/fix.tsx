import { Trans, useLingui } from '@lingui/react/macro'
import type { Fix as FixOf } from '../../../shared/health.ts'
import { ButtonLink } from '../../ui/button-link.tsx'
import { CopyButton } from '../../ui/copy-button.tsx'
import { jailPath } from '../jails/jail-path.ts'
import styles from './health.module.css'

/** The page where it can be mended; undefined where that happens outside of the console. */
export function pageOf(fix: FixOf | undefined, severalHosts: boolean): string | undefined {
  if (fix?.kind === 'jail') return jailPath(fix.host, fix.jail, severalHosts)
  if (fix?.kind === 'jails') return '/jails'
  return undefined
}

/** What to do about a check: a way to the page, or something to copy. */
export function Fix({ fix, severalHosts }: { fix: FixOf; severalHosts: boolean }) {
  const { t } = useLingui()
  if (fix.kind === 'command') return <Copyable text={fix.command} label={t`Copy the command`} />
  if (fix.kind === 'setting') {
    return <Copyable text={`${fix.name}=${fix.value}`} label={t`Copy the setting`} />
  }
  return (
    <ButtonLink size="small" to={pageOf(fix, severalHosts) ?? '/health#jobs'}>
      <Place fix={fix} />
    </ButtonLink>
  )
}

function Place({ fix }: { fix: Exclude<FixOf, { kind: 'command' | 'setting' }> }) {
  if (fix.kind === 'jobs') return <Trans>Go to the jobs</Trans>
  if (fix.kind === 'jails') return <Trans>Go to the jails</Trans>
  const { jail } = fix
  return <Trans>Go to {jail}</Trans>
}

function Copyable({ text, label }: { text: string; label: string }) {
  return (
    <span className={styles.command}>
      <code>{text}</code>
      <CopyButton text={text} label={label} />
    </span>
  )
}
