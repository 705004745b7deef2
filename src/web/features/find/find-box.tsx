import { useLingui } from '@lingui/react/macro'
import { Search } from 'lucide-react'
import { Kbd } from '../../ui/kbd.tsx'
import styles from './find-box.module.css'
import { findOpen } from './find-open.ts'

const isMac = navigator.userAgent.includes('Mac')

/** Looks like a field and opens the real one, which has room for answers. */
export function FindBox() {
  const { t } = useLingui()
  return (
    <button
      type="button"
      className={styles.box}
      aria-haspopup="dialog"
      aria-keyshortcuts="Control+K Meta+K /"
      onClick={() => findOpen.set(true)}
    >
      <Search size={17} aria-hidden />
      <span className={styles.text}>{t`Check an IP, jail or page`}</span>
      <span className={styles.keys} aria-hidden>
        <Kbd>{isMac ? '⌘ K' : t`Ctrl K`}</Kbd>
      </span>
    </button>
  )
}

/** On a phone the header has room for the icon only; the field itself stands below the title of the overview. */
export function PhoneFindBox() {
  return (
    <div className={styles.phone}>
      <FindBox />
    </div>
  )
}
