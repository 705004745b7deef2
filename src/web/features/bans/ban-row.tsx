import { memo, useState } from 'react'
import { Copy, Ellipsis, LockOpen } from 'lucide-react'
import type { Ban } from '../../../shared/ban.ts'
import { Button } from '../../ui/button.tsx'
import { copyText } from '../../ui/copy-text.ts'
import { IpCell } from '../../ui/ip-cell.tsx'
import { Menu, MenuItem } from '../../ui/menu.tsx'
import { RelativeTime } from '../../ui/relative-time.tsx'
import { Cell, Row, RowHeader } from '../../ui/table.tsx'
import { showToast } from '../../ui/toast.ts'
import styles from './ban-row.module.css'
import { BanDetails } from './ban-details.tsx'
import { Reason } from './reason.tsx'
import { useChangeBlock } from './use-change-block.ts'
import { useHandOnFocus } from './use-hand-on-focus.ts'
import { useUnbanRow, type UnbanRow } from './use-unban-row.ts'

interface BanRowProps {
  ban: Ban
  showsHost: boolean
  /** The host does not answer: what is shown is what was known last. */
  stale: boolean
  bantimeSeconds: number | undefined
}

const COLUMNS = 6
/** A ban that has just come flashes once. */
const FRESH_MS = 4_000

export const BanRow = memo(function BanRow({ ban, showsHost, stale, bantimeSeconds }: BanRowProps) {
  const [open, setOpen] = useState(false)
  const [isFresh] = useState(() => Date.now() - Date.parse(ban.bannedAt) < FRESH_MS)
  const row = useHandOnFocus('[data-unban]')
  const unban = useUnbanRow(ban, bantimeSeconds)
  return (
    <>
      <Row
        ref={row}
        className={styles.row}
        data-fresh={isFresh || undefined}
        data-stale={stale || undefined}
        data-pending={unban.isPending || undefined}
      >
        <RowHeader className={styles.ip}>
          <IpCell ip={ban.ip} />
        </RowHeader>
        <Cell className={styles.jail}>
          {ban.jail}
          {showsHost && <span className={styles.host}>{ban.host}</span>}
        </Cell>
        <Cell className={styles.reason}>
          <Reason ban={ban} open={open} onToggle={() => setOpen(!open)} />
        </Cell>
        <Cell className={styles.since}>
          <RelativeTime at={ban.bannedAt} />
        </Cell>
        <Cell className={styles.ends}>
          {ban.expiresAt === undefined ? 'permanent' : <Ends at={ban.expiresAt} />}
        </Cell>
        <Cell className={styles.actions}>
          <BanActions ban={ban} unban={unban} />
        </Cell>
      </Row>
      {unban.error && <Failure ban={ban} unban={unban} error={unban.error} />}
      {open && (
        <Row className={styles.extra}>
          <Cell colSpan={COLUMNS}>
            <BanDetails ban={ban} />
          </Cell>
        </Row>
      )}
    </>
  )
})

function Ends({ at }: { at: string }) {
  return (
    <>
      <span className={styles.prefix}>ends </span>
      <RelativeTime at={at} />
    </>
  )
}

function BanActions({ ban, unban }: { ban: Ban; unban: UnbanRow }) {
  const block = useChangeBlock()
  return (
    <div className={styles.buttons}>
      <Button
        size="small"
        data-unban
        aria-label={`${unban.isPending ? 'Unbanning' : 'Unban'} ${ban.ip} from ${ban.jail}`}
        busy={unban.isPending}
        disabledReason={block}
        onClick={unban.unban}
      >
        {unban.isPending ? 'Unbanning…' : 'Unban'}
      </Button>
      <Menu
        trigger={
          <Button
            variant="ghost"
            size="small"
            className={styles.more}
            aria-label={`More for ${ban.ip} in ${ban.jail}`}
          >
            <Ellipsis size={16} aria-hidden />
          </Button>
        }
      >
        <MenuItem
          icon={<LockOpen size={16} aria-hidden />}
          disabled={block !== undefined || unban.isPending}
          onSelect={unban.unbanEverywhere}
        >
          Unban from all jails
        </MenuItem>
        <MenuItem icon={<Copy size={16} aria-hidden />} onSelect={() => void copyAddress(ban.ip)}>
          Copy address
        </MenuItem>
      </Menu>
    </div>
  )
}

async function copyAddress(ip: string): Promise<void> {
  if (await copyText(ip)) showToast({ tone: 'ok', title: `Copied ${ip}` })
  else showToast({ tone: 'danger', title: 'The browser does not allow copying', detail: ip })
}

function Failure({ ban, unban, error }: { ban: Ban; unban: UnbanRow; error: Error }) {
  return (
    <Row className={styles.extra}>
      <Cell colSpan={COLUMNS}>
        <div className={styles.failure} role="alert">
          <span>
            <strong>{ban.ip} is still banned.</strong> {error.message}
          </span>
          <Button size="small" busy={unban.isPending} onClick={unban.retry}>
            Retry
          </Button>
        </div>
      </Cell>
    </Row>
  )
}
