import { useRef } from 'react'
import { Trans } from '@lingui/react/macro'
import { Outlet, ScrollRestoration } from 'react-router'
import { ToastRegion } from '../../ui/toast-region.tsx'
import { TooltipRegion } from '../../ui/tooltip-region.tsx'
import { LiveProvider } from '../live/live-provider.tsx'
import { Banners } from './banners.tsx'
import styles from './frame.module.css'
import { GlobalKeys } from './global-keys.tsx'
import { Header } from './header.tsx'
import { PhoneBar } from './phone-bar.tsx'
import { SideBar } from './side-bar.tsx'
import { usePageFocus } from './use-page-focus.ts'

/** What stands around every page. */
export function Frame() {
  const main = useRef<HTMLElement>(null)
  usePageFocus(main)
  return (
    <LiveProvider>
      <div className={styles.frame}>
        {/* A button, because <base> would turn a link to #main into a link to the start page. */}
        <button type="button" className={styles.skip} onClick={() => main.current?.focus()}>
          <Trans>Skip to the content</Trans>
        </button>
        <SideBar />
        <div className={styles.column}>
          <Header />
          <Banners />
          <main className={styles.main} ref={main} tabIndex={-1}>
            <Outlet />
          </main>
        </div>
        <PhoneBar />
      </div>
      <GlobalKeys />
      <ScrollRestoration />
      <ToastRegion />
      <TooltipRegion />
    </LiveProvider>
  )
}
