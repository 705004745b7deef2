/** Why a password is not accepted; pages word it. */
export type PasswordFault =
  'short' | 'long' | 'is-user-name' | 'is-token' | 'well-known' | 'repetitive' | undefined

export const PASSWORD_LENGTH = { least: 12, most: 256 } as const

/** Below this many different characters a long password is a short one. */
const FEWEST_CHARACTERS = 5
const LONGEST_PATTERN = 8

/**
 * The rule for choosing a password. Length is what protects; refused beside it is only what a guesser tries first: what
 * stands next to it on the screen, what everybody takes, and what has no more in it than a few characters.
 */
export function passwordFault(
  password: string,
  known: { readonly username: string; readonly token?: string },
): PasswordFault {
  if (password.length < PASSWORD_LENGTH.least) return 'short'
  if (password.length > PASSWORD_LENGTH.most) return 'long'
  const bare = bareOf(password)
  if (known.token !== undefined && bare === bareOf(known.token)) return 'is-token'
  if (bareOf(known.username) !== '' && isOnly(bare, bareOf(known.username))) return 'is-user-name'
  if (WELL_KNOWN.some((word) => isOnly(bare, word))) return 'well-known'
  return isRepetitive(password) ? 'repetitive' : undefined
}

/** Capitals, blanks and marks between the letters make no difference to a guesser. */
function bareOf(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]/gu, '')
}

/** The word alone, several times, or with digits around it. */
function isOnly(bare: string, word: string): boolean {
  return /^\d*$/.test(bare.replaceAll(word, '')) && bare.includes(word)
}

function isRepetitive(password: string): boolean {
  if (new Set(password).size < FEWEST_CHARACTERS) return true
  for (let length = 1; length <= LONGEST_PATTERN; length += 1) {
    const pattern = password.slice(0, length)
    const times = Math.ceil(password.length / length)
    if (times >= 3 && pattern.repeat(times).startsWith(password)) return true
  }
  return isRun(password)
}

/** `abcdefghijkl`, `987654321098`: each character is next to the one before. */
function isRun(password: string): boolean {
  let steps = 0
  for (let index = 1; index < password.length; index += 1) {
    const step = Math.abs(password.charCodeAt(index) - password.charCodeAt(index - 1))
    if (step === 1 || step === 9) steps += 1
  }
  return steps >= password.length - 2
}

/** Bare, as of the lists that are tried first, with the names of what one signs in to. Digits around them are covered. */
const WELL_KNOWN = [
  'password',
  'passw0rd',
  'passwort',
  'kennwort',
  'qwerty',
  'qwertyuiop',
  'qwertyuiopasdfghjklzxcvbnm',
  'qwertzuiop',
  'asdfghjkl',
  'letmein',
  'welcome',
  'iloveyou',
  'trustno1',
  'administrator',
  'admin',
  'adminadmin',
  'changeme',
  'default',
  'secret',
  'fail2ban',
  'bangui',
  '1q2w3e4r5t6y',
  '1qaz2wsx3edc',
  'q1w2e3r4t5y6',
  'zaq12wsxcde3',
]
