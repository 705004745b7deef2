import { Suspense, useSyncExternalStore } from 'react'
import { areToastsNeeded, onToastNeeded } from './toast.ts'
import { lazyPart } from './lazy-part.ts'

const Toasts = lazyPart(async () => (await import('./toasts.tsx')).Toasts)

/** Where toasts appear. What draws them is loaded with the first one. */
export function ToastRegion() {
  const isNeeded = useSyncExternalStore(onToastNeeded, areToastsNeeded)
  return isNeeded ? (
    <Suspense fallback={null}>
      <Toasts />
    </Suspense>
  ) : null
}
