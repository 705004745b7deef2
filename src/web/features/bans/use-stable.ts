import { useCallback, useLayoutEffect, useRef } from 'react'

/** The same function as long as the component lives, which does what the newest one does: for rows that are drawn rarely. */
export function useStable<A extends readonly unknown[]>(work: (...args: A) => void): (...args: A) => void {
  const latest = useRef(work)
  useLayoutEffect(() => {
    latest.current = work
  })
  return useCallback((...args: A) => latest.current(...args), [])
}
