import { Fail2banRefused, type ConfigCommand } from './fail2ban-client.ts'

/** What configures one jail: it is added, set up, and started, and nothing else is touched. */
const VERBS = new Set(['add', 'set', 'multi-set', 'start'])

/**
 * Returns the stream when it does nothing but bring up this jail. A stream that lacks its beginning or its end would leave
 * the server without the jail; one that names another jail, or the server's own settings, is none of ours.
 */
export function checkJailStream(jail: string, stream: readonly ConfigCommand[]): readonly ConfigCommand[] {
  const fault = faultOf(jail, stream)
  if (fault === undefined) return stream
  throw new Fail2banRefused('ConfigurationError', `The configuration of the jail “${jail}” ${fault}.`)
}

function faultOf(jail: string, stream: readonly ConfigCommand[]): string | undefined {
  const verbs = stream.map(([verb]) => verb)
  if (stream.some(([verb, name]) => !VERBS.has(String(verb)) || name !== jail)) {
    return 'contains something that does not belong to it'
  }
  if (verbs.indexOf('add') !== 0 || verbs.lastIndexOf('add') !== 0)
    return 'does not begin by adding the jail once'
  if (verbs.indexOf('start') !== stream.length - 1) return 'does not end by starting the jail'
  return undefined
}
