import type { Response } from 'express'
import { AppError } from '../lib/errors.ts'
import type { RateLimits, Rule, Verdict } from '../state/state-provider.ts'

/** A busy console with many tabs stays far below; ten requests a second are always allowed, on up to thirty processes. */
const PER_SESSION: Rule = { name: 'session', points: 1_200, windowSeconds: 60, takenAtOnce: 20 }
/** Without a session there is little to ask for. */
const PER_ADDRESS: Rule = { name: 'address', points: 300, windowSeconds: 60 }

/** Counts one request of the session, or of the address where there is none; throws `rate-limited` beyond the budget. */
export async function countRequest(
  limits: Pick<RateLimits, 'consume'>,
  res: Response,
  client: { sessionIdHash: string } | { addressBucket: string },
): Promise<void> {
  const [rule, key] =
    'sessionIdHash' in client
      ? [PER_SESSION, client.sessionIdHash]
      : ([PER_ADDRESS, client.addressBucket] as const)
  const verdict = await limits.consume(rule, key)
  const remaining = Math.max(0, verdict.limit - verdict.used)
  const resetSeconds = Math.ceil(verdict.resetMs / 1000)
  res.setHeader('RateLimit-Policy', `"${rule.name}";q=${rule.points};w=${rule.windowSeconds}`)
  res.setHeader('RateLimit', `"${rule.name}";r=${remaining};t=${resetSeconds}`)
  if (!verdict.allowed)
    throw tooMany('You have sent more requests than the console answers in a minute.', verdict)
}

/** A refusal that says how long to wait, in the sentence and in Retry-After. */
export function tooMany(what: string, verdict: Verdict): AppError {
  const seconds = Math.max(1, Math.ceil(verdict.resetMs / 1000))
  return new AppError('rate-limited', `${what} Try again in ${inWords(seconds)}.`, {
    retryAfterSeconds: seconds,
  })
}

function inWords(seconds: number): string {
  if (seconds < 90) return seconds === 1 ? '1 second' : `${seconds} seconds`
  return `${Math.ceil(seconds / 60)} minutes`
}
