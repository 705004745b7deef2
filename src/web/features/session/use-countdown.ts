import { useEffect, useState } from 'react'
import { ApiError } from '../../api/api-error.ts'

/** Whole seconds until the server takes another attempt; counts down to 0. */
export function useCountdown(error: Error | null): number {
  const waitSeconds =
    error instanceof ApiError && error.code === 'rate-limited' ? (error.retryAfterSeconds ?? 5) : 0
  const [left, setLeft] = useState({ error, seconds: waitSeconds })
  if (left.error !== error) setLeft({ error, seconds: waitSeconds })

  useEffect(() => {
    if (waitSeconds === 0) return undefined
    const endsAtMs = Date.now() + waitSeconds * 1000
    const timer = setInterval(() => {
      const seconds = Math.max(0, Math.ceil((endsAtMs - Date.now()) / 1000))
      setLeft({ error, seconds })
      if (seconds === 0) clearInterval(timer)
    }, 500)
    return () => clearInterval(timer)
  }, [error, waitSeconds])

  return left.error === error ? left.seconds : waitSeconds
}

/** `9:58` */
export function formatCountdown(seconds: number): string {
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
}
