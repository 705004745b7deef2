import type { ErrorCode, FieldError } from '../../shared/problem.ts'

export interface AppErrorDetails {
  /** What the reader can do about it, in a sentence. */
  readonly nextStep?: string
  readonly retryAfterSeconds?: number
  readonly errors?: readonly FieldError[]
  readonly cause?: unknown
}

/**
 * The one error that carries a meaning for the caller. `message` says what happened and why, and is shown to people;
 * `http/problem.ts` maps the code to a status. Anything else that is thrown is a fault of ours: logged whole, answered bare.
 */
export class AppError extends Error {
  override readonly name: string = 'AppError'
  readonly code: ErrorCode
  readonly details: AppErrorDetails

  constructor(code: ErrorCode, message: string, details: AppErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause })
    this.code = code
    this.details = details
  }
}

/** The text of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** Such as `ENOENT`; undefined where it has none. */
export function codeOf(error: unknown): string | undefined {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined
  return typeof code === 'string' ? code : undefined
}
