import { msg } from '@lingui/core/macro'
import { Trans, useLingui } from '@lingui/react/macro'
import { useQuery } from '@tanstack/react-query'
import { Ban, Monitor, Moon, Search, Sun } from 'lucide-react'
import { Link } from 'react-router'
import { Brand } from '../../ui/brand.tsx'
import { Button } from '../../ui/button.tsx'
import { ipPath } from '../../ui/ip-path.ts'
import { Menu, MenuChoices } from '../../ui/menu.tsx'
import { setPreferences, usePreferences, type Theme } from '../../ui/preferences.ts'
import { Tooltip } from '../../ui/tooltip.tsx'
import { FindBox } from '../find/find-box.tsx'
import { findOpen } from '../find/find-open.ts'
import { useLiveStatus } from '../live/live-provider.tsx'
import { sessionQuery } from '../session/session.queries.ts'
import { AccountMenu } from './account-menu.tsx'
import styles from './header.module.css'

export function Header() {
  const { t } = useLingui()
  return (
    <header className={styles.header}>
      <div className={styles.bar}>
        <Link to="/" className={styles.home} aria-label={t`BanGUI, overview`}>
          <Brand />
        </Link>
        <div className={styles.find}>
          <FindBox />
        </div>
        <LiveState />
        <OwnAddress />
        <Button
          variant="ghost"
          size="icon"
          className={styles.findIcon}
          aria-label={t`Check an IP, jail or page`}
          aria-haspopup="dialog"
          onClick={() => findOpen.set(true)}
        >
          <Search size={18} aria-hidden />
        </Button>
        <ThemeMenu />
        <AccountMenu />
      </div>
    </header>
  )
}

function LiveState() {
  const { t } = useLingui()
  const { phase } = useLiveStatus()
  const word = phase === 'reconnecting' ? t`Reconnecting` : phase === 'offline' ? t`Offline` : t`Live`
  return (
    <output className={styles.live} data-phase={phase}>
      <span className={styles.dot} aria-hidden />
      <span>{word}</span>
    </output>
  )
}

function OwnAddress() {
  const { t } = useLingui()
  const { data: session } = useQuery(sessionQuery)
  if (!session) return null
  const { address, bannedIn } = session
  const isBanned = bannedIn.length > 0
  return (
    <Tooltip text={t`Your address as the server sees it`}>
      <Link to={ipPath(address)} className={styles.you} data-banned={isBanned || undefined}>
        {isBanned && <Ban size={14} aria-label={t`banned`} />}
        <Trans>
          You: <span>{address}</span>
        </Trans>
      </Link>
    </Tooltip>
  )
}

const THEMES = [
  { value: 'auto', label: msg`As the system`, icon: <Monitor size={16} aria-hidden /> },
  { value: 'light', label: msg`Light`, icon: <Sun size={16} aria-hidden /> },
  { value: 'dark', label: msg`Dark`, icon: <Moon size={16} aria-hidden /> },
] as const

function ThemeMenu() {
  const { t, i18n } = useLingui()
  const { theme } = usePreferences()
  const choices = THEMES.map((choice) => ({ ...choice, label: i18n._(choice.label) }))
  const chosen = choices.find((choice) => choice.value === theme) ?? choices[0]
  const name = chosen?.label ?? theme
  return (
    <Menu
      trigger={
        <Button variant="ghost" size="icon" aria-label={t`Theme: ${name}`}>
          {chosen?.icon}
        </Button>
      }
    >
      <MenuChoices<Theme>
        label={t`Theme`}
        value={theme}
        choices={choices}
        onChange={(next) => setPreferences({ theme: next })}
      />
    </Menu>
  )
}
