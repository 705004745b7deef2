import type { ErrorRequestHandler, Request, Response } from 'express'
import type { ErrorCode, Problem } from '../../shared/problem.ts'
import { AppError } from '../lib/errors.ts'
import type { Logger } from '../lib/logger.ts'
import { pathOf } from './request-context.ts'

interface ProblemKind {
  readonly status: number
  readonly title: string
  /** What the caller can do, unless the error itself says something more fitting. */
  readonly nextStep?: string
  readonly retryAfterSeconds?: number
}

/** The only place where a code meets a status. docs/problems.md is made from it. */
export const PROBLEMS = {
  'validation-failed': {
    status: 400,
    title: 'The request has mistakes',
    nextStep: 'Correct what `errors` names and send it again.',
  },
  'malformed-request': { status: 400, title: 'The request cannot be read', nextStep: 'Send valid JSON.' },
  'payload-too-large': {
    status: 413,
    title: 'The request is too large',
    nextStep: 'Send less at a time: a body has at most 1 MB.',
  },
  'unsupported-media-type': {
    status: 415,
    title: 'Bodies are JSON only',
    nextStep: 'Send the body with Content-Type: application/json, uncompressed.',
  },
  unauthenticated: { status: 401, title: 'You are not signed in', nextStep: 'Sign in and try again.' },
  'sign-in-failed': {
    status: 401,
    title: 'Sign-in failed',
    nextStep: 'Check user name and password and try again.',
  },
  forbidden: {
    status: 403,
    title: 'Your role does not allow this',
    nextStep: 'Ask an administrator for the role that this needs.',
  },
  'cross-site-refused': {
    status: 403,
    title: 'The request came from another site',
    nextStep:
      'Use the console at its own address. Behind a proxy, set PUBLIC_URL to the address in the browser.',
  },
  'not-found': { status: 404, title: 'There is nothing here' },
  'host-not-found': { status: 404, title: 'No such host', nextStep: 'GET /api/v1/hosts lists the hosts.' },
  'jail-not-found': {
    status: 404,
    title: 'No such jail',
    nextStep: 'GET /api/v1/hosts/{host}/jails lists the jails.',
  },
  'already-set-up': { status: 409, title: 'The console is set up already', nextStep: 'Sign in instead.' },
  'setup-required': {
    status: 409,
    title: 'The console is not set up yet',
    nextStep: 'Create the first administrator with the setup token from the server’s log.',
  },
  'setup-token-wrong': {
    status: 403,
    title: 'That is not the setup token',
    nextStep: 'Copy the token from the server’s log, or set BANGUI_SETUP_TOKEN and start again.',
  },
  'username-taken': { status: 409, title: 'The name is taken', nextStep: 'Choose another name.' },
  'last-administrator': {
    status: 409,
    title: 'Nobody else could administer the console',
    nextStep: 'Give another user the role admin, or enable one who has it, and try again.',
  },
  'own-account': {
    status: 409,
    title: 'This cannot be done to one’s own account',
    nextStep: 'Ask another administrator.',
  },
  conflict: {
    status: 409,
    title: 'Something else changed it meanwhile',
    nextStep: 'Load it again and repeat the change if it is still wanted.',
  },
  'setting-locked': {
    status: 409,
    title: 'The environment fixes this setting',
    nextStep: 'Change or remove the environment variable and start BanGUI again.',
  },
  'rate-limited': { status: 429, title: 'Too many requests', nextStep: 'Wait as long as Retry-After says.' },
  busy: {
    status: 503,
    title: 'The console is busy',
    nextStep: 'Try again in a few seconds.',
    retryAfterSeconds: 2,
  },
  'state-unavailable': {
    status: 503,
    title: 'The session store does not answer',
    nextStep: 'Try again in a few seconds.',
    retryAfterSeconds: 2,
  },
  'shutting-down': {
    status: 503,
    title: 'This process is stopping',
    nextStep: 'Try again: another process, or this one restarted, will answer.',
    retryAfterSeconds: 2,
  },
  'fail2ban-unavailable': {
    status: 502,
    title: 'fail2ban cannot be reached',
    nextStep: 'GET /api/v1/hosts says why and what to do.',
  },
  'fail2ban-refused': { status: 502, title: 'fail2ban refused the command' },
  'fail2ban-timeout': {
    status: 504,
    title: 'fail2ban did not answer in time',
    nextStep: 'Look whether the command took effect before repeating it.',
  },
  internal: {
    status: 500,
    title: 'Something went wrong in the console',
    nextStep: 'The server’s log has the details under the request id in `instance`.',
  },
} as const satisfies Record<ErrorCode, ProblemKind>

/** Where `problemKind` is served, below the base path. */
const PROBLEMS_PATH = 'api/problems/'

/** What is behind a problem's `type`. */
export function problemKind(code: string): {
  code: string
  status: number
  title: string
  nextStep?: string
} {
  const kind = Object.entries<ProblemKind>(PROBLEMS).find(([name]) => name === code)?.[1]
  if (kind === undefined) throw new AppError('not-found', `There is no problem called ${code}.`)
  const { status, title, nextStep } = kind
  return { code, status, title, ...(nextStep === undefined ? {} : { nextStep }) }
}

