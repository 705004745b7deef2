import type { Request, RequestHandler } from 'express'
import { AppError } from '../lib/errors.ts'

/**
 * Refuses writes that another site makes a browser send. Browsers say where a request comes from in `Sec-Fetch-Site` (on
 * https and localhost) and `Origin` (on every write); a program that sends neither is not a browser and carries no
 * stolen cookie. With SameSite cookies and JSON-only bodies this replaces a CSRF token.
 */
export function sameSite(options: { publicOrigin: string | undefined }): RequestHandler {
  return (req, _res, next) => {
    if (req.method === 'GET' || req.method === 'HEAD' || req.method === 'OPTIONS') return next()
    const site = req.get('sec-fetch-site')
    const origin = req.get('origin')
    const siteOk = site === undefined || site === 'same-origin' || site === 'none'
    const originOk = origin === undefined || origin === options.publicOrigin || isOwnHost(origin, req)
    if (siteOk && originOk) return next()
    throw new AppError(
      'cross-site-refused',
      originOk
        ? `The browser says that the request comes from another site (Sec-Fetch-Site: ${site}).`
        : 'The Origin of the request is not the address of this console.',
    )
  }
}

/** Without the scheme: a proxy that terminates TLS hands https requests on as http. */
function isOwnHost(origin: string, req: Request): boolean {
  return URL.canParse(origin) && new URL(origin).host === req.host
}
