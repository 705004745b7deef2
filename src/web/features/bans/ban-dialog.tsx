import { useRef, useState, type FormEvent, type RefObject } from 'react'
import { Plural, Trans, useLingui } from '@lingui/react/macro'
import { useQuery } from '@tanstack/react-query'
import type { IpResult } from '../../../shared/ban.ts'
import { addressScope, parseIp } from '../../../shared/ip.ts'
import { ApiError } from '../../api/api-error.ts'
import { Banner } from '../../ui/banner.tsx'
import { Button } from '../../ui/button.tsx'
import { Dialog, DialogActions } from '../../ui/dialog.tsx'
import { TextAreaField } from '../../ui/field.tsx'
import { Select } from '../../ui/select.tsx'
import { formatDuration } from '../../ui/time.ts'
import type { HostWithJails } from '../hosts/hosts.queries.ts'
import { sessionQuery } from '../session/session.queries.ts'
import { splitAddresses } from './addresses.ts'
import styles from './ban-dialog.module.css'
import { BanResults } from './ban-results.tsx'
import { useBan } from './bans.queries.ts'
import { useBanToast } from './use-ban-toast.ts'
import { useChangeBlock } from './use-change-block.ts'

interface BanDialogProps {
  open: boolean
  onOpenChange: (open: boolean) => void
  hosts: readonly HostWithJails[]
  /** The jail that is looked at; empty for none. */
  chosenJail: string
  /** What stands in the field at first. */
  addresses?: string
}

/** Bans addresses by hand and says of each one what became of it. */
export function BanDialog({ open, onOpenChange, hosts, chosenJail, addresses = '' }: BanDialogProps) {
  const { t } = useLingui()
  const text = useRef<HTMLTextAreaElement>(null)
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      title={t`Ban an IP`}
      description={t`fail2ban blocks it at once, as if the jail had caught it.`}
      initialFocus={text}
    >
      <BanForm
        key={String(open)}
        text={text}
        onDone={() => onOpenChange(false)}
        hosts={hosts}
        chosenJail={chosenJail}
        addresses={addresses}
      />
    </Dialog>
  )
}

interface Target {
  readonly value: string
  readonly label: string
  readonly host: string
  readonly jail: string
}

/** As `sshd, 10 min`, on several machines as `sshd (web-01), 10 min`. */
function targetsOf(hosts: readonly HostWithJails[]): Target[] {
  return hosts.flatMap(({ host, jails }) =>
    (jails ?? [])
      .filter((jail) => jail.state !== 'stopped')
      .map((jail) => {
        const time = jail.bantimeSeconds === undefined ? '' : `, ${formatDuration(jail.bantimeSeconds)}`
        const where = hosts.length > 1 ? ` (${host.id})` : ''
        return {
          value: `${host.id}/${jail.name}`,
          label: `${jail.name}${where}${time}`,
          host: host.id,
          jail: jail.name,
        }
      }),
  )
}

/** What somebody has picked, else the jail that is looked at, else the first. */
function targetOf(targets: readonly Target[], picked: string | undefined, jail: string): Target | undefined {
  const choice = targets.find((target) => target.value === picked)
  return choice ?? targets.find((target) => target.jail === jail) ?? targets[0]
}

interface BanFormProps extends Pick<BanDialogProps, 'hosts' | 'chosenJail'> {
  text: RefObject<HTMLTextAreaElement | null>
  onDone: () => void
  addresses: string
}

