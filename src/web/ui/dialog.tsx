import type { ReactElement, ReactNode, RefObject } from 'react'
import { AlertDialog as BaseAlert } from '@base-ui/react/alert-dialog'
import { Dialog as Base } from '@base-ui/react/dialog'
import { X } from 'lucide-react'
import { t } from '@lingui/core/macro'
import { Button } from './button.tsx'
import { cx } from './class-names.ts'
import styles from './dialog.module.css'

interface DialogProps {
  open: boolean
  onOpenChange: (open: boolean) => void
  title: string
  description?: ReactNode
  /** What gets the focus first; else the first control. */
  initialFocus?: RefObject<HTMLElement | null> | undefined
  children: ReactNode
}

/** A modal window with a title and a way out. The focus returns to where it came from. */
export function Dialog(props: DialogProps) {
  return <Modal {...props} viewport={styles.viewport} popup={styles.popup} />
}

/** A dialog for much to read or to fill in: at the edge of the window in its full height, on a phone from below. */
export function Drawer(props: DialogProps) {
  return <Modal {...props} viewport={styles.edge} popup={cx(styles.popup, styles.drawer)} />
}

function Modal({
  open,
  onOpenChange,
  title,
  description,
  initialFocus,
  viewport,
  popup,
  children,
}: DialogProps & { viewport: string | undefined; popup: string | undefined }) {
  return (
    <Base.Root open={open} onOpenChange={onOpenChange}>
      <Base.Portal>
        <Base.Backdrop className={styles.backdrop} />
        <Base.Viewport className={viewport}>
          <Base.Popup className={popup} initialFocus={initialFocus}>
            <header className={styles.header}>
              <Base.Title className={styles.title}>{title}</Base.Title>
              <Base.Close
                render={
                  <Button variant="ghost" size="icon" aria-label={t`Close`}>
                    <X size={18} aria-hidden />
                  </Button>
                }
              />
            </header>
            {description !== undefined && (
              <Base.Description className={styles.description}>{description}</Base.Description>
            )}
            {children}
          </Base.Popup>
        </Base.Viewport>
      </Base.Portal>
    </Base.Root>
  )
}

export function DialogActions({ children }: { children: ReactNode }) {
  return <footer className={styles.actions}>{children}</footer>
}

interface AlertDialogProps {
  open: boolean
  onOpenChange: (open: boolean) => void
  /** Names the object and the number: "Unban 412 addresses?". */
  title: string
  description: ReactNode
  /** The button that does it; its text is the verb. */
  confirm: ReactElement
  children?: ReactNode
}

/** Asks before something that cannot be taken back with one click. */
export function AlertDialog({ open, onOpenChange, title, description, confirm, children }: AlertDialogProps) {
  return (
    <BaseAlert.Root open={open} onOpenChange={onOpenChange}>
      <BaseAlert.Portal>
        <BaseAlert.Backdrop className={styles.backdrop} />
        <BaseAlert.Viewport className={styles.viewport}>
          <BaseAlert.Popup className={styles.popup}>
            <header className={styles.header}>
              <BaseAlert.Title className={styles.title}>{title}</BaseAlert.Title>
            </header>
            <BaseAlert.Description className={styles.description}>{description}</BaseAlert.Description>
            {children}
            <DialogActions>
              <BaseAlert.Close render={<Button>{t`Cancel`}</Button>} />
              {confirm}
            </DialogActions>
          </BaseAlert.Popup>
        </BaseAlert.Viewport>
      </BaseAlert.Portal>
    </BaseAlert.Root>
  )
}
