import {
  createBrowserRouter,
  redirect,
  type LoaderFunction,
  type LoaderFunctionArgs,
  type RouteObject,
} from 'react-router'
import { ApiError } from './api/api-error.ts'
import { basename } from './api/base-url.ts'
import type { ServerState } from './api/query-client.ts'
import { loginPath, safeNext } from './features/session/next.ts'
import { checkSession } from './features/session/check-session.ts'
import { sessionHint } from './features/session/session-hint.ts'
import { sessionQuery, setupQuery } from './features/session/session.queries.ts'
import { settingsQuery } from './features/settings/settings.queries.ts'
import { ErrorPage, PageError, PageSkeleton } from './features/shell/error-page.tsx'
import { loadPages, pages } from './pages.ts'

/** The first page has then been drawn. */
const LOAD_PAGES_MS = 3_000

/** Every page with what it needs before it is shown. Pages are loaded when they are first opened. */
export function createRouter({ client, onSignedOut }: ServerState) {
  const isSignedIn = async (): Promise<boolean> => {
    if (!sessionHint.mayExist) return false
    try {
      await client.ensureQueryData(sessionQuery)
      return true
    } catch (error) {
      if (!(error instanceof ApiError) || error.code !== 'unauthenticated') throw error
      sessionHint.mayExist = false
      sessionHint.hasEnded = true
      return false
    }
  }
  const setupRequired = async () => (await client.fetchQuery(setupQuery)).required

  async function requireSession({ request }: LoaderFunctionArgs): Promise<null> {
    // Asked for side by side with the session: times are then right from the first.
    const settings = sessionHint.mayExist && client.ensureQueryData(settingsQuery).catch(() => undefined)
    if (await isSignedIn()) {
      await settings
      setTimeout(() => void loadPages(), LOAD_PAGES_MS)
      return null
    }
    if (await setupRequired()) throw redirect('/setup')
    throw redirect(loginPath(pathOf(request.url)))
  }

  async function loadLogin({ request }: LoaderFunctionArgs): Promise<null> {
    if (await isSignedIn()) throw redirect(safeNext(new URL(request.url).searchParams.get('next')))
    if (await setupRequired()) throw redirect('/setup')
    return null
  }

  async function loadSetup({ request }: LoaderFunctionArgs): Promise<null> {
    const { required, step } = await client.fetchQuery(setupQuery)
    if (required) return null
    if (!(await isSignedIn())) throw redirect(step === undefined ? '/login' : loginPath(pathOf(request.url)))
    const { user } = await client.ensureQueryData(sessionQuery)
    if (step === undefined || user.role !== 'admin') throw redirect('/')
    return null
  }

  const router = createBrowserRouter(routes({ loadSetup, loadLogin, requireSession }), {
    basename: basename(),
  })

  onSignedOut(() => void checkSession(client))
  return router
}

function routes(loaders: Readonly<Record<'loadSetup' | 'loadLogin' | 'requireSession', LoaderFunction>>) {
  const frames: RouteObject[] = [
    {
      path: '/setup',
      loader: loaders.loadSetup,
      shouldRevalidate: () => false,
      lazy: { Component: async () => (await import('./features/setup/setup-page.tsx')).SetupPage },
    },
    {
      path: '/login',
      loader: loaders.loadLogin,
      shouldRevalidate: () => false,
      lazy: { Component: async () => (await import('./features/session/login-page.tsx')).LoginPage },
    },
    {
      loader: loaders.requireSession,
      shouldRevalidate: () => false,
      lazy: { Component: async () => (await import('./features/shell/shell.tsx')).Shell },
      children: [{ errorElement: <PageError />, children: pages }],
    },
  ]
  return [{ errorElement: <ErrorPage />, hydrateFallbackElement: <PageSkeleton />, children: frames }]
}

/** The address inside the console, without the path it lives below. */
function pathOf(url: string): string {
  const { pathname, search } = new URL(url)
  return `/${pathname.slice(basename().length)}${search}`
}
