import { i18n, type Messages } from '@lingui/core'
import { speakServerWords, type ServerWords } from './api/server-words.ts'
import { LANGUAGES, onPreferences, preferences, type Language } from './ui/preferences.ts'

interface Catalogue {
  readonly messages: Messages
}

/** By path: language and what speaks from it. */
const CATALOGUES = import.meta.glob<Catalogue>('./locales/*/*.po')

/** For what the server says, which is English. */
const SERVER_WORDS: Readonly<Record<Language, () => Promise<ServerWords>>> = {
  en: async () => ({}),
  de: async () => (await import('./locales/server.de.ts')).words,
}

/** The catalogues that something on this page speaks from, as far as anything is loaded yet. */
const spoken = new Set(['common'])

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

async function messagesOf(language: Language, name: string): Promise<Messages> {
  const load = CATALOGUES[`./locales/${language}/${name}.po`]
  if (!load) throw new Error(`There is no catalogue ${language}/${name}.`)
  return (await load()).messages
}

async function activate(language: Language): Promise<void> {
  const catalogues = await Promise.all([...spoken].map((name) => messagesOf(language, name)))
  // A later choice may have been quicker to load.
  if (language !== chosenLanguage()) return
  for (const messages of catalogues) i18n.load(language, messages)
  i18n.activate(language, regionalForm(language))
  document.documentElement.lang = language
  void insist(async () => speakServerWords(await SERVER_WORDS[language]()))
}

/** Resolves once the first screen's texts of the chosen language are there; from then on follows the choice. */
export async function startTranslations(): Promise<void> {
  onPreferences(() => {
    const language = chosenLanguage()
    if (language !== i18n.locale) void activate(language)
  })
  await activate(chosenLanguage())
}

/** Resolves once the catalogue is there, in the chosen language. The build makes whatever speaks from it wait for that. */
export async function speakFrom(name: string): Promise<void> {
  if (spoken.has(name)) return
  spoken.add(name)
  await insist(async () => {
    const language = chosenLanguage()
    i18n.load(language, await messagesOf(language, name))
  })
}

const RETRY_MS = 1_000

/** Goes on trying: what waits for words cannot be shown before. */
async function insist(load: () => Promise<void>): Promise<void> {
  for (;;) {
    try {
      return await load()
    } catch {
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS))
    }
  }
}
