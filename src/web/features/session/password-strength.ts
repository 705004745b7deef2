export interface PasswordStrength {
  /** 0 to 4. */
  readonly score: number
  readonly label: 'Too short' | 'Weak' | 'Fair' | 'Good' | 'Strong'
  readonly hint: string
}

const SHORTEST = 12

/**
 * A rough guess at how hard a password is to guess. Length counts most; repetition, sequences and well-known words count
 * for little. It advises; only the server's rule refuses.
 */
export function passwordStrength(password: string, username = ''): PasswordStrength {
  if (password.length < SHORTEST) {
    const missing = SHORTEST - password.length
    return {
      score: 0,
      label: 'Too short',
      hint: `${missing} more ${missing === 1 ? 'character' : 'characters'} needed. A few words in a row are easy to remember.`,
    }
  }
  const bits = effectiveLength(password, username) * bitsPerCharacter(password)
  if (bits < 48) {
    return { score: 1, label: 'Weak', hint: 'Repetitions, sequences and common words are guessed first.' }
  }
  if (bits < 60) return { score: 2, label: 'Fair', hint: 'One more word would make it good.' }
  if (bits < 75) return { score: 3, label: 'Good', hint: 'Hard to guess.' }
  return { score: 4, label: 'Strong', hint: 'Very hard to guess.' }
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
