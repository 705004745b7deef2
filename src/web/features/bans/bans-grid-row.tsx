import { memo, useLayoutEffect, useRef, useState, type ReactNode } from 'react'
import { Trans, useLingui } from '@lingui/react/macro'
import type { Ban } from '../../../shared/ban.ts'
import { inChosenLanguage } from '../../api/server-words.ts'
import { Button } from '../../ui/button.tsx'
import { Checkbox } from '../../ui/checkbox.tsx'
import { cx } from '../../ui/class-names.ts'
import { IpCell } from '../../ui/ip-cell.tsx'
import { RelativeTime } from '../../ui/relative-time.tsx'
import { formatNumber } from '../../ui/words.ts'
import type { HostWithJails } from '../hosts/hosts.queries.ts'
import { BanDetails } from './ban-details.tsx'
import { keyOf, type BanKey } from './ban-pages.ts'
import styles from './bans-grid.module.css'
import { COLUMNS, type Column } from './columns.ts'
import { Reason } from './reason.tsx'
import { RowMenu } from './row-menu.tsx'
import { unbanStateOf } from './unban-states.ts'
import { useHandOnFocus } from './use-hand-on-focus.ts'
import { useUnbanRow, type UnbanRow } from './use-unban-row.ts'

interface GridRowProps {
  ban: Ban
  index: number
  hidden: readonly Column[]
  hosts: readonly HostWithJails[]
  /** Why nothing can be changed now. */
  block: string | undefined
  isSelected: boolean
  isOpen: boolean
  onSelect: (index: number, isIn: boolean, isRange: boolean) => void
  onToggle: (index: number, ban: BanKey) => void
  onActive: (index: number) => void
  /** How much room what is below the open row takes. */
  onMeasure: (height: number) => void
  onAllow: (ban: BanKey) => void
}

/** Letters of an address beyond which it needs a second line. */
const LONG = 26
/** A ban that has just come flashes once. */
const FRESH_MS = 4_000

export const GridRow = memo(function GridRow(props: GridRowProps) {
  const { ban, index, hidden, hosts, isOpen } = props
  const [isFresh] = useState(() => Date.now() - Date.parse(ban.bannedAt) < FRESH_MS)
  const row = useHandOnFocus('[data-unban]', () => isLeaving(ban))
  const unban = useUnbanRow(ban, bantimeOf(hosts, ban))
  const isStale = hosts.some(({ host }) => host.id === ban.host && !host.online)
  return (
    <>
      <tr
        ref={row}
        className={styles.row}
        data-row
        data-index={index}
        data-fresh={isFresh || undefined}
        data-dim={isStale || unban.isPending || undefined}
        aria-rowindex={index + 2}
        aria-selected={props.isSelected}
        tabIndex={-1}
        onFocus={() => props.onActive(index)}
      >
        <td className={styles.select}>
          <SelectBox {...props} />
        </td>
        <th scope="row" className={cx(styles.ip, ban.ip.length > LONG && styles.long)}>
          <IpCell ip={ban.ip} />
        </th>
        <Cells {...props} severalHosts={hosts.length > 1} />
        <td className={styles.actions}>
          <RowActions ban={ban} unban={unban} block={props.block} onAllow={props.onAllow} />
        </td>
      </tr>
      {(isOpen || unban.error) && (
        <Below columns={columnsWithout(hidden)} isOpen={isOpen} onMeasure={props.onMeasure}>
          {unban.error && <Failure ban={ban} unban={unban} error={unban.error} />}
          {isOpen && <BanDetails ban={ban} />}
        </Below>
      )}
    </>
  )
})

/** The news that a ban is gone may be here before the answer to who lifted it. */
function isLeaving(ban: BanKey): boolean {
  const phase = unbanStateOf(keyOf(ban))?.phase
  return phase === 'done' || phase === 'pending'
}

/** A row that is on its way. */
export function WaitingRow({ index, hidden }: { index: number; hidden: readonly Column[] }) {
  const { t } = useLingui()
  return (
    <tr className={styles.row} data-row data-index={index} aria-rowindex={index + 2} aria-busy>
      <td className={styles.ip} colSpan={columnsWithout(hidden)} aria-label={t`Loading`}>
        <span className={styles.bar} />
      </td>
    </tr>
  )
}

