import type { Request, Response } from 'express'
import type { $ZodType, output } from 'zod/v4/core'
import type { ProxySeen } from '../../shared/health.ts'
import type { Account, Role } from '../../shared/session.ts'

/** `public`: no session needed. Otherwise the least role that may call it. */
export type Access = 'public' | Role

/** Who calls. `sessionIdHash` is what the session list shows. */
export interface Actor extends Account {
  readonly sessionIdHash: string
  readonly sessionCreatedAt: number
}

/** What a handler may know of the request beyond its parsed input. */
export interface Caller {
  /** Canonical client address, after trusted proxies. */
  readonly address: string
  /** Whether a proxy that forwards for somebody is in between, and whether it is believed. */
  readonly proxy: ProxySeen
  readonly userAgent: string
  readonly requestId: string
  /** Begins a session for the user, with a new id; resolves once it is stored. */
  signIn(user: { id: string; authVersion: number }): Promise<{ sessionIdHash: string; createdAt: number }>
  /** Ends this browser's session; resolves once it is destroyed. */
  signOut(): Promise<void>
  /** Carries this browser's session over a raised auth version, which ends all others. */
  keepSignedIn(authVersion: number): Promise<void>
  /** Reads and writes the long-lived cookie that marks a browser which has signed in before. */
  readonly deviceToken: string | undefined
  setDeviceToken(token: string): void
}

type Parsed<T extends $ZodType | undefined> = T extends $ZodType ? output<T> : undefined

export interface HandlerInput<
  A extends Access,
  P extends $ZodType | undefined,
  Q extends $ZodType | undefined,
  B extends $ZodType | undefined,
> {
  readonly params: Parsed<P>
  readonly query: Parsed<Q>
  readonly body: Parsed<B>
  readonly actor: A extends 'public' ? undefined : Actor
  readonly caller: Caller
}

/**
 * One operation of the API as a value; router, validation, OpenAPI and the access-matrix test are made from the list of them.
 * The answer is parsed with `response` too, so only what the schema names leaves the server.
 */
export interface Endpoint {
  readonly method: 'get' | 'post' | 'put' | 'patch' | 'delete'
  /** Below /api/v1, with OpenAPI's `{name}` for parameters. */
  readonly path: string
  readonly summary: string
  /** OpenAPI tag: the noun. */
  readonly tag: string
  readonly access: Access
  readonly params: $ZodType | undefined
  readonly query: $ZodType | undefined
  readonly body: $ZodType | undefined
  readonly response: $ZodType | undefined
  /** Status of success: 204 without a response schema, else 200 unless said. */
  readonly status: number
  readonly handle: (input: HandlerInput<Access, $ZodType, $ZodType, $ZodType>) => Promise<unknown>
  /** Takes over the response (server-sent events, a download); `handle` is then not called. */
  readonly stream?: (req: Request, res: Response, actor: Actor, query: unknown) => Promise<void>
  /** Of a stream. */
  readonly mediaTypes?: readonly string[]
}

interface EndpointOptions<
  A extends Access,
  P extends $ZodType | undefined,
  Q extends $ZodType | undefined,
  B extends $ZodType | undefined,
  R extends $ZodType | undefined,
> {
  method: Endpoint['method']
  path: string
  summary: string
  tag: string
  access: A
  params?: P
  query?: Q
  body?: B
  response?: R
  status?: number
  handle: (input: HandlerInput<A, P, Q, B>) => Promise<R extends $ZodType ? output<R> : void>
}

export function endpoint<
  A extends Access,
  P extends $ZodType | undefined = undefined,
  Q extends $ZodType | undefined = undefined,
  B extends $ZodType | undefined = undefined,
  R extends $ZodType | undefined = undefined,
>(options: EndpointOptions<A, P, Q, B, R>): Endpoint {
  return {
    method: options.method,
    path: options.path,
    summary: options.summary,
    tag: options.tag,
    access: options.access,
    params: options.params,
    query: options.query,
    body: options.body,
    response: options.response,
    status: options.status ?? (options.response === undefined ? 204 : 200),
    // The list holds endpoints of all shapes; `serve` parses with these very schemas before it calls.
    handle: options.handle as unknown as Endpoint['handle'],
  }
}

/** An endpoint whose answer is written bit by bit: server-sent events unless `mediaTypes` says otherwise. */
export function streamEndpoint<Q extends $ZodType | undefined = undefined>(options: {
  path: string
  summary: string
  tag: string
  access: Role
  query?: Q
  mediaTypes?: readonly string[]
  stream: (req: Request, res: Response, actor: Actor, query: Parsed<Q>) => Promise<void>
}): Endpoint {
  return {
    method: 'get',
    path: options.path,
    summary: options.summary,
    tag: options.tag,
    access: options.access,
    params: undefined,
    query: options.query,
    body: undefined,
    response: undefined,
    status: 200,
    handle: () => Promise.reject(new Error('a stream endpoint has no handler')),
    // As with `handle`: parsed with `query` before it is called.
    stream: options.stream as NonNullable<Endpoint['stream']>,
    mediaTypes: options.mediaTypes ?? ['text/event-stream'],
  }
}
