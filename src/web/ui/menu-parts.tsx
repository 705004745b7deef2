import type { ReactNode } from 'react'
import { Menu as Base } from '@base-ui/react/menu'
import { Check } from 'lucide-react'
import { cx } from './class-names.ts'
import {
  MenuParts,
  type MenuChoicesProps,
  type MenuItemProps,
  type MenuLinkProps,
  type MenuProps,
  type MenuToggleProps,
} from './menu-context.ts'
import styles from './menu.module.css'

/** A menu that was just asked for: it begins open. */
export function LoadedMenu({ trigger, align, children }: Required<MenuProps>) {
  return (
    <MenuParts value={menuParts}>
      <Base.Root modal={false} defaultOpen>
        <Base.Trigger render={trigger} />
        <Base.Portal>
          <Base.Positioner className={styles.positioner} sideOffset={6} align={align} collisionPadding={8}>
            <Base.Popup className={styles.popup}>{children}</Base.Popup>
          </Base.Positioner>
        </Base.Portal>
      </Base.Root>
    </MenuParts>
  )
}

function Item({ icon, danger = false, disabled = false, onSelect, children }: MenuItemProps) {
  return (
    <Base.Item className={cx(styles.item, danger && styles.danger)} disabled={disabled} onClick={onSelect}>
      <span className={styles.icon}>{icon}</span>
      {children}
    </Base.Item>
  )
}

function Link({ icon, href, children }: MenuLinkProps) {
  return (
    <Base.LinkItem
      className={cx(styles.item, styles.link)}
      href={href}
      target="_blank"
      rel="noreferrer"
      closeOnClick
    >
      <span className={styles.icon}>{icon}</span>
      {children}
    </Base.LinkItem>
  )
}

function Note({ children }: { children: ReactNode }) {
  return <div className={styles.note}>{children}</div>
}

function Separator() {
  return <Base.Separator className={styles.separator} />
}

function Choices<T extends string>({ label, value, choices, onChange }: MenuChoicesProps<T>) {
  return (
    <Base.RadioGroup value={value} onValueChange={onChange} aria-label={label}>
      {choices.map((choice) => (
        <Base.RadioItem key={choice.value} value={choice.value} className={styles.item} closeOnClick>
          <span className={styles.icon}>{choice.icon}</span>
          {choice.label}
          <Base.RadioItemIndicator className={styles.check}>
            <Check size={16} aria-hidden />
          </Base.RadioItemIndicator>
        </Base.RadioItem>
      ))}
    </Base.RadioGroup>
  )
}

function Toggle({ checked, onChange, children }: MenuToggleProps) {
  return (
    <Base.CheckboxItem className={styles.item} checked={checked} onCheckedChange={onChange}>
      <span className={styles.icon}>
        <Base.CheckboxItemIndicator>
          <Check size={16} aria-hidden />
        </Base.CheckboxItemIndicator>
      </span>
      {children}
    </Base.CheckboxItem>
  )
}

export const menuParts = { Item, Link, Note, Separator, Choices, Toggle }
