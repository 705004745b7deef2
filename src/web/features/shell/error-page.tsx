import { useEffect } from 'react'
import { useRevalidator, useRouteError } from 'react-router'
import { ApiError } from '../../api/api-error.ts'
import { Brand } from '../../ui/brand.tsx'
import { Button } from '../../ui/button.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import styles from './error-page.module.css'

const RETRY_MS = 3_000

/** What is shown when a page cannot be. Where the server is away it tries again by itself. */
export function ErrorPage() {
  const error = useRouteError()
  const revalidator = useRevalidator()
  const isApiError = error instanceof ApiError

  const { state, revalidate } = revalidator
  useEffect(() => {
    if (!isApiError || state !== 'idle') return undefined
    const timer = setTimeout(() => void revalidate(), RETRY_MS)
    return () => clearTimeout(timer)
  }, [isApiError, state, revalidate])

  return (
    <main className={styles.page}>
      <title>BanGUI</title>
      <Brand />
      {isApiError ? (
        <EmptyState
          tone="danger"
          title={error.message}
          detail={`${error.nextStep ?? ''} Trying again every few seconds.`.trim()}
          action={<Button onClick={() => void revalidate()}>Try now</Button>}
        />
      ) : (
        <EmptyState
          tone="danger"
          title="This page could not be shown"
          detail="The console may have been updated meanwhile. Loading it again usually helps."
          action={<Button onClick={() => window.location.reload()}>Load again</Button>}
        />
      )}
    </main>
  )
}

/** The first moments, before it is known which page comes. */
export function PageSkeleton() {
  return (
    <main className={styles.page}>
      <Skeleton rows={3} height={28} />
    </main>
  )
}
