import type { ComponentType } from 'react'
import type { RouteObject } from 'react-router'
import { loadInIdleTime, loadParts } from './ui/lazy-part.ts'

const loads: Array<() => Promise<unknown>> = []

/** The pages inside the shell, each loaded when it is first opened. Their files are called `…-page.tsx`. */
export const pages: RouteObject[] = [
  page('/', () => import('./features/overview/overview-page.tsx'), 'OverviewPage'),
  page('/bans', () => import('./features/bans/bans-page.tsx'), 'BansPage'),
  page('/ip/:ip', () => import('./features/ip/ip-page.tsx'), 'IpPage'),
  page('/jails', () => import('./features/jails/jails-page.tsx'), 'JailsPage'),
  page('/jails/:name', () => import('./features/jails/jail-page.tsx'), 'JailPage'),
  page('/health', () => import('./features/cluster/health-page.tsx'), 'HealthPage'),
  page('/settings', () => import('./features/settings/settings-page.tsx'), 'SettingsPage'),
  page('/users', () => import('./features/users/users-page.tsx'), 'UsersPage'),
  page('/users/password', () => import('./features/users/users-page.tsx'), 'UsersPage'),
  page('/users/all', () => import('./features/users/users-page.tsx'), 'UsersPage'),
  page('*', () => import('./features/shell/not-found-page.tsx'), 'NotFoundPage'),
]

/** A page and the name that its file exports it by. */
function page<Name extends string>(
  path: string,
  load: () => Promise<Record<Name, ComponentType>>,
  name: Name,
): RouteObject {
  loads.push(load)
  return { path, lazy: { Component: async () => (await load())[name] } }
}

/** Fetches every page and its parts ahead: they then open at once, and even while the server is away. */
export async function loadPages(): Promise<void> {
  await loadInIdleTime(loads)
  await loadParts()
}
