import type { Request, RequestHandler } from 'express'
import type { ProxySeen } from '../../shared/health.ts'
import { parseIp } from '../../shared/ip.ts'
import type { Logger } from '../lib/logger.ts'

/** The client's address after trusted proxies, in fail2ban's spelling; empty once the connection is gone. */
export function clientAddress(req: Request): string {
  // A link-local address may carry the name of our interface.
  const text = (req.ip ?? '').replace(/%.*$/, '')
  const parsed = parseIp(text)
  return parsed.ok ? parsed.entry.text : text
}

/** Whether a proxy that forwards for somebody is in between, and whether it is believed. */
export function proxySeen(req: Request): ProxySeen {
  const { headers } = req
  if (headers['x-forwarded-for'] === undefined && headers.forwarded === undefined) return 'none'
  const trusts = req.app.get('trust proxy fn') as (address: string, hop: number) => boolean
  return trusts(req.socket.remoteAddress ?? '', 0) ? 'trusted' : 'ignored'
}

/**
 * What shares one budget with an address: the address itself, or for IPv6 its network, as a single household or server
 * owns at least a /64 and home delegations reach /56.
 */
export function addressBucket(address: string, ipv6Prefix: 56 | 64): string {
  const parsed = parseIp(address)
  if (!parsed.ok) return 'unknown'
  const { entry } = parsed
  return entry.family === 4 ? entry.text : `${entry.first.slice(0, ipv6Prefix / 4)}/${ipv6Prefix}`
}

/** Says once what is wrong when a proxy is in front that nobody told us about: all its clients would share one budget. */
export function warnOfUnknownProxy(options: {
  log: Logger
  trustsNobody: boolean
  /** Told every time. */
  onFound?: (() => void) | undefined
}): RequestHandler {
  let warned = false
  return (req, _res, next) => {
    const isUnknown = options.trustsNobody && req.headers['x-forwarded-for'] !== undefined
    if (isUnknown) options.onFound?.()
    if (isUnknown && !warned) {
      warned = true
      options.log.warn(
        { proxy: req.socket.remoteAddress },
        'Requests come with X-Forwarded-For, but TRUST_PROXY is not set: everybody behind that proxy counts as one client. Set TRUST_PROXY to the number of proxies in front of BanGUI.',
      )
    }
    next()
  }
}
