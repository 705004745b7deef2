import { useState } from 'react'

/** A click takes no longer. */
const CLICK_MS = 200

/**
 * Whether a field has been left, for what is said of its value only then. It becomes true a moment later: what appears at
 * once would move the button away on which the click that left the field is just ending.
 */
export function useLeft(): [wasLeft: boolean, onBlur: () => void] {
  const [wasLeft, setWasLeft] = useState(false)
  return [wasLeft, () => void setTimeout(() => setWasLeft(true), CLICK_MS)]
}
