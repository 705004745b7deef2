import { createContext } from 'react'
import type { menuParts } from './menu-parts.tsx'

/** What an open menu is made of; absent while it is not loaded. */
export const MenuParts = createContext<typeof menuParts | undefined>(undefined)
