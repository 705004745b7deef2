import type { CommandReply } from '../../shared/command.ts'
import { Fail2banRefused, Fail2banUnavailable } from '../fail2ban/fail2ban-client.ts'
import { JailStreamError } from '../fail2ban/jail-stream.ts'

export type Failure = Extract<CommandReply, { ok: false }>

/** A command that is not carried out, and why. */
export class Refusal extends Error {
  override readonly name = 'Refusal'
  readonly code: Failure['code']
  constructor(code: Failure['code'], message: string) {
    super(message)
    this.code = code
  }
}

export function noSuchJail(jail: string): Refusal {
  return new Refusal('jail-not-found', `fail2ban runs no jail called ${jail}.`)
}

/** What is answered when a command failed. `isTouched`: something may have been changed by then. */
export function replyTo(error: unknown, isTouched: boolean): Failure {
  if (error instanceof Refusal) return { ok: false, code: error.code, message: error.message }
  if (error instanceof Fail2banUnavailable) {
    const effect = isTouched ? 'Whether the command took effect is not known.' : 'Nothing was changed.'
    return {
      ok: false,
      code: error.reason === 'not-answering' ? 'fail2ban-timeout' : 'fail2ban-unavailable',
      message: `${error.message} ${effect}`,
      ...(!isTouched && { nextStep: 'Try again once fail2ban answers.' }),
    }
  }
  if (error instanceof Fail2banRefused) {
    const code = error.exception === 'UnknownJailException' ? 'jail-not-found' : 'fail2ban-refused'
    return { ok: false, code, message: error.message }
  }
  if (error instanceof JailStreamError) {
    return {
      ok: false,
      code: 'fail2ban-refused',
      message: `${error.message} Nothing was changed.`,
      nextStep: 'Correct the configuration files of fail2ban and try again.',
    }
  }
  return { ok: false, code: 'internal', message: 'The agent failed; its log says why.' }
}
