import {
  createContext,
  type ComponentType,
  type KeyboardEvent,
  type ReactElement,
  type ReactNode,
} from 'react'

export interface MenuProps {
  /** A button. */
  trigger: ReactElement<TriggerProps>
  align?: 'start' | 'end'
  children: ReactNode
}

export interface MenuItemProps {
  icon?: ReactNode
  danger?: boolean
  disabled?: boolean
  onSelect: () => void
  children: ReactNode
}

export interface MenuLinkProps {
  icon?: ReactNode
  href: string
  children: ReactNode
}

export interface MenuChoice<T extends string> {
  readonly value: T
  readonly label: string
  readonly icon?: ReactNode
}

export interface MenuChoicesProps<T extends string> {
  label: string
  value: T
  choices: ReadonlyArray<MenuChoice<T>>
  onChange: (value: T) => void
}

export interface MenuToggleProps {
  checked: boolean
  onChange: (checked: boolean) => void
  children: ReactNode
}

interface TriggerProps {
  readonly 'aria-haspopup'?: 'menu'
  readonly 'aria-expanded'?: boolean
  readonly onClick?: () => void
  readonly onKeyDown?: (event: KeyboardEvent) => void
  readonly onPointerEnter?: () => void
  readonly onFocus?: () => void
}

interface MenuPartTypes {
  readonly Item: ComponentType<MenuItemProps>
  readonly Link: ComponentType<MenuLinkProps>
  readonly Note: ComponentType<{ children: ReactNode }>
  readonly Separator: ComponentType
  readonly Choices: <T extends string>(props: MenuChoicesProps<T>) => ReactNode
  readonly Toggle: ComponentType<MenuToggleProps>
}

/** What an open menu is made of; absent while it is not loaded. */
export const MenuParts = createContext<MenuPartTypes | undefined>(undefined)
