import type { MessageDescriptor } from '@lingui/core'
import { msg } from '@lingui/core/macro'
import { Ban, Boxes, HeartPulse, LayoutDashboard, Settings, Users, type LucideIcon } from 'lucide-react'

export interface Destination {
  readonly to: string
  readonly label: MessageDescriptor
  /** For the bar of a phone. */
  readonly shortLabel?: MessageDescriptor
  readonly icon: LucideIcon
  /** Pressed after `g`. */
  readonly key: string
}

const overview: Destination = { to: '/', label: msg`Overview`, icon: LayoutDashboard, key: 'o' }
const bans: Destination = {
  to: '/bans',
  label: msg`Active bans`,
  shortLabel: msg`Bans`,
  icon: Ban,
  key: 'b',
}
const jails: Destination = { to: '/jails', label: msg`Jails`, icon: Boxes, key: 'j' }
const users: Destination = {
  to: '/users',
  label: msg`Users & sessions`,
  shortLabel: msg`Users`,
  icon: Users,
  key: 'u',
}
const health: Destination = {
  to: '/health',
  label: msg`Health & cluster`,
  shortLabel: msg`Health`,
  icon: HeartPulse,
  key: 'h',
}
const settings: Destination = { to: '/settings', label: msg`Settings`, icon: Settings, key: 's' }

/** Where one can go, as the side bar shows it. */
export const GROUPS: ReadonlyArray<{
  readonly label: MessageDescriptor
  readonly items: readonly Destination[]
}> = [
  { label: msg`Monitor`, items: [overview, bans] },
  { label: msg`Protect`, items: [jails] },
  { label: msg`Operate`, items: [users, health, settings] },
]

export const DESTINATIONS: readonly Destination[] = GROUPS.flatMap((group) => group.items)

/** What a thumb reaches at once; the others are behind "More". */
export const PHONE_BAR: readonly Destination[] = [overview, bans, jails, health]
export const PHONE_MORE: readonly Destination[] = [users, settings]
