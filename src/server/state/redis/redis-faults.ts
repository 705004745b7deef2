import { messageOf } from '../../lib/errors.ts'
import { StateFull, StateUnavailable } from '../state-provider.ts'

/** What a command's failure means to whoever asked. */
export function asStateFault(error: unknown): StateUnavailable {
  if (error instanceof StateUnavailable) return error
  return messageOf(error).includes('OOM command not allowed')
    ? new StateFull(error)
    : new StateUnavailable(error)
}

/** The script is not in the server's cache: it was restarted, or its scripts were flushed. */
export function isUnknownScript(error: unknown): boolean {
  return messageOf(error).startsWith('NOSCRIPT')
}

const CERTIFICATE =
  /SELF_SIGNED_CERT|CERT_|UNABLE_TO_VERIFY|UNABLE_TO_GET_ISSUER|ERR_TLS_CERT|self.signed certificate|certificate has expired/

/**
 * What is wrong with the settings, where the error says that no waiting will help; ends with the remedy. Never holds a secret:
 * Redis's own messages name the user at most.
 */
export function settingsFault(error: unknown): string | undefined {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  const text = `${code} ${messageOf(error)}`
  if (/WRONGPASS|invalid username-password|invalid password/.test(text))
    return 'Redis refuses the user or password of REDIS_URL. Correct REDIS_URL (or the file that REDIS_URL_FILE names).'
  if (/NOAUTH|without any password configured/.test(text))
    return /NOAUTH/.test(text)
      ? 'Redis wants a password, and REDIS_URL has none. Set REDIS_URL to redis://USER:PASSWORD@HOST:PORT/DB.'
      : 'REDIS_URL has a password, and this Redis has none set. Remove it from REDIS_URL, or set one in Redis (requirepass, or an ACL user).'
  if (text.includes('NOPERM'))
    return `The Redis user of REDIS_URL may not do what BanGUI needs (${messageOf(error)}). Allow it: ACL SETUSER NAME on >PASSWORD ~{bangui}:* ~bangui:* &bangui:* +@all -@dangerous +info.`
  if (/DB index is out of range|invalid DB index/i.test(text))
    return 'REDIS_URL names a database number that this Redis does not have. Use /0, or raise `databases` in redis.conf.'
  if (CERTIFICATE.test(text))
    return `The certificate of Redis cannot be verified (${messageOf(error)}). Name the certificate of its authority in REDIS_CA_FILE, and in REDIS_URL a host that the certificate is for.`
  if (text.includes('SELECT is not allowed in cluster mode'))
    return 'A Redis Cluster has database 0 only. Remove the number at the end of REDIS_URL.'
  if (/cluster support disabled/i.test(text))
    return 'REDIS_CLUSTER_NODES is set, but this Redis is no cluster. Use REDIS_URL alone for a single Redis.'
  return undefined
}
