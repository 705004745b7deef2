import { useEffect } from 'react'
import { useLingui } from '@lingui/react/macro'
import { useRevalidator, useRouteError } from 'react-router'
import { ApiError } from '../../api/api-error.ts'
import { Brand } from '../../ui/brand.tsx'
import { Button } from '../../ui/button.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import styles from './error-page.module.css'

const RETRY_MS = 3_000

/** What is shown when nothing else can be. Where the server is away it tries again by itself. */
export function ErrorPage() {
  return (
    <main className={styles.page}>
      <title>BanGUI</title>
      <Brand />
      <Failure />
    </main>
  )
}

/** The same inside the shell, which stays as it is. */
export function PageError() {
  const { t } = useLingui()
  return (
    <>
      <title>{t`Error · BanGUI`}</title>
      <h1 className="visually-hidden">{t`Error`}</h1>
      <Failure />
    </>
  )
}

function Failure() {
  const { t } = useLingui()
  const error = useRouteError()
  const { state, revalidate } = useRevalidator()
  const isApiError = error instanceof ApiError
  useEffect(() => {
    if (!isApiError || state !== 'idle') return undefined
    const timer = setTimeout(() => void revalidate(), RETRY_MS)
    return () => clearTimeout(timer)
  }, [isApiError, state, revalidate])

  if (isApiError) {
    const nextStep = error.nextStep ?? ''
    return (
      <EmptyState
        tone="danger"
        title={error.message}
        detail={t`${nextStep} Trying again every few seconds.`.trim()}
        action={<Button onClick={() => void revalidate()}>{t`Try now`}</Button>}
      />
    )
  }
  return (
    <EmptyState
      tone="danger"
      title={t`This page could not be shown`}
      detail={t`BanGUI may be out of reach, or may have been updated meanwhile. Loading the page again usually helps.`}
      action={<Button onClick={() => window.location.reload()}>{t`Load again`}</Button>}
    />
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
