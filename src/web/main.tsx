import './api/zod-setup.ts'
import './ui/tokens.css'
import './ui/base.css'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { CSPProvider } from '@base-ui/react/csp-provider'
import { QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from 'react-router'
import { createServerState, ServerStateContext } from './api/query-client.ts'
import { createRouter } from './router.tsx'

const root = document.getElementById('root')
if (!root) throw new Error('index.html has no #root')

const nonce = document.querySelector<HTMLMetaElement>('meta[name=csp-nonce]')?.content ?? ''
const state = createServerState()
const router = createRouter(state)

createRoot(root).render(
  <StrictMode>
    <CSPProvider nonce={nonce}>
      <ServerStateContext value={state}>
        <QueryClientProvider client={state.client}>
          <RouterProvider router={router} />
        </QueryClientProvider>
      </ServerStateContext>
    </CSPProvider>
  </StrictMode>,
)
