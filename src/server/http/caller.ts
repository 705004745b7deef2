import type { Request, Response } from 'express'
import { clientAddress } from './client-address.ts'
import { cookieKind, readCookie, type PublicUrl } from './cookies.ts'
import type { Caller } from './endpoint.ts'
import type { BrowserSessions } from './session.ts'

const YEAR_MS = 365 * 86_400_000
/** Enough to recognise a browser in the list of sessions. */
const USER_AGENT_LENGTH = 256

export interface CallerDeps {
  readonly sessions: BrowserSessions
  readonly publicUrl: PublicUrl | undefined
  readonly now: () => number
}

export function createCaller(deps: CallerDeps): (req: Request, res: Response) => Caller {
  const device = cookieKind('bangui.device', deps.publicUrl)
  return (req, res) => {
    const userAgent = (req.get('user-agent') ?? '').slice(0, USER_AGENT_LENGTH)
    return {
      get address() {
        return clientAddress(req)
      },
      userAgent,
      requestId: req.context.id,
      async signIn(user) {
        const createdAt = deps.now()
        const { idHash } = await deps.sessions.begin(req, res, {
          userId: user.id,
          authVersion: user.authVersion,
          createdAt,
          address: clientAddress(req),
          userAgent,
        })
        return { sessionIdHash: idHash, createdAt }
      },
      signOut: () => deps.sessions.end(req, res),
      keepSignedIn: (authVersion) => deps.sessions.keep(req, authVersion),
      get deviceToken() {
        return readCookie(req, device.name)
      },
      setDeviceToken(token) {
        res.cookie(device.name, token, { ...device.options, maxAge: YEAR_MS })
      },
    }
  }
}
