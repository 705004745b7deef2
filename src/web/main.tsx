import './api/zod-setup.ts'
import './ui/tokens.css'
import './ui/base.css'
import { StrictMode } from 'react'
import { i18n } from '@lingui/core'
import { I18nProvider } from '@lingui/react'
import { createRoot } from 'react-dom/client'
import { CSPProvider } from '@base-ui/react/csp-provider'
import { QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from 'react-router'
import { createServerState, ServerStateContext } from './api/query-client.ts'
import { startTranslations } from './i18n.ts'
import { createRouter } from './router.tsx'
import { startPreferences } from './ui/preferences.ts'

const root = document.getElementById('root')
if (!root) throw new Error('index.html has no #root')

const nonce = document.querySelector<HTMLMetaElement>('meta[name=csp-nonce]')?.content ?? ''
startPreferences()
const texts = startTranslations()
const state = createServerState()
const router = createRouter(state)
await texts

createRoot(root).render(
  <StrictMode>
    <I18nProvider i18n={i18n}>
      <CSPProvider nonce={nonce}>
        <ServerStateContext value={state}>
          <QueryClientProvider client={state.client}>
            <RouterProvider router={router} />
          </QueryClientProvider>
        </ServerStateContext>
      </CSPProvider>
    </I18nProvider>
  </StrictMode>,
)
