import { t } from '@lingui/core/macro'
import { Problem, type ErrorCode, type FieldError } from '../../shared/problem.ts'
import { inChosenLanguage } from './server-words.ts'

/**
 * Any answer that is not the one asked for. `message` says what happened and `nextStep` what to do, both for people.
 * unreachable: no answer came. unreadable: something answered that is not the API, as a proxy's error page.
 */
export class ApiError extends Error {
  override readonly name = 'ApiError'
  readonly code: ErrorCode | 'unreachable' | 'unreadable'
  /** 0 where there was no answer. */
  readonly status: number
  readonly nextStep: string | undefined
  readonly retryAfterSeconds: number | undefined
  readonly fieldErrors: readonly FieldError[]
  /** The request's id in the server's log. */
  readonly requestId: string | undefined

  constructor(
    code: ApiError['code'],
    message: string,
    details: {
      status?: number | undefined
      nextStep?: string | undefined
      retryAfterSeconds?: number | undefined
      fieldErrors?: readonly FieldError[] | undefined
      requestId?: string | undefined
    } = {},
  ) {
    super(message)
    this.code = code
    this.status = details.status ?? 0
    this.nextStep = details.nextStep
    this.retryAfterSeconds = details.retryAfterSeconds
    this.fieldErrors = details.fieldErrors ?? []
    this.requestId = details.requestId
  }

  /** What is wrong with one field of the request's body. */
  detailOf(pointer: string): string | undefined {
    return this.fieldErrors.find((error) => error.in === 'body' && error.pointer === pointer)?.detail
  }
}

export function unreachable(): ApiError {
  return new ApiError('unreachable', t`BanGUI does not answer.`, {
    nextStep: t`Check that the server runs and that this device can reach it.`,
  })
}

/** The error in a response that is not a success. Never throws, whatever the body is. */
export async function readProblem(response: Response): Promise<ApiError> {
  const parsed = Problem.safeParse(await response.json().catch(() => undefined))
  const header = Number(response.headers.get('retry-after'))
  const retryAfterSeconds = Number.isFinite(header) && header > 0 ? header : undefined
  if (!parsed.success) return unreadable(response.status, retryAfterSeconds)
  const problem = parsed.data
  const { detail = `${problem.title}.`, nextStep, errors } = problem
  return new ApiError(problem.code, inChosenLanguage(detail), {
    status: problem.status,
    nextStep: nextStep === undefined ? undefined : inChosenLanguage(nextStep),
    retryAfterSeconds: problem.retryAfterSeconds ?? retryAfterSeconds,
    fieldErrors: errors?.map((error) => ({ ...error, detail: inChosenLanguage(error.detail) })),
    requestId: problem.instance,
  })
}

export function unreadable(status: number, retryAfterSeconds?: number): ApiError {
  // A proxy says so while the console behind it is away.
  if (status === 502 || status === 503 || status === 504) return unreachable()
  return new ApiError('unreadable', t`Something between this browser and BanGUI answered (${status}).`, {
    status,
    retryAfterSeconds,
    nextStep: t`Check the proxy in front of BanGUI, then try again.`,
  })
}

/** What happened and what to do, for people. */
export function sentencesOf(error: Error): string {
  const nextStep = error instanceof ApiError ? error.nextStep : undefined
  return nextStep === undefined ? error.message : `${error.message} ${nextStep}`
}
