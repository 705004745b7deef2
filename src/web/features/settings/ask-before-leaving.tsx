import { useEffect } from 'react'
import { useBlocker } from 'react-router'
import { WhenOpened } from '../../ui/when-opened.tsx'
import { lazyPart } from '../../ui/lazy-part.ts'

const LeaveDialog = lazyPart(async () => (await import('./leave-dialog.tsx')).LeaveDialog)

/** While there are edits nobody has saved, asks before another page is opened or this one is closed. */
export function AskBeforeLeaving({ isDirty }: { isDirty: boolean }) {
  const blocker = useBlocker(
    ({ currentLocation, nextLocation }) => isDirty && currentLocation.pathname !== nextLocation.pathname,
  )
  useEffect(() => {
    if (!isDirty) return undefined
    const ask = (event: BeforeUnloadEvent) => event.preventDefault()
    window.addEventListener('beforeunload', ask)
    return () => window.removeEventListener('beforeunload', ask)
  }, [isDirty])
  const isAsking = blocker.state === 'blocked'
  return (
    <WhenOpened open={isAsking}>
      <LeaveDialog
        open={isAsking}
        onOpenChange={(open) => {
          if (!open) blocker.reset?.()
        }}
        onLeave={() => blocker.proceed?.()}
      />
    </WhenOpened>
  )
}
