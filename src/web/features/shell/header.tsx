import { lazy, useEffect, useState } from 'react'
import { useQuery } from '@tanstack/react-query'
import { Activity, Ban, Monitor, Moon, Search, Sun } from 'lucide-react'
import { Link, NavLink } from 'react-router'
import { Brand } from '../../ui/brand.tsx'
import { Button } from '../../ui/button.tsx'
import { WhenOpened } from '../../ui/when-opened.tsx'
import { Menu, MenuChoices, type MenuChoice } from '../../ui/menu.tsx'
import { setPreferences, usePreferences, type Theme } from '../../ui/preferences.ts'
import { useLiveStatus } from '../live/live-provider.tsx'
import { sessionQuery } from '../session/session.queries.ts'
import { AccountMenu } from './account-menu.tsx'
import styles from './shell.module.css'

const AddressDialog = lazy(async () => ({
  default: (await import('../ip/address-dialog.tsx')).AddressDialog,
}))

export function Header() {
  return (
    <header className={styles.header}>
      <div className={styles.bar}>
        <Link to="/" className={styles.home} aria-label="BanGUI, overview">
          <Brand />
        </Link>
        <FindBox />
        <HealthLink />
        <LiveState />
        <OwnAddress />
        <ThemeMenu />
        <AccountMenu />
      </div>
    </header>
  )
}

const isMac = navigator.userAgent.includes('Mac')

function FindBox() {
  const [open, setOpen] = useState(false)
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() !== 'k' || !(event.ctrlKey || event.metaKey) || event.altKey) return
      event.preventDefault()
      setOpen(true)
    }
    document.addEventListener('keydown', onKey)
    return () => document.removeEventListener('keydown', onKey)
  }, [])
  return (
    <>
      <button
        type="button"
        className={styles.find}
        aria-keyshortcuts="Control+K Meta+K"
        onClick={() => setOpen(true)}
      >
        <Search size={16} aria-hidden />
        <span className={styles.findText}>Check or unban an address</span>
        <kbd className={styles.kbd} aria-hidden>
          {isMac ? '⌘ K' : 'Ctrl K'}
        </kbd>
      </button>
      <WhenOpened open={open}>
        <AddressDialog open={open} onOpenChange={setOpen} />
      </WhenOpened>
    </>
  )
}

function HealthLink() {
  const { data: session } = useQuery(sessionQuery)
  if (session?.user.role !== 'admin') return null
  return (
    <NavLink to="/health" className={styles.link ?? ''}>
      <Activity size={16} aria-hidden />
      <span>Health</span>
    </NavLink>
  )
}

function LiveState() {
  const { phase } = useLiveStatus()
  const word = phase === 'reconnecting' ? 'Reconnecting' : phase === 'offline' ? 'Offline' : 'Live'
  return (
    <output className={styles.live} data-phase={phase}>
      <span className={styles.dot} aria-hidden />
      {word}
    </output>
  )
}

function OwnAddress() {
  const { data: session } = useQuery(sessionQuery)
  if (!session) return null
  const banned = session.bannedIn.length > 0
  return (
    <span className={styles.you} data-banned={banned || undefined} title="Your address as the server sees it">
      {banned && <Ban size={14} aria-label="banned" />}
      You: <span>{session.address}</span>
    </span>
  )
}

const THEMES: ReadonlyArray<MenuChoice<Theme>> = [
  { value: 'auto', label: 'As the system', icon: <Monitor size={16} aria-hidden /> },
  { value: 'light', label: 'Light', icon: <Sun size={16} aria-hidden /> },
  { value: 'dark', label: 'Dark', icon: <Moon size={16} aria-hidden /> },
]

function ThemeMenu() {
  const { theme } = usePreferences()
  const chosen = THEMES.find((choice) => choice.value === theme) ?? THEMES[0]
  return (
    <Menu
      trigger={
        <Button variant="ghost" size="icon" aria-label={`Theme: ${chosen?.label ?? theme}`}>
          {chosen?.icon}
        </Button>
      }
    >
      <MenuChoices
        label="Theme"
        value={theme}
        choices={THEMES}
        onChange={(next) => setPreferences({ theme: next })}
      />
    </Menu>
  )
}
