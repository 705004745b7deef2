import { afterEach, describe, expect, it } from '@jest/globals'
import { inChosenLanguage, speakServerWords } from '../../src/web/api/server-words.ts'

afterEach(() => speakServerWords({}))

describe('what the server says, in another language', () => {
  it('keeps its values where the other language wants them', () => {
    speakServerWords({ 'There is no jail called {name} on {host}.': 'Auf {host} gibt es kein Jail {name}.' })
    expect(inChosenLanguage('There is no jail called sshd on local.')).toBe(
      'Auf local gibt es kein Jail sshd.',
    )
  })

  it('is translated sentence by sentence where the whole is not known', () => {
    speakServerWords({ 'Try again.': 'Noch einmal versuchen.' })
    expect(inChosenLanguage('The disk is full. Try again.')).toBe('The disk is full. Noch einmal versuchen.')
  })

  it('stays as it is where there are no words for it, also with characters that mean something in a pattern', () => {
    speakServerWords({ 'What (if) a+b?': 'Was (wenn) a+b?' })
    expect(inChosenLanguage('What (if) a+b?')).toBe('Was (wenn) a+b?')
    expect(inChosenLanguage('$& {x}')).toBe('$& {x}')
  })
})