/** The last layer: answers whatever was thrown with a problem document (RFC 9457). Never touches a cookie. */
export function problemHandler(options: {
  log: Logger
  basePath: string
  now: () => number
}): ErrorRequestHandler {
  const logFailure = failureLog(options)
  return (thrown: unknown, req, res, next) => {
    const error = toAppError(thrown)
    req.context.problem = error.code
    if (PROBLEMS[error.code].status >= 500) logFailure(error, req)
    // The answer has begun: nothing sensible can follow, so the connection is closed.
    if (res.headersSent) return next(thrown)
    return sendProblem(res, problemOf(error, { instance: req.context.id, basePath: options.basePath }))
  }
}

const QUIET_MS = 10_000

/**
 * What nobody expected is logged whole, each time. A known failure is a warning, one of a kind in ten seconds with the number
 * of those left out, so that an outage does not fill the disk.
 */
function failureLog({
  log,
  now,
}: {
  log: Logger
  now: () => number
}): (error: AppError, req: Request) => void {
  const warned = new Map<ErrorCode, { at: number; leftOut: number }>()
  return (error, req) => {
    const request = { requestId: req.context.id, method: req.method, path: pathOf(req) }
    if (error.code === 'internal') {
      log.error({ err: error.cause, ...request }, 'a request failed unexpectedly')
      return
    }
    const last = warned.get(error.code)
    if (last && now() - last.at < QUIET_MS) {
      last.leftOut += 1
      return
    }
    warned.set(error.code, { at: now(), leftOut: 0 })
    const alikeLeftOut = last?.leftOut ?? 0
    log.warn({ ...request, problem: error.code, alikeLeftOut }, `a request failed: ${error.message}`)
  }
}

function problemOf(error: AppError, at: { instance: string; basePath: string }): Problem {
  const kind: ProblemKind = PROBLEMS[error.code]
  const { details } = error
  const nextStep = details.nextStep ?? kind.nextStep
  const retryAfterSeconds = details.retryAfterSeconds ?? kind.retryAfterSeconds
  return {
    type: `${at.basePath}${PROBLEMS_PATH}${error.code}`,
    title: kind.title,
    status: kind.status,
    code: error.code,
    ...(error.code === 'internal' ? {} : { detail: error.message }),
    instance: at.instance,
    ...(nextStep === undefined ? {} : { nextStep }),
    ...(retryAfterSeconds === undefined
      ? {}
      : { retryAfterSeconds: Math.max(1, Math.ceil(retryAfterSeconds)) }),
    ...(details.errors === undefined ? {} : { errors: [...details.errors] }),
  }
}

function sendProblem(res: Response, problem: Problem): void {
  const body = Buffer.from(JSON.stringify(problem))
  res.statusCode = problem.status
  res.setHeader('Content-Type', 'application/problem+json; charset=utf-8')
  res.setHeader('Content-Length', body.length)
  res.setHeader('Cache-Control', 'no-store')
  if (problem.retryAfterSeconds !== undefined) res.setHeader('Retry-After', problem.retryAfterSeconds)
  res.end(body)
}

/** Everything unknown becomes `internal`; what Express and its body parser throw is the caller's mistake. */
function toAppError(thrown: unknown): AppError {
  if (thrown instanceof AppError) return thrown
  switch (clientErrorStatus(thrown)) {
    case undefined:
      return new AppError('internal', 'internal', { cause: thrown })
    case 413:
      return new AppError('payload-too-large', 'The body is larger than 1 MB.')
    case 415:
      return new AppError(
        'unsupported-media-type',
        'The body is compressed or in an encoding other than UTF-8.',
      )
    default:
      return new AppError('malformed-request', 'The address or the body of the request cannot be read.')
  }
}

function clientErrorStatus(thrown: unknown): number | undefined {
  if (!(thrown instanceof Error) || !('status' in thrown)) return undefined
  const { status } = thrown
  return typeof status === 'number' && status >= 400 && status < 500 ? status : undefined
}

/** docs/problems.md. */
export function problemsMarkdown(): string {
  const entries = Object.entries<ProblemKind>(PROBLEMS).map(([code, kind]) =>
    [`## ${code}`, '', `${kind.status} ${kind.title}. ${kind.nextStep ?? ''}`.trimEnd(), ''].join('\n'),
  )
  return [
    '# Problems',
    '',
    'Every answer that is not a success is a problem document (RFC 9457, `application/problem+json`): `type`, `title`, `status`,',
    '`code`, `detail` (what happened), `nextStep` (what to do), `instance` (the request id, also in the server’s log), and where they',
    'apply `retryAfterSeconds` (also as the `Retry-After` header) and `errors` (the place of each mistake as a JSON pointer).',
    'Programs branch on `code`. This page is generated from `src/server/http/problem.ts` by `npm run docs`.',
    '',
    ...entries,
  ].join('\n')
}
