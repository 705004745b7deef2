import { plural, t } from '@lingui/core/macro'
import { PASSWORD_LENGTH, passwordFault, type PasswordFault } from '../../../shared/password.ts'

export interface PasswordStrength {
  /** 0 to 4; 0 is refused. */
  readonly score: number
  readonly label: string
  readonly hint: string
}

interface Known {
  readonly username: string
  readonly token?: string | undefined
}

/**
 * A rough guess at how hard a password is to guess. Length counts most; repetition, sequences and well-known words count
 * for little. What the server would refuse is told in the same place.
 */
export function passwordStrength(password: string, { username, token }: Known): PasswordStrength {
  const missing = PASSWORD_LENGTH.least - password.length
  if (missing > 0) {
    const hint = plural(missing, {
      one: '# more character needed. A few words in a row are easy to remember.',
      other: '# more characters needed. A few words in a row are easy to remember.',
    })
    return { score: 0, label: t`Too short`, hint }
  }
  const fault = passwordFault(password, { username, ...(token !== undefined && { token }) })
  if (fault !== undefined) return { score: 0, label: t`Too easy to guess`, hint: wordFault(fault) }
  const bits = effectiveLength(password, username) * bitsPerCharacter(password)
  if (bits < 48) {
    const hint = t`Repetitions, sequences and common words are guessed first.`
    return { score: 1, label: t`Weak`, hint }
  }
  if (bits < 60) return { score: 2, label: t`Fair`, hint: t`One more word would make it good.` }
  if (bits < 75) return { score: 3, label: t`Good`, hint: t`Hard to guess.` }
  return { score: 4, label: t`Strong`, hint: t`Very hard to guess.` }
}

/** Why the server would refuse a password; undefined where it would not. */
export function passwordProblem(password: string, { username, token }: Known): string | undefined {
  const fault = passwordFault(password, { username, ...(token !== undefined && { token }) })
  return fault === undefined ? undefined : wordFault(fault)
}

function wordFault(fault: NonNullable<PasswordFault>): string {
  const words: Record<typeof fault, string> = {
    short: t`Use at least 12 characters: a few words in a row are easy to remember.`,
    long: t`A password has at most 256 characters.`,
    'is-user-name': t`This is the user name. Choose one that cannot be guessed from it.`,
    'is-token': t`This is the setup token, which is in the log. Choose another one.`,
    'well-known': t`This is one of those that are tried first. Choose one that is your own.`,
    repetitive: t`This repeats a few characters. Choose one with more in it.`,
  }
  return words[fault]
}

const WELL_KNOWN = [
  'password',
  'passwort',
  'qwerty',
  'letmein',
  'welcome',
  'admin',
  'fail2ban',
  'bangui',
  'secret',
]

/** The characters that a guesser cannot foresee. */
function effectiveLength(password: string, username: string): number {
  let text = password.toLowerCase()
  for (const word of [...WELL_KNOWN, username.toLowerCase()]) {
    if (word.length >= 3) text = text.replaceAll(word, word.slice(0, 1))
  }
  let length = 0
  for (let index = 0; index < text.length; index += 1) {
    const step = text.charCodeAt(index) - text.charCodeAt(index - 1)
    const isForeseen = index > 0 && (step === 0 || Math.abs(step) === 1)
    length += isForeseen ? 0.2 : 1
  }
  return Math.min(length, new Set(text).size * 2)
}

function bitsPerCharacter(password: string): number {
  let kinds = 0
  for (const kind of [/\p{Ll}/u, /\p{Lu}/u, /\p{N}/u, /[^\p{L}\p{N}]/u]) if (kind.test(password)) kinds += 1
  return 2.8 + kinds * 0.5
}
