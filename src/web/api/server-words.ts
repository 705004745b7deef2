/** What the server says in English, with `{name}` where its values stand, and the same in another language. */
export type ServerWords = Readonly<Record<string, string>>

interface Sentence {
  readonly pattern: RegExp
  readonly words: string
}

let sentences: readonly Sentence[] = []

/** Takes over the sentences of a language; an empty table leaves everything in the server's English. */
export function speakServerWords(words: ServerWords): void {
  sentences = Object.entries(words).map(([template, translated]) => ({
    pattern: patternOf(template),
    words: translated,
  }))
}

/** `There is no host called {id}.` as a pattern whose groups are the values. */
function patternOf(template: string): RegExp {
  const literal = template.replaceAll(/[.*+?^$()|[\]\\]/g, String.raw`\$&`)
  return new RegExp(`^${literal.replaceAll(/\{(\w+)\}/g, '(?<$1>.+?)')}$`, 's')
}

/**
 * A text of the server in the chosen language. The server's texts are whole sentences; what is not known, such as an answer of
 * fail2ban itself, stays as it is.
 */
export function inChosenLanguage(text: string): string {
  const whole = translate(text)
  if (whole !== undefined) return whole
  const parts = text.split(/(?<=[.?!]) (?=\p{Lu})/u)
  return parts.map((part) => translate(part) ?? part).join(' ')
}

function translate(text: string): string | undefined {
  for (const { pattern, words } of sentences) {
    const values = pattern.exec(text)
    if (values) return words.replaceAll(/\{(\w+)\}/g, (_, name: string) => values.groups?.[name] ?? '')
  }
  return undefined
}
