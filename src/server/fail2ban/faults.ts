import { Fail2banUnavailable } from './fail2ban-client.ts'

type Reason = Fail2banUnavailable['reason']

const CLOSED = 'fail2ban closed the connection before it answered.'

const REASONS: Readonly<Record<string, readonly [Reason, (socketPath: string) => string]>> = {
  ENOENT: ['socket-missing', (path) => `There is no socket at ${path}.`],
  ENOTDIR: ['socket-missing', (path) => `There is no socket at ${path}.`],
  ECONNREFUSED: ['socket-stale', (path) => `Nobody listens on the socket ${path}.`],
  EACCES: ['permission-denied', (path) => `BanGUI may not write to the socket ${path}.`],
  ECONNRESET: ['connection-lost', () => CLOSED],
  EPIPE: ['connection-lost', () => CLOSED],
  EPERM: ['permission-denied', (path) => `BanGUI may not write to the socket ${path}.`],
}

/** What an error of the socket means. */
export function socketFault(error: NodeJS.ErrnoException, socketPath: string): Fail2banUnavailable {
  const known = REASONS[error.code ?? '']
  if (known) return new Fail2banUnavailable(known[0], known[1](socketPath), { cause: error })
  const sentence = `The connection to fail2ban broke: ${error.message}.`
  return new Fail2banUnavailable('connection-lost', sentence, { cause: error })
}

export function protocolError(socketPath: string, what: string, cause?: unknown): Fail2banUnavailable {
  const sentence = `What listens on ${socketPath} does not answer as fail2ban does: ${what}.`
  return new Fail2banUnavailable('protocol-error', sentence, { cause })
}

export function notAnswering(timeoutMs: number): Fail2banUnavailable {
  const sentence = `fail2ban did not answer within ${timeoutMs / 1_000} seconds.`
  return new Fail2banUnavailable('not-answering', sentence)
}

export function connectionLost(sentence = CLOSED): Fail2banUnavailable {
  return new Fail2banUnavailable('connection-lost', sentence)
}
