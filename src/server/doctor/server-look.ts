import { ReadinessAnswer } from '../../shared/health.ts'
import { codeOf, messageOf } from '../lib/errors.ts'

/** What answers at an address of BanGUI's. */
export type ServerLook =
  | { readonly kind: 'bangui'; readonly answer: ReadinessAnswer }
  | { readonly kind: 'other'; readonly detail: string }
  /** Somebody is there, and does not answer as programs do that speak HTTP. */
  | { readonly kind: 'silent'; readonly detail: string }
  | { readonly kind: 'nobody'; readonly detail: string }

const ANSWER_MS = 5_000
const MOST_BYTES = 100_000

/** Asks `readyz` below this address, which ends with a slash. Never rejects. */
export async function lookAtServer(address: string): Promise<ServerLook> {
  try {
    const response = await fetch(new URL('readyz', address), {
      headers: { accept: 'application/json' },
      redirect: 'manual',
      signal: AbortSignal.timeout(ANSWER_MS),
    })
    const text = (await response.text()).slice(0, MOST_BYTES)
    const answer = ReadinessAnswer.safeParse(jsonIn(text))
    if (answer.success) return { kind: 'bangui', answer: answer.data }
    return { kind: 'other', detail: `it answers ${response.status}, and not as BanGUI` }
  } catch (error) {
    if (error instanceof Error && error.name === 'TimeoutError') {
      return {
        kind: 'silent',
        detail: `it takes a connection and does not answer within ${ANSWER_MS / 1_000} s`,
      }
    }
    // What fetch throws only says that it failed; the cause says why.
    const cause = error instanceof Error && error.cause !== undefined ? error.cause : error
    const detail = messageOf(cause) || (codeOf(cause) ?? 'no reason was given')
    return { kind: isAbsence(codeOf(cause)) ? 'nobody' : 'silent', detail }
  }
}

function isAbsence(code: string | undefined): boolean {
  return code === 'ECONNREFUSED' || code === 'ENOTFOUND' || code === 'EAI_AGAIN' || code === 'EHOSTUNREACH'
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Where a process that listens there is reached from this machine. */
export function localAddress({ host, port }: { host: string; port: number }): string {
  const reached = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host
  return `http://${reached.includes(':') ? `[${reached}]` : reached}:${port}/`
}
