import { useState } from 'react'
import { Trans, useLingui } from '@lingui/react/macro'
import { useQueries, useQuery } from '@tanstack/react-query'
import { Ban, Check, Copy, ExternalLink, LockOpen, ShieldCheck } from 'lucide-react'
import { Link } from 'react-router'
import { inChosenLanguage } from '../../api/server-words.ts'
import { Button } from '../../ui/button.tsx'
import { copyText } from '../../ui/copy-text.ts'
import { ipPath } from '../../ui/ip-path.ts'
import { Menu, MenuLink } from '../../ui/menu.tsx'
import { useShortcuts } from '../../ui/shortcuts.ts'
import { WhenOpened } from '../../ui/when-opened.tsx'
import { useUnbanEverywhere } from '../bans/bans.queries.ts'
import { useChangeBlock } from '../bans/use-change-block.ts'
import { useUnbanToast } from '../bans/use-unban-toast.ts'
import { hostsQuery, jailsQuery } from '../hosts/hosts.queries.ts'
import styles from './ip-report.module.css'
import type { IpReport, ReportedBan } from './ip.queries.ts'
import { useJailsToAddTo } from './use-jails-to-add-to.ts'
import { useLookupLinks } from './use-lookup-links.ts'
import { lazyPart } from '../../ui/lazy-part.ts'

const BanDialog = lazyPart(async () => (await import('../bans/ban-dialog.tsx')).BanDialog)
const UnbanDialog = lazyPart(async () => (await import('./unban-dialog.tsx')).UnbanDialog)
const AllowDialog = lazyPart(async () => (await import('./allow-dialog.tsx')).AllowDialog)

/** More than this many at once are asked about first. */
const ASK_ABOVE = 10

interface IpActionsProps {
  report: IpReport
  own: readonly ReportedBan[]
  around: readonly ReportedBan[]
  inside: readonly ReportedBan[]
  /** On its own page; else in the find box. */
  isWhole: boolean
}

export function IpActions({ report, own, around, inside, isWhole }: IpActionsProps) {
  const { t } = useLingui()
  const { ip } = report
  const block = useChangeBlock()
  const unban = useUnbanFromAll(ip, own)
  const [open, setOpen] = useState<'allow' | 'ban' | undefined>(undefined)
  const isBanned = own.length > 0
  const canAllow = useJailsToAddTo(report).length > 0 || own.length + inside.length > 0
  const allow = () => {
    if (canAllow && block === undefined) setOpen('allow')
  }
  useShortcuts(
    { ...(isBanned && block === undefined && { u: unban.begin }), a: allow },
    { inDialog: !isWhole },
  )

  return (
    <div className={styles.actions}>
      {isBanned && (
        <Button variant="primary" busy={unban.isPending} disabledReason={block} onClick={unban.begin}>
          {!unban.isPending && <LockOpen size={16} aria-hidden />}
          {unban.isPending ? t`Unbanning…` : t`Unban from all jails`}
        </Button>
      )}
      {canAllow && (
        <Button disabledReason={block} onClick={allow}>
          <ShieldCheck size={16} aria-hidden />
          {isBanned ? t`Unban and allow` : t`Allow`}
        </Button>
      )}
      <Button disabledReason={block} onClick={() => setOpen('ban')}>
        <Ban size={16} aria-hidden />
        <Trans>Ban in a jail</Trans>
      </Button>
      <CopyAddress ip={ip} />
      <LookUp report={report} />
      {!isWhole && (
        <Link to={ipPath(ip)} className={styles.more}>
          <Trans>Full history</Trans>
        </Link>
      )}
      {unban.error && (
        <p className={styles.failure} role="alert">
          {inChosenLanguage(unban.error.message)}
        </p>
      )}
      <WhenOpened open={unban.isAsking}>
        <UnbanDialog
          ip={ip}
          jailCount={own.length}
          open={unban.isAsking}
          onOpenChange={unban.setAsking}
          onConfirm={unban.lift}
        />
      </WhenOpened>
      <WhenOpened open={open === 'allow'}>
        <AllowDialog
          open={open === 'allow'}
          onOpenChange={(next) => setOpen(next ? 'allow' : undefined)}
          report={report}
          lifted={[...own, ...inside]}
          around={around}
        />
      </WhenOpened>
      <WhenOpened open={open === 'ban'}>
        <BanHere ip={ip} open={open === 'ban'} onOpenChange={(next) => setOpen(next ? 'ban' : undefined)} />
      </WhenOpened>
    </div>
  )
}

interface UnbanFromAll {
  readonly isPending: boolean
  readonly error: Error | null
  readonly isAsking: boolean
  setAsking: (isAsking: boolean) => void
  /** Lifts them, or asks first where they are many. */
  begin: () => void
  lift: () => void
}

function useUnbanFromAll(ip: string, own: readonly ReportedBan[]): UnbanFromAll {
  const everywhere = useUnbanEverywhere()
  const tell = useUnbanToast()
  const [isAsking, setAsking] = useState(false)
  const lift = () => {
    setAsking(false)
    void everywhere.mutateAsync(ip).then(
      (lifted) => tell(ip, lifted.length > 0 ? lifted : own, undefined),
      () => undefined,
    )
  }
  return {
    isPending: everywhere.isPending,
    error: everywhere.error,
    isAsking,
    setAsking,
    begin: () => (own.length > ASK_ABOVE ? setAsking(true) : lift()),
    lift,
  }
}

function BanHere(props: { ip: string; open: boolean; onOpenChange: (open: boolean) => void }) {
  const { data: hosts = [] } = useQuery(hostsQuery)
  const jails = useQueries({ queries: hosts.map((host) => jailsQuery(host.id)) })
  const known = hosts.map((host, index) => ({ host, jails: jails[index]?.data }))
  return (
    <BanDialog
      open={props.open}
      onOpenChange={props.onOpenChange}
      hosts={known}
      chosenJail=""
      addresses={props.ip}
    />
  )
}

function CopyAddress({ ip }: { ip: string }) {
  const { t } = useLingui()
  const [result, setResult] = useState<'copied' | 'failed' | undefined>(undefined)
  const Icon = result === 'copied' ? Check : Copy
  return (
    <Button
      aria-label={t`Copy ${ip}`}
      onClick={() => void copyText(ip).then((isCopied) => setResult(isCopied ? 'copied' : 'failed'))}
      onBlur={() => setResult(undefined)}
    >
      <Icon size={16} aria-hidden />
      <span aria-live="polite">
        {result === 'copied' ? t`Copied` : result === 'failed' ? t`Copying failed` : t`Copy IP`}
      </span>
    </Button>
  )
}

function LookUp({ report }: { report: IpReport }) {
  const links = useLookupLinks()(report.ip, report.scope)
  if (links.length === 0) return null
  return (
    <Menu
      align="start"
      trigger={
        <Button>
          <ExternalLink size={16} aria-hidden />
          <Trans>Look up</Trans>
        </Button>
      }
    >
      {links.map(({ name, href }) => (
        <MenuLink key={name} href={href} icon={<ExternalLink size={15} aria-hidden />}>
          {name}
        </MenuLink>
      ))}
    </Menu>
  )
}
