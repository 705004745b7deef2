import type { RequestHandler } from 'express'
import helmet from 'helmet'

/** Nothing but the console's own files; no inline script; inline styles only with the page's nonce. */
export function contentSecurityPolicy(nonce?: string): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    nonce === undefined ? "style-src 'self'" : `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "worker-src 'self'",
    "manifest-src 'self'",
    "base-uri 'self'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    // The address of the worker that all tabs share; see src/web/api/connect-worker.ts.
    'trusted-types bangui-worker',
  ].join('; ')
}

/** For every answer. Pages replace the policy by one with their nonce. HSTS only where the console is known to be behind https. */
export function securityHeaders(options: { https: boolean }): RequestHandler {
  const policy = contentSecurityPolicy()
  const others = helmet({
    contentSecurityPolicy: false,
    strictTransportSecurity: options.https ? { maxAge: 15_552_000, includeSubDomains: false } : false,
    referrerPolicy: { policy: 'no-referrer' },
    xFrameOptions: { action: 'deny' },
    xDnsPrefetchControl: false,
    xDownloadOptions: false,
    xPermittedCrossDomainPolicies: false,
    xXssProtection: false,
  })
  return (req, res, next) => {
    res.setHeader('Content-Security-Policy', policy)
    res.setHeader('Permissions-Policy', 'camera=(), geolocation=(), microphone=(), payment=(), usb=()')
    others(req, res, next)
  }
}
