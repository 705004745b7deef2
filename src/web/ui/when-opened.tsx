import { Suspense, useState, type ReactNode } from 'react'

/** Loads a lazy dialog when it is first opened, and keeps it from then on, so that it can fade out and hand back the focus. */
export function WhenOpened({ open, children }: { open: boolean; children: ReactNode }) {
  const [wasOpened, setWasOpened] = useState(open)
  if (open && !wasOpened) setWasOpened(true)
  return wasOpened ? <Suspense fallback={null}>{children}</Suspense> : null
}
