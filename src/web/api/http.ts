import { t } from '@lingui/core/macro'
import * as z from 'zod/mini'
import { ApiError, readProblem, unreachable, unreadable } from './api-error.ts'
import { apiUrl } from './base-url.ts'

/** For operations that answer without a body. */
export const Nothing = z.undefined()

const TIMEOUT_MS = 30_000

/**
 * One request to the API. Resolves with the answer as `schema` describes it; every failure, whatever its nature, is an
 * ApiError. It shows nothing and goes nowhere: what a failure means on the screen is decided by the query client.
 */
export async function call<T extends z.ZodMiniType>(
  schema: T,
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
  path: string,
  options: { body?: unknown; signal?: AbortSignal | undefined } = {},
): Promise<z.output<T>> {
  const timeout = AbortSignal.timeout(TIMEOUT_MS)
  const { body, signal } = options
  let response: Response
  let payload: unknown
  try {
    response = await fetch(apiUrl(path), {
      method,
      headers: {
        accept: 'application/json',
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
      credentials: 'same-origin',
      redirect: 'error',
    })
    if (!response.ok) throw await readProblem(response)
    payload = response.status === 204 ? undefined : await response.json()
  } catch (error) {
    if (error instanceof ApiError) throw error
    if (signal?.aborted) throw error
    if (error instanceof SyntaxError) throw unreadable(200)
    throw unreachable()
  }
  const parsed = schema.safeParse(payload)
  if (!parsed.success) {
    throw new ApiError('unreadable', t`The answer of the server does not have the expected form.`, {
      status: response.status,
      nextStep: t`Reload the page: the console may have been updated meanwhile.`,
    })
  }
  return parsed.data
}

/** A query string of those values that are there. */
export function queryString(values: Readonly<Record<string, string | number | undefined>>): string {
  const params = new URLSearchParams()
  for (const [name, value] of Object.entries(values)) {
    if (value !== undefined && value !== '') params.set(name, String(value))
  }
  const text = params.toString()
  return text === '' ? '' : `?${text}`
}
