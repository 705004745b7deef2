import { i18n, type Messages } from '@lingui/core'
import { speakServerWords, type ServerWords } from './api/server-words.ts'
import { LANGUAGES, onPreferences, preferences, type Language } from './ui/preferences.ts'

interface Catalogue {
  readonly messages: Messages
}

interface Texts {
  /** What the first screen says. */
  readonly first: () => Promise<Catalogue>
  /** All else; see `catalogues.ts`. */
  readonly later: () => Promise<Catalogue>
  /** For what the server says, which is English. */
  readonly serverWords: () => Promise<ServerWords>
}

const TEXTS: Readonly<Record<Language, Texts>> = {
  en: {
    first: () => import('./locales/en/first.po'),
    later: () => import('./locales/en/later.po'),
    serverWords: async () => ({}),
  },
  de: {
    first: () => import('./locales/de/first.po'),
    later: () => import('./locales/de/later.po'),
    serverWords: async () => (await import('./locales/server.de.ts')).words,
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

async function activate(language: Language, what: ReadonlyArray<keyof Texts>): Promise<void> {
  const texts = TEXTS[language]
  const [first, later, serverWords] = await Promise.all([
    texts.first(),
    what.includes('later') ? texts.later() : undefined,
    what.includes('serverWords') ? texts.serverWords() : undefined,
  ])
  // A later choice may have been quicker to load.
  if (language !== chosenLanguage()) return
  if (serverWords) speakServerWords(serverWords)
  i18n.loadAndActivate({
    locale: language,
    locales: regionalForm(language),
    messages: { ...first.messages, ...later?.messages },
  })
  document.documentElement.lang = language
}

/** Resolves once the first screen's texts of the chosen language are there; from then on follows the choice. */
export async function startTranslations(): Promise<void> {
  onPreferences(() => {
    const language = chosenLanguage()
    if (language !== i18n.locale) void activate(language, ['later', 'serverWords'])
  })
  await activate(chosenLanguage(), [])
}

const RETRY_MS = 1_000

let everything: Promise<void> | undefined

/** Resolves once all texts of the chosen language are there. Goes on trying: whatever waits for it cannot be shown before. */
export function laterTexts(): Promise<void> {
  everything ??= insist(() => activate(chosenLanguage(), ['later', 'serverWords']))
  return everything
}

async function insist(load: () => Promise<void>): Promise<void> {
  for (;;) {
    try {
      return await load()
    } catch {
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS))
    }
  }
}