function BanForm({ text, onDone, hosts, chosenJail, addresses }: BanFormProps) {
  const { t } = useLingui()
  const targets = targetsOf(hosts)
  const [picked, setPicked] = useState<string | undefined>(undefined)
  const [typed, setTyped] = useState(addresses)
  const [missing, setMissing] = useState(false)
  const [atHome, setAtHome] = useState<string | undefined>(undefined)
  const ban = useBan()
  const tell = useBanToast()
  const block = useChangeBlock()
  const target = targetOf(targets, picked, chosenJail)
  const ips = splitAddresses(typed)

  function submit(event: FormEvent) {
    event.preventDefault()
    const own = ips.find(isAtHome)
    setMissing(ips.length === 0)
    setAtHome(own)
    if (ips.length === 0) text.current?.focus()
    else if (own === undefined) send(false)
  }

  function send(force: boolean) {
    if (!target || ban.isPending) return
    const { host, jail } = target
    const onSuccess = (results: readonly IpResult[]) => {
      if (results.some((result) => result.outcome === 'failed' || result.outcome === 'invalid')) return
      tell(host, jail, results)
      onDone()
    }
    ban.mutate({ host, jail, ips, force }, { onSuccess })
  }

  function change() {
    setMissing(false)
    setAtHome(undefined)
    if (!ban.isPending) ban.reset()
  }

  if (!target) return <NoJail />
  return (
    <form className={styles.form} onSubmit={submit} noValidate>
      <TextAreaField
        ref={text}
        label={t`Addresses or networks`}
        hint={t`One or more, separated by spaces, commas or line breaks.`}
        error={missing ? t`Enter at least one address.` : faultOf(ban.error)}
        value={typed}
        rows={3}
        onChange={(event) => {
          setTyped(event.target.value)
          change()
        }}
      />
      <Select
        label={t`Jail`}
        value={target.value}
        choices={targets}
        onChange={(value) => {
          setPicked(value)
          change()
        }}
      />
      {ban.data && <BanResults results={ban.data} />}
      {!ban.data && <Guards error={ban.error} atHome={atHome} busy={ban.isPending} onBan={send} />}
      <DialogActions>
        <Button onClick={onDone}>{ban.data ? t`Close` : t`Cancel`}</Button>
        <Button type="submit" variant="primary" busy={ban.isPending} disabledReason={block}>
          <SubmitWords isPending={ban.isPending} count={ips.length} />
        </Button>
      </DialogActions>
    </form>
  )
}

function SubmitWords({ isPending, count }: { isPending: boolean; count: number }) {
  if (isPending) return <Trans>Banning…</Trans>
  if (count <= 1) return <Trans>Ban</Trans>
  return <Plural value={count} one="Ban # address" other="Ban # addresses" />
}

/** An address, or a network, of the reader's own house rather than of the internet. */
function isAtHome(text: string): boolean {
  const parsed = parseIp(text)
  return parsed.ok && addressScope(parsed.entry) === 'private'
}

/** The server keeps people from locking themselves out. */
function isGuarded(error: Error | null): error is ApiError {
  return error instanceof ApiError && error.code === 'conflict'
}

interface GuardsProps {
  error: Error | null
  /** A private address among those that are to be banned. */
  atHome: string | undefined
  busy: boolean
  onBan: (force: boolean) => void
}

/** What keeps somebody from cutting off themselves or their own; administrators may still do it. */
function Guards({ error, atHome, busy, onBan }: GuardsProps) {
  const { t } = useLingui()
  if (isGuarded(error)) return <Guard message={error.message} busy={busy} onForce={() => onBan(true)} />
  if (atHome === undefined) return null
  const message = t`${atHome} belongs to a private network: banning it could cut off a device of your own. Nothing was banned.`
  return <Guard message={message} busy={busy} onForce={() => onBan(false)} />
}

function Guard({ message, busy, onForce }: { message: string; busy: boolean; onForce: () => void }) {
  const { data: session } = useQuery(sessionQuery)
  return (
    <Banner
      tone="danger"
      urgent
      action={
        session?.user.role === 'admin' && (
          <Button variant="danger" busy={busy} onClick={onForce}>
            <Trans>Ban it anyway</Trans>
          </Button>
        )
      }
    >
      {message}
    </Banner>
  )
}

function NoJail() {
  return (
    <Banner tone="warn">
      <Trans>There is no jail to ban in. Once fail2ban runs with a jail, addresses can be banned here.</Trans>
    </Banner>
  )
}

/** Everything that kept the whole command from being done. */
function faultOf(error: Error | null): string | undefined {
  if (error === null || isGuarded(error)) return undefined
  return (error instanceof ApiError ? error.fieldErrors[0]?.detail : undefined) ?? error.message
}
