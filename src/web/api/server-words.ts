/**
 * What the server says in English, sentence by sentence, with `{name}` where its values stand, and the same in another language.
 * What is said within a value has an entry of its own, without a full stop. Where several fit, the most exact one counts.
 */
export type ServerWords = Readonly<Record<string, string>>

interface Sentence {
  readonly pattern: RegExp
  readonly words: string
}

let sentences: readonly Sentence[] = []

/** Takes over the sentences of a language; an empty table leaves everything in the server's English. */
export function speakServerWords(words: ServerWords): void {
  sentences = Object.entries(words)
    .toSorted(([one], [other]) => exactness(other) - exactness(one))
    .map(([template, translated]) => ({ pattern: patternOf(template), words: translated }))
}

/** How much of a template is fixed. */
function exactness(template: string): number {
  return template.replaceAll(VALUE, '').length
}

const VALUE = /\{(\w+)\}/g
/** Between two sentences; fail2ban's name and a name in quotation marks may begin one. */
const SEAM = /(?<=[.?!]) (?=\p{Lu}|fail2ban|“)/u

/** Where in a request a fault is; a name for programs, which stays. */
const PLACE = /^(?:body|query|path) \/\S*: /

/** `There is no host called {id}.` as a pattern whose groups are the values. */
function patternOf(template: string): RegExp {
  const literal = template.replaceAll(/[.*+?^$()|[\]\\]/g, String.raw`\$&`)
  return new RegExp(`^${literal.replaceAll(VALUE, '(?<$1>.+?)')}$`, 's')
}

/**
 * A text of the server in the chosen language. The server's texts are whole sentences; what is not known, such as an answer of
 * fail2ban itself, stays as it is.
 */
export function inChosenLanguage(text: string): string {
  const place = PLACE.exec(text)?.[0]
  if (place !== undefined) return place + inChosenLanguage(text.slice(place.length))
  const parts = text.split(SEAM)
  const translated = parts.map(translate)
  // An answer of fail2ban within a sentence may hold several itself.
  if (translated.includes(undefined)) {
    const whole = translate(text)
    if (whole !== undefined) return whole
  }
  return parts.map((part, index) => translated[index] ?? part).join(' ')
}

function translate(text: string): string | undefined {
  for (const { pattern, words } of sentences) {
    const found = pattern.exec(text)
    if (found)
      return words.replaceAll(VALUE, (_, name: string) => inChosenLanguage(found.groups?.[name] ?? ''))
  }
  return undefined
}
