import { useLingui } from '@lingui/react/macro'
import { Drawer } from '../../ui/dialog.tsx'
import { NavItem } from './nav-items.tsx'
import { PHONE_MORE } from './navigation.ts'
import styles from './navigation.module.css'
import { Foot } from './side-bar.tsx'

/** The pages for which the bar of a phone has no room. */
export function MoreSheet({ open, onOpenChange }: { open: boolean; onOpenChange: (open: boolean) => void }) {
  const { t } = useLingui()
  return (
    <Drawer open={open} onOpenChange={onOpenChange} title={t`More`}>
      <nav aria-label={t`More`} className={styles.sheet}>
        <ul>
          {PHONE_MORE.map((destination) => (
            <li key={destination.to}>
              <NavItem destination={destination} mark={undefined} onNavigate={() => onOpenChange(false)} />
            </li>
          ))}
        </ul>
      </nav>
      <Foot />
    </Drawer>
  )
}
