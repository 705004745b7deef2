import { cloneElement, Suspense, use, useState, type ReactNode } from 'react'
import {
  MenuParts,
  type MenuChoicesProps,
  type MenuItemProps,
  type MenuLinkProps,
  type MenuProps,
  type MenuToggleProps,
} from './menu-context.ts'
import { lazyPart } from './lazy-part.ts'

const load = () => import('./menu-parts.tsx')
const LoadedMenu = lazyPart(async () => (await load()).LoadedMenu)

/** A server that is away is told of elsewhere. */
const ahead = () => void load().catch(() => undefined)

/** A menu that opens from `trigger`. What draws it is loaded with the first one that somebody reaches for. */
export function Menu({ trigger, align = 'end', children }: MenuProps) {
  const [isWanted, setWanted] = useState(false)
  const waiting = cloneElement(trigger, {
    'aria-haspopup': 'menu',
    'aria-expanded': false,
    onClick: () => setWanted(true),
    onKeyDown(event) {
      if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return
      event.preventDefault()
      setWanted(true)
    },
    onPointerEnter: ahead,
    onFocus: ahead,
  })
  if (!isWanted) return waiting
  return (
    <Suspense fallback={waiting}>
      <LoadedMenu trigger={trigger} align={align}>
        {children}
      </LoadedMenu>
    </Suspense>
  )
}

export function MenuItem(props: MenuItemProps) {
  const parts = use(MenuParts)
  return parts && <parts.Item {...props} />
}

/** A choice that goes to another site, which learns nothing of where it was called from. */
export function MenuLink(props: MenuLinkProps) {
  const parts = use(MenuParts)
  return parts && <parts.Link {...props} />
}

/** Some text at the head of a menu that is not a choice. */
export function MenuNote(props: { children: ReactNode }) {
  const parts = use(MenuParts)
  return parts && <parts.Note {...props} />
}

export function MenuSeparator() {
  const parts = use(MenuParts)
  return parts && <parts.Separator />
}

/** One of several, with a check mark at the chosen one. */
export function MenuChoices<T extends string>(props: MenuChoicesProps<T>) {
  const parts = use(MenuParts)
  return parts && <parts.Choices {...props} />
}

/** Something that is on or off; the menu stays open. */
export function MenuToggle(props: MenuToggleProps) {
  const parts = use(MenuParts)
  return parts && <parts.Toggle {...props} />
}
