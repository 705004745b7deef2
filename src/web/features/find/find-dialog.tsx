import { useRef } from 'react'
import { Dialog as Base } from '@base-ui/react/dialog'
import { useLingui } from '@lingui/react/macro'
import dialogStyles from '../../ui/dialog.module.css'
import { useShortcuts } from '../../ui/shortcuts.ts'
import styles from './find-dialog.module.css'
import { FindPanel } from './find-panel.tsx'

/** The box that finds: what is known of an address, a page, a jail, bans. */
export function FindDialog({ open, onOpenChange }: { open: boolean; onOpenChange: (open: boolean) => void }) {
  const { t } = useLingui()
  const input = useRef<HTMLInputElement>(null)
  /** The title of the new page then takes the focus; otherwise it returns to where it was. */
  const hasLeft = useRef(false)
  // The browser's own Ctrl K would lead into its address bar.
  useShortcuts({ 'mod+k': () => input.current?.select() }, { inDialog: true, enabled: open })
  return (
    <Base.Root
      open={open}
      onOpenChange={(next) => {
        hasLeft.current = false
        onOpenChange(next)
      }}
    >
      <Base.Portal>
        <Base.Backdrop className={dialogStyles.backdrop} />
        <Base.Viewport className={dialogStyles.viewport}>
          <Base.Popup
            className={`${dialogStyles.popup} ${styles.popup}`}
            initialFocus={input}
            finalFocus={() => (hasLeft.current ? document.querySelector<HTMLElement>('main h1') : true)}
          >
            <Base.Title className="visually-hidden">{t`Check an IP, jail or page`}</Base.Title>
            <FindPanel
              key={String(open)}
              input={input}
              onLeave={(isNew) => {
                hasLeft.current = isNew
                onOpenChange(false)
              }}
              onClose={() => onOpenChange(false)}
            />
          </Base.Popup>
        </Base.Viewport>
      </Base.Portal>
    </Base.Root>
  )
}
