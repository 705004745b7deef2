import { useState } from 'react'
import { useLingui } from '@lingui/react/macro'
import { Ellipsis } from 'lucide-react'
import { useLocation } from 'react-router'
import { WhenOpened } from '../../ui/when-opened.tsx'
import { NavItem } from './nav-items.tsx'
import { PHONE_BAR, PHONE_MORE } from './navigation.ts'
import styles from './navigation.module.css'
import { useMarks } from './use-marks.ts'
import { lazyPart } from '../../ui/lazy-part.ts'

const MoreSheet = lazyPart(async () => (await import('./more-sheet.tsx')).MoreSheet)

/** Where one can go, at the bottom of a phone. */
export function PhoneBar() {
  const { t } = useLingui()
  const marks = useMarks()
  const { pathname } = useLocation()
  const [isOpen, setOpen] = useState(false)
  const isBehindMore = PHONE_MORE.some(({ to }) => pathname === to || pathname.startsWith(`${to}/`))
  return (
    <nav aria-label={t`Main`} className={styles.phone}>
      <ul>
        {PHONE_BAR.map((destination) => (
          <li key={destination.to}>
            <NavItem
              destination={destination}
              mark={destination.to === '/bans' ? undefined : marks[destination.to]}
            />
          </li>
        ))}
        <li>
          <button
            type="button"
            className={styles.item}
            aria-haspopup="dialog"
            aria-expanded={isOpen}
            data-current={isBehindMore || undefined}
            onClick={() => setOpen(true)}
          >
            <Ellipsis size={18} aria-hidden />
            <span className={styles.short}>{t`More`}</span>
          </button>
        </li>
      </ul>
      <WhenOpened open={isOpen}>
        <MoreSheet open={isOpen} onOpenChange={setOpen} />
      </WhenOpened>
    </nav>
  )
}
