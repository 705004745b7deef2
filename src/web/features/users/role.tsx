import { t } from '@lingui/core/macro'
import { Eye, ShieldCheck, Wrench } from 'lucide-react'
import type { Role } from '../../../shared/session.ts'
import { cx } from '../../ui/class-names.ts'
import badge from '../../ui/badge.module.css'

export const ROLES: readonly Role[] = ['viewer', 'operator', 'admin']

export function roleName(role: Role): string {
  if (role === 'admin') return t`Administrator`
  return role === 'operator' ? t`Operator` : t`Viewer`
}

/** What a role may do, for those who choose one. */
export function roleMeaning(role: Role): string {
  if (role === 'admin') return t`Does everything, also manages settings and users.`
  if (role === 'operator') return t`Sees everything, bans, unbans and allows addresses.`
  return t`Sees everything and changes nothing.`
}

const ICONS = { viewer: Eye, operator: Wrench, admin: ShieldCheck } as const

export function RoleBadge({ role }: { role: Role }) {
  const Icon = ICONS[role]
  return (
    <span className={cx(badge.badge, role === 'admin' ? badge.info : badge.neutral)}>
      <Icon size={14} aria-hidden />
      {roleName(role)}
    </span>
  )
}
