/** Without what is mistaken for one another when it is read out or written down: 0 o, 1 i l. */
const LETTERS = 'abcdefghjkmnpqrstuvwxyz23456789'
const GROUPS = 4
const GROUP_LENGTH = 5

/** `k7vqt-9xt2m-wz4hj-c8rnp`: 99 bits, and still to be typed on a phone. */
export function suggestPassword(): string {
  const groups = Array.from({ length: GROUPS }, () => Array.from({ length: GROUP_LENGTH }, letter).join(''))
  return groups.join('-')
}

/** Each with the same chance: numbers beyond the last whole multiple are drawn again. */
function letter(): string {
  const [number = 0] = crypto.getRandomValues(new Uint8Array(1))
  if (number >= LETTERS.length * Math.floor(256 / LETTERS.length)) return letter()
  return LETTERS.charAt(number % LETTERS.length)
}
