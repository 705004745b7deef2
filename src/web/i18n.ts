import { i18n, type Messages } from '@lingui/core'
import { speakServerWords, type ServerWords } from './api/server-words.ts'
import { LANGUAGES, onPreferences, preferences, type Language } from './ui/preferences.ts'

interface Texts {
  readonly messages: Messages
  /** For what the server says, which is English. */
  readonly serverWords: ServerWords
}

const TEXTS: Readonly<Record<Language, () => Promise<Texts>>> = {
  async en() {
    const { messages } = await import('./locales/en.po')
    return { messages, serverWords: {} }
  },
  async de() {
    const [{ messages }, { words }] = await Promise.all([
      import('./locales/de.po'),
      import('./locales/server.de.ts'),
    ])
    return { messages, serverWords: words }
  },
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
  const { messages, serverWords } = await TEXTS[language]()
  // A later choice may have been quicker to load.
  if (language !== chosenLanguage()) return
  speakServerWords(serverWords)
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