/** Those that are always there as well. */
function columnsWithout(hidden: readonly Column[]): number {
  return COLUMNS.length - hidden.length + 3
}

function SelectBox({ ban, index, isSelected, onSelect }: GridRowProps) {
  const { t } = useLingui()
  const isRange = useRef(false)
  const { ip, jail } = ban
  return (
    <span
      className={styles.box}
      onClickCapture={(event) => {
        isRange.current = event.shiftKey
      }}
    >
      <Checkbox
        hideLabel
        label={t`Select ${ip} in ${jail}`}
        checked={isSelected}
        onChange={(isIn) => onSelect(index, isIn, isRange.current)}
      />
    </span>
  )
}

function Cells({
  ban,
  index,
  hidden,
  isOpen,
  onToggle,
  severalHosts,
}: GridRowProps & { severalHosts: boolean }) {
  const isShown = (column: Column) => !hidden.includes(column)
  return (
    <>
      {isShown('jail') && (
        <td className={styles.jail}>
          {ban.jail}
          {severalHosts && <span className={styles.host}> {ban.host}</span>}
        </td>
      )}
      {isShown('reason') && (
        <td className={styles.reason}>
          <Reason ban={ban} open={isOpen} onToggle={() => onToggle(index, ban)} />
        </td>
      )}
      {isShown('banCount') && <td className={styles.banCount}>{formatNumber(ban.banCount)}</td>}
      {isShown('bannedAt') && (
        <td className={styles.bannedAt}>
          <RelativeTime at={ban.bannedAt} />
        </td>
      )}
      {isShown('expiresAt') && (
        <td className={styles.expiresAt}>
          {ban.expiresAt === undefined ? (
            <Trans>permanent</Trans>
          ) : (
            <>
              <span className={styles.prefix}>
                · <Trans>ends</Trans>{' '}
              </span>
              <RelativeTime at={ban.expiresAt} />
            </>
          )}
        </td>
      )}
    </>
  )
}

function RowActions({
  ban,
  unban,
  block,
  onAllow,
}: Pick<GridRowProps, 'ban' | 'block' | 'onAllow'> & { unban: UnbanRow }) {
  const { t } = useLingui()
  const { ip, jail } = ban
  return (
    <div className={styles.buttons}>
      <Button
        size="small"
        data-unban
        aria-label={unban.isPending ? t`Unbanning ${ip} from ${jail}` : t`Unban ${ip} from ${jail}`}
        busy={unban.isPending}
        disabledReason={block}
        onClick={unban.unban}
      >
        {unban.isPending ? <Trans>Unbanning…</Trans> : <Trans>Unban</Trans>}
      </Button>
      <RowMenu ban={ban} unban={unban} block={block} onAllow={onAllow} />
    </div>
  )
}

/** What stands below a row, measured so that the list knows its height. */
function Below({
  columns,
  isOpen,
  onMeasure,
  children,
}: {
  columns: number
  isOpen: boolean
  onMeasure: (height: number) => void
  children: ReactNode
}) {
  const ref = useRef<HTMLTableRowElement>(null)
  useLayoutEffect(() => {
    const element = ref.current
    if (!element || !isOpen) return undefined
    const measure = () => onMeasure(element.getBoundingClientRect().height)
    measure()
    const observer = new ResizeObserver(measure)
    observer.observe(element)
    return () => observer.disconnect()
  })
  return (
    <tr ref={ref} className={styles.below}>
      <td colSpan={columns}>{children}</td>
    </tr>
  )
}

function Failure({ ban, unban, error }: { ban: Ban; unban: UnbanRow; error: Error }) {
  return (
    <div className={styles.failure} role="alert">
      <span>
        <strong>
          <Trans>{ban.ip} is still banned.</Trans>
        </strong>{' '}
        {inChosenLanguage(error.message)}
      </span>
      <Button size="small" busy={unban.isPending} onClick={unban.retry}>
        <Trans>Retry</Trans>
      </Button>
    </div>
  )
}

function bantimeOf(hosts: readonly HostWithJails[], ban: BanKey): number | undefined {
  const jails = hosts.find(({ host }) => host.id === ban.host)?.jails
  return jails?.find((jail) => jail.name === ban.jail)?.bantimeSeconds
}
