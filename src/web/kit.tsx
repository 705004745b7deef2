import './api/zod-setup.ts'
import './ui/tokens.css'
import './ui/base.css'
import { StrictMode } from 'react'
import { i18n } from '@lingui/core'
import { I18nProvider } from '@lingui/react'
import { createRoot } from 'react-dom/client'
import { MemoryRouter } from 'react-router'
import { KitPage } from './dev/kit-page.tsx'
import { startTranslations } from './i18n.ts'
import { startPreferences } from './ui/preferences.ts'

// The start of `/dev/kit`, which only the development server has: the program that ships begins in main.tsx.
const root = document.getElementById('root')
if (!root) throw new Error('kit.html has no #root')

startPreferences()
await startTranslations()

createRoot(root).render(
  <StrictMode>
    <I18nProvider i18n={i18n}>
      <MemoryRouter>
        <KitPage />
      </MemoryRouter>
    </I18nProvider>
  </StrictMode>,
)
