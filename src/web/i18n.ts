import { i18n, type Messages } from '@lingui/core'
import { LANGUAGES, onPreferences, preferences, type Language } from './ui/preferences.ts'

const CATALOGUES: Readonly<Record<Language, () => Promise<{ messages: Messages }>>> = {
  en: () => import('./locales/en.po'),
  de: () => import('./locales/de.po'),
}

function chosenLanguage(): Language {
  const { language } = preferences()
  if (language !== 'auto') return language
  const known = navigator.languages.map((tag) => tag.slice(0, 2).toLowerCase())
  return known.map((tag) => LANGUAGES.find((one) => one === tag)).find((one) => one !== undefined) ?? 'en'
}

/** The browser's own regional form of the language, where it has one: dates differ between en-GB and en-US. */
function regionalForm(language: Language): string {
  return navigator.languages.find((tag) => tag.toLowerCase().startsWith(language)) ?? language
}

async function activate(language: Language): Promise<void> {
  const { messages } = await CATALOGUES[language]()
  // A later choice may have been quicker to load.
  if (language !== chosenLanguage()) return
  i18n.loadAndActivate({ locale: language, locales: regionalForm(language), messages })
  document.documentElement.lang = language
}

/** Resolves once the texts of the chosen language are there; from then on follows the choice. */
export async function startTranslations(): Promise<void> {
  onPreferences(() => {
    const language = chosenLanguage()
    if (language !== i18n.locale) void activate(language)
  })
  await activate(chosenLanguage())
}
