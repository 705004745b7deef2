import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { inChosenLanguage, speakServerWords } from '../../src/web/api/server-words.ts'
import { words } from '../../src/web/locales/server.de.ts'
import { formOf, serverTexts } from '../support/server-sentences.ts'

const texts = serverTexts()
const entries = Object.entries(words)

describe('the German words for what the server says', () => {
  beforeAll(() => speakServerWords(words))
  afterAll(() => speakServerWords({}))

  it('are there for every sentence that people may get to see', () => {
    const known = new Set(entries.map(([template]) => formOf(template)))
    const missing = texts.filter(({ text, isForPeople }) => isForPeople && !known.has(text))
    expect(missing.map(({ at, text }) => `${at}: ${text}`)).toEqual([])
  })

  it('are there for nothing that the server does not say', () => {
    const said = new Set(texts.map(({ text }) => text))
    expect(entries.map(([template]) => template).filter((template) => !said.has(formOf(template)))).toEqual(
      [],
    )
  })

  it('have no values of their own', () => {
    for (const [template, translated] of entries) {
      const values = [...translated.matchAll(/\{\w+\}/g)].map(String)
      expect(values.filter((value) => !template.includes(value))).toEqual([])
    }
  })

  it('are not hidden behind the words for a more general sentence', () => {
    const fill = (text: string) => text.replaceAll(/\{(\w+)\}/g, '‹$1›')
    for (const [template, translated] of entries) {
      expect(inChosenLanguage(fill(template))).toBe(fill(translated))
    }
  })

  it('are found in several sentences at once, and around what fail2ban says itself', () => {
    expect(inChosenLanguage('Too many sign-ins have failed. Try again in 5 minutes.')).toBe(
      'Zu viele Anmeldungen sind fehlgeschlagen. In 5 Minuten erneut versuchen.',
    )
    expect(inChosenLanguage('fail2ban refused: KeyError: “x”. Stopped. Nothing was changed.')).toBe(
      'fail2ban hat abgelehnt: KeyError: “x”. Stopped. Nichts wurde geändert.',
    )
  })

  it('leave alone where in a request a mistake is', () => {
    expect(inChosenLanguage('body /ips/0: Choose another name. And 2 more.')).toBe(
      'body /ips/0: Einen anderen Namen wählen. Und 2 weitere.',
    )
  })

  it('leave what nobody knows as it is', () => {
    expect(inChosenLanguage('No such thing as this. Nor this.')).toBe('No such thing as this. Nor this.')
  })
})
