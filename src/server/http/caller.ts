import type { Request, Response } from 'express'
import { clientAddress, proxySeen } from './client-address.ts'
import { cookieKind, readCookie, type CookieKind, type PublicUrl } from './cookies.ts'
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
  return (req, res) => new RequestCaller(deps, device, req, res)
}

/** A class, as few handlers ask anything of it: what it tells is worked out when asked, on every request nothing is. */
class RequestCaller implements Caller {
  readonly #deps: CallerDeps
  readonly #device: CookieKind
  readonly #req: Request
  readonly #res: Response

  constructor(deps: CallerDeps, device: CookieKind, req: Request, res: Response) {
    this.#deps = deps
    this.#device = device
    this.#req = req
    this.#res = res
  }

  get address(): string {
    return clientAddress(this.#req)
  }

  get proxy(): Caller['proxy'] {
    return proxySeen(this.#req)
  }

  get userAgent(): string {
    return (this.#req.get('user-agent') ?? '').slice(0, USER_AGENT_LENGTH)
  }

  get requestId(): string {
    return this.#req.context.id
  }

  get deviceToken(): string | undefined {
    return readCookie(this.#req, this.#device.name)
  }

  setDeviceToken(token: string): void {
    this.#res.cookie(this.#device.name, token, { ...this.#device.options, maxAge: YEAR_MS })
  }

  async signIn(user: { id: string; authVersion: number }): ReturnType<Caller['signIn']> {
    const createdAt = this.#deps.now()
    const { idHash } = await this.#deps.sessions.begin(this.#req, this.#res, {
      userId: user.id,
      authVersion: user.authVersion,
      createdAt,
      address: this.address,
      userAgent: this.userAgent,
    })
    return { sessionIdHash: idHash, createdAt }
  }

  signOut(): Promise<void> {
    return this.#deps.sessions.end(this.#req, this.#res)
  }

  keepSignedIn(authVersion: number): Promise<void> {
    return this.#deps.sessions.keep(this.#req, authVersion)
  }
}
