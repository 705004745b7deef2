import { Trans, useLingui } from '@lingui/react/macro'
import { t as say } from '@lingui/core/macro'
import { Copy, Ellipsis, ExternalLink, LockOpen, ShieldCheck } from 'lucide-react'
import { Button } from '../../ui/button.tsx'
import { copyText } from '../../ui/copy-text.ts'
import { isAddress } from '../../ui/ip-path.ts'
import { Menu, MenuItem, MenuLink, MenuSeparator } from '../../ui/menu.tsx'
import { showToast } from '../../ui/toast.ts'
import { useLookupLinks } from '../ip/use-lookup-links.ts'
import type { BanKey } from './ban-pages.ts'
import styles from './bans-grid.module.css'
import type { UnbanRow } from './use-unban-row.ts'

interface RowMenuProps {
  ban: BanKey
  unban: UnbanRow
  /** Why nothing can be changed now. */
  block: string | undefined
  onAllow: (ban: BanKey) => void
}

export function RowMenu({ ban, unban, block, onAllow }: RowMenuProps) {
  const { t } = useLingui()
  const { ip, jail } = ban
  return (
    <Menu
      trigger={
        <Button
          variant="ghost"
          size="small"
          className={styles.more}
          aria-label={t`More for ${ip} in ${jail}`}
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
        <Trans>Unban from all jails</Trans>
      </MenuItem>
      {isAddress(ip) && (
        <MenuItem
          icon={<ShieldCheck size={16} aria-hidden />}
          disabled={block !== undefined}
          onSelect={() => onAllow(ban)}
        >
          <Trans>Unban and allow…</Trans>
        </MenuItem>
      )}
      <MenuItem icon={<Copy size={16} aria-hidden />} onSelect={() => void copyAddress(ip)}>
        <Trans>Copy address</Trans>
      </MenuItem>
      {isAddress(ip) && <LookUp ip={ip} />}
    </Menu>
  )
}

function LookUp({ ip }: { ip: string }) {
  const links = useLookupLinks()(ip)
  if (links.length === 0) return null
  return (
    <>
      <MenuSeparator />
      {links.map(({ name, href }) => (
        <MenuLink key={name} href={href} icon={<ExternalLink size={16} aria-hidden />}>
          {name}
        </MenuLink>
      ))}
    </>
  )
}

async function copyAddress(ip: string): Promise<void> {
  if (await copyText(ip)) showToast({ tone: 'ok', title: say`Copied ${ip}` })
  else showToast({ tone: 'danger', title: say`The browser does not allow copying`, detail: ip })
}
