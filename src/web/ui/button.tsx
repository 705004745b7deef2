import { useId, type ComponentProps, type MouseEvent } from 'react'
import { LoaderCircle } from 'lucide-react'
import { cx } from './class-names.ts'
import styles from './button.module.css'
import { Tooltip } from './tooltip.tsx'

export interface ButtonProps extends ComponentProps<'button'> {
  variant?: 'primary' | 'secondary' | 'ghost' | 'danger' | undefined
  /** small: inside rows. icon: a square for one icon; give it an `aria-label`. */
  size?: 'medium' | 'small' | 'icon' | undefined
  /** Something runs: shows a spinner and refuses clicks, keeps the focus. */
  busy?: boolean | undefined
  /** Why it cannot be used now. The button stays reachable, so that everyone can learn the reason. */
  disabledReason?: string | undefined
}

export function Button({
  variant = 'secondary',
  size = 'medium',
  busy = false,
  disabledReason,
  className,
  children,
  onClick,
  ...rest
}: ButtonProps) {
  const reasonId = useId()
  const blocked = busy || disabledReason !== undefined
  const button = (
    <button
      type="button"
      {...rest}
      className={cx(styles.button, styles[variant], styles[size], className)}
      aria-busy={busy || undefined}
      aria-disabled={blocked || undefined}
      aria-describedby={disabledReason === undefined ? rest['aria-describedby'] : reasonId}
      onClick={(event: MouseEvent<HTMLButtonElement>) => {
        if (blocked) event.preventDefault()
        else onClick?.(event)
      }}
    >
      {busy && <LoaderCircle className={styles.spinner} size={16} aria-hidden />}
      {children}
      {disabledReason !== undefined && (
        <span id={reasonId} hidden>
          {disabledReason}
        </span>
      )}
    </button>
  )
  return disabledReason === undefined ? button : <Tooltip text={disabledReason}>{button}</Tooltip>
}
