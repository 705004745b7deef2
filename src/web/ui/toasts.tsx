import { useEffect } from 'react'
import { Toast as Base } from '@base-ui/react/toast'
import { X } from 'lucide-react'
import { t } from '@lingui/core/macro'
import { ToneIcon, type Tone } from './badge.tsx'
import { Button } from './button.tsx'
import { cx } from './class-names.ts'
import { takeOverToasts, type ToastOptions } from './toast.ts'
import styles from './toasts.module.css'

interface ToastData {
  readonly tone: Tone
}

const TIMEOUT_MS = 10_000

const manager = Base.createToastManager<ToastData>()

function add({ tone, title, detail, undo }: ToastOptions): void {
  const id = manager.add({
    title,
    description: detail,
    priority: tone === 'danger' ? 'high' : 'low',
    timeout: TIMEOUT_MS,
    data: { tone },
    ...(undo && {
      actionProps: {
        children: t`Undo`,
        onClick: () => {
          manager.close(id)
          undo()
        },
      },
    }),
  })
}

export function Toasts() {
  // Runs after the provider's own effect, which makes it listen to the manager.
  useEffect(() => takeOverToasts(add), [])
  return (
    <Base.Provider toastManager={manager} limit={4}>
      <Base.Portal>
        <Base.Viewport className={styles.viewport}>
          <List />
        </Base.Viewport>
      </Base.Portal>
    </Base.Provider>
  )
}

function List() {
  const { toasts } = Base.useToastManager<ToastData>()
  return toasts.map((toast) => {
    const tone = toast.data?.tone ?? 'info'
    return (
      <Base.Root key={toast.id} toast={toast} className={styles.toast} swipeDirection={['right', 'down']}>
        <Base.Content className={styles.content}>
          <span className={cx(styles.icon, styles[tone])}>
            <ToneIcon tone={tone} size={18} />
          </span>
          <div className={styles.text}>
            <Base.Title className={styles.title} render={<p />} />
            <Base.Description className={styles.description} />
          </div>
          {toast.actionProps && <Base.Action render={<Button size="small" />} />}
          <Base.Close
            render={
              <Button variant="ghost" size="small" className={styles.close} aria-label={t`Dismiss`}>
                <X size={16} aria-hidden />
              </Button>
            }
          />
        </Base.Content>
      </Base.Root>
    )
  })
}
