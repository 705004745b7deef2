import { useState } from 'react'
import { Plural, Trans, useLingui } from '@lingui/react/macro'
import type { AllowResult } from '../../../shared/allow.ts'
import { inChosenLanguage } from '../../api/server-words.ts'
import { Banner } from '../../ui/banner.tsx'
import { Button } from '../../ui/button.tsx'
import { AlertDialog } from '../../ui/dialog.tsx'
import { showToast } from '../../ui/toast.ts'
import { listOf } from '../../ui/words.ts'
import { useChangeBlock } from '../bans/use-change-block.ts'
import { useAllow } from '../jails/allow.queries.ts'
import styles from './allow-dialog.module.css'
import type { IpReport, ReportedBan } from './ip.queries.ts'
import { useJailsToAddTo } from './use-jails-to-add-to.ts'

interface AllowDialogProps {
  open: boolean
  onOpenChange: (open: boolean) => void
  report: IpReport
  /** What allowing it lifts: its own bans and those inside it. */
  lifted: readonly ReportedBan[]
  /** Networks whose bans go on blocking it. */
  around: readonly ReportedBan[]
}

/** Says what is going to be lifted and where the address will be ignored, and does both. */
export function AllowDialog(props: AllowDialogProps) {
  const { open, onOpenChange, report, lifted, around } = props
  const { t } = useLingui()
  const { ip } = report
  const allow = useAllow()
  const block = useChangeBlock()
  const [failed, setFailed] = useState<AllowResult | undefined>(undefined)
  const jails = useJailsToAddTo(report)
  const networks = listOf([...new Set(around.map((ban) => ban.ip))])

  function change(next: boolean) {
    allow.reset()
    setFailed(undefined)
    onOpenChange(next)
  }

  function confirm() {
    allow.mutate(
      { ips: [ip], unban: true },
      {
        onSuccess([result]) {
          if (!result) return
          if (result.outcome !== 'allowed' && result.outcome !== 'already-allowed') return setFailed(result)
          change(false)
          tell(result)
        },
      },
    )
  }

  function tell({ unbannedFrom }: AllowResult) {
    const from = listOf([...new Set(unbannedFrom.map(({ jail }) => jail))])
    showToast({
      tone: 'ok',
      title: unbannedFrom.length > 0 ? t`Unbanned ${ip} from ${from} and allowed it` : t`Allowed ${ip}`,
      detail: t`Until fail2ban is reloaded. To keep it, add it to ignoreip in jail.local.`,
    })
  }

  return (
    <AlertDialog
      open={open}
      onOpenChange={change}
      title={lifted.length > 0 ? t`Unban and allow ${ip}?` : t`Allow ${ip}?`}
      description={t`fail2ban will not ban it by itself any more, until it is reloaded.`}
      confirm={
        <Button variant="primary" busy={allow.isPending} disabledReason={block} onClick={confirm}>
          {lifted.length > 0 ? t`Unban and allow` : t`Allow`}
        </Button>
      }
    >
      <Effects ip={ip} lifted={lifted} jails={jails} />
      {around.length > 0 && (
        <Banner tone="warn">
          <Trans>
            The ban of {networks} stays, and blocks it all the same. Lift that one, too, to let it in.
          </Trans>
        </Banner>
      )}
      <Failure result={failed} error={allow.error} />
    </AlertDialog>
  )
}

function Effects({ ip, lifted, jails }: { ip: string; lifted: readonly ReportedBan[]; jails: string[] }) {
  return (
    <dl className={styles.effects}>
      {lifted.length > 0 && (
        <div>
          <dt>
            <Plural value={lifted.length} one="# ban is lifted" other="# bans are lifted" />
          </dt>
          <dd>
            <Bans bans={lifted} ip={ip} />
          </dd>
        </div>
      )}
      <div>
        <dt>
          <Trans>Added to the ignore list of</Trans>
        </dt>
        <dd>
          {jails.length > 0 ? listOf(jails) : <Trans>no jail: every running one ignores it already</Trans>}
        </dd>
      </div>
    </dl>
  )
}

const SHOWN = 10

function Bans({ bans, ip }: { bans: readonly ReportedBan[]; ip: string }) {
  const rest = bans.length - SHOWN
  return (
    <ul>
      {bans.slice(0, SHOWN).map((ban) => (
        <li key={`${ban.host} ${ban.jail} ${ban.ip}`}>
          {ban.ip === ip ? (
            ban.jail
          ) : (
            <Trans>
              {ban.ip} in {ban.jail}
            </Trans>
          )}
        </li>
      ))}
      {rest > 0 && (
        <li>
          <Plural value={rest} one="and # more" other="and # more" />
        </li>
      )}
    </ul>
  )
}

function Failure({ result, error }: { result: AllowResult | undefined; error: Error | null }) {
  if (error) {
    return (
      <Banner tone="danger" urgent>
        {inChosenLanguage(error.message)}
      </Banner>
    )
  }
  if (!result) return null
  const details = [
    result.detail,
    ...result.failedIn.map(({ jail, host, detail }) => `${jail ?? host}: ${detail}`),
  ]
  return (
    <Banner tone="danger" urgent>
      <strong>
        {result.outcome === 'partly' ? (
          <Trans>Some jails do not ignore it.</Trans>
        ) : (
          <Trans>No jail ignores it.</Trans>
        )}
      </strong>{' '}
      {details
        .filter((detail) => detail !== undefined)
        .map(inChosenLanguage)
        .join(' ')}
    </Banner>
  )
}
