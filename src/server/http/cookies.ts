import { createHmac, timingSafeEqual } from 'node:crypto'
import type { CookieOptions, Request } from 'express'

/** The console's address in the browser, as far as it was configured. */
export interface PublicUrl {
  readonly origin: string
  /** Begins and ends with a slash. */
  readonly basePath: string
  readonly secure: boolean
}

/** The first one signs; all are accepted. */
export type Secrets = readonly [string, ...string[]]

export interface CookieKind {
  readonly name: string
  readonly options: CookieOptions
}

/**
 * Under https the prefix makes browsers refuse the cookie from anywhere but this host over https, so that neither a
 * neighbouring subdomain nor plain http can plant one. `__Host-` demands the path `/`.
 */
export function cookieKind(baseName: string, publicUrl: PublicUrl | undefined): CookieKind {
  const { basePath, secure } = publicUrl ?? { basePath: '/', secure: false }
  const secured = basePath === '/' ? '__Host-' : '__Secure-'
  return {
    name: `${secure ? secured : ''}${baseName}`,
    options: {
      path: basePath === '/' ? '/' : basePath.slice(0, -1),
      httpOnly: true,
      sameSite: 'lax',
      secure,
    },
  }
}

export function readCookie(req: Request, name: string): string | undefined {
  const start = `${name}=`
  const found = (req.headers.cookie ?? '')
    .split(';')
    .map((part) => part.trimStart())
    .find((part) => part.startsWith(start))
  if (found === undefined) return undefined
  try {
    return decodeURIComponent(found.slice(start.length))
  } catch {
    return undefined
  }
}

/** `s:value.signature`, express-session's format. */
export function sign(value: string, secrets: Secrets): string {
  return `s:${value}.${signature(value, secrets[0])}`
}

function signature(value: string, secret: string): string {
  return createHmac('sha256', secret).update(value).digest('base64').replace(/=+$/, '')
}

/** The value that the signature vouches for. */
export function unsign(signed: string, secrets: Secrets): string | undefined {
  const dot = signed.lastIndexOf('.')
  if (!signed.startsWith('s:') || dot < 3) return undefined
  const value = signed.slice(2, dot)
  // As text: base64 has many spellings of the same bytes, and a cookie has one.
  const given = Buffer.from(signed.slice(dot + 1))
  const genuine = secrets.some((secret) => {
    const expected = Buffer.from(signature(value, secret))
    return expected.length === given.length && timingSafeEqual(expected, given)
  })
  return genuine ? value : undefined
}
