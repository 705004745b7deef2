/** What could steer a terminal, or make text look like other text: controls, and marks that turn the direction of writing. */
const STEERING = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu

/** One line, fit for a terminal: what comes from logs, files and other programs may be hostile. */
export function plain(text: string): string {
  return text.replaceAll(STEERING, '�')
}

/** JSON says the same with escapes, so that nothing is lost. */
export function plainJson(value: unknown): string {
  return JSON.stringify(value, null, 2).replaceAll(/[^\n\P{Cc}]|[\p{Cf}\p{Zl}\p{Zp}]/gu, (text) =>
    Array.from({ length: text.length }, (_, index) => escaped(text.charCodeAt(index))).join(''),
  )
}

function escaped(unit: number): string {
  return `\\u${unit.toString(16).padStart(4, '0')}`
}

/** As one word of a shell. */
export function shellWord(text: string): string {
  return /^[\w./:@%+,=-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`
}
