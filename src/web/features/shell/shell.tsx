import { useRef } from 'react'
import { Outlet } from 'react-router'
import { ToastRegion } from '../../ui/toast-region.tsx'
import { TooltipRegion } from '../../ui/tooltip-region.tsx'
import { LiveProvider } from '../live/live-provider.tsx'
import { SessionGate } from '../session/session-gate.tsx'
import { Banners } from './banners.tsx'
import { Header } from './header.tsx'
import styles from './shell.module.css'

/** What is around every page once somebody is signed in. */
export function Shell() {
  return (
    <SessionGate>
      <Frame />
    </SessionGate>
  )
}

function Frame() {
  const main = useRef<HTMLElement>(null)
  return (
    <LiveProvider>
      {/* A button, because <base> would turn a link to #main into a link to the start page. */}
      <button type="button" className={styles.skip} onClick={() => main.current?.focus()}>
        Skip to the content
      </button>
      <Header />
      <Banners />
      <main className={styles.main} ref={main} tabIndex={-1}>
        <Outlet />
      </main>
      <ToastRegion />
      <TooltipRegion />
    </LiveProvider>
  )
}
