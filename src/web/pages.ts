import type { ComponentType } from 'react'
import type { RouteObject } from 'react-router'

/** The pages inside the shell, each loaded when it is first opened. Their files are called `…-page.tsx`. */
export const pages: RouteObject[] = [
  page('/', () => import('./features/overview/overview-page.tsx'), 'OverviewPage'),
  page('/health', () => import('./features/cluster/health-page.tsx'), 'HealthPage'),
  page('*', () => import('./features/shell/not-found-page.tsx'), 'NotFoundPage'),
]

/** A page and the name that its file exports it by. */
function page<Name extends string>(
  path: string,
  load: () => Promise<Record<Name, ComponentType>>,
  name: Name,
): RouteObject {
  return { path, lazy: { Component: async () => (await load())[name] } }
}
