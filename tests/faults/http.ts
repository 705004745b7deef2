import { Agent, request as requestHttp, type IncomingMessage } from 'node:http'
import { request as requestHttps } from 'node:https'

export interface Answer {
  /** When it was asked for, by `performance.now`. */
  readonly at: number
  readonly ms: number
  readonly url: string
  /** 0: no answer came; `error` says why. */
  readonly status: number
  readonly error: string
  /** Whole `Set-Cookie` lines. */
  readonly setCookie: readonly string[]
  readonly retryAfter: string | undefined
  readonly body: string
}

export interface Question {
  readonly method?: string
  readonly cookie?: string
  /** Sent as JSON. */
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
  /** Whoever waits longer gives up, with status 0; 40 s unless named. */
  readonly timeoutMs?: number
  /** For https an agent of that kind, which knows whom to believe. */
  readonly agent?: Agent
}

/** Connections are kept, as browsers and proxies keep them. */
const keptConnections = new Agent({ keepAlive: true, maxSockets: 200 })

/** Asks once and never rejects: a fault test wants to know what became of each request. */
export function ask(url: string, question: Question = {}): Promise<Answer> {
  const { method = 'GET', cookie, body, timeoutMs = 40_000, agent = keptConnections } = question
  const text = body === undefined ? undefined : JSON.stringify(body)
  const at = performance.now()
  const nothing = { at, url, setCookie: [], retryAfter: undefined, body: '' }
  const headers = {
    ...question.headers,
    ...(cookie === undefined ? {} : { cookie }),
    ...(text === undefined ? {} : { 'content-type': 'application/json' }),
  }
  return new Promise((resolve) => {
    const fail = (error: Error): void =>
      resolve({ ...nothing, ms: performance.now() - at, status: 0, error: error.message })
    const request = url.startsWith('https:') ? requestHttps : requestHttp
    const asked = request(url, { method, headers, agent, signal: AbortSignal.timeout(timeoutMs) })
    asked.on('error', fail)
    asked.on('response', (response: IncomingMessage) => {
      let received = ''
      response.setEncoding('utf8')
      response.on('data', (chunk: string) => (received += chunk))
      response.on('error', fail)
      response.on('end', () =>
        resolve({
          ...nothing,
          ms: performance.now() - at,
          status: response.statusCode ?? 0,
          error: '',
          setCookie: response.headers['set-cookie'] ?? [],
          retryAfter: response.headers['retry-after'],
          body: received,
        }),
      )
    })
    asked.end(text)
  })
}

export const API = '/api/v1'

/** `GET /session`: 200 for whoever is signed in. */
export const whoAmI = (url: string, cookie: string): Promise<Answer> =>
  ask(`${url}${API}/session`, { cookie })

/** How often each status came. */
export function tally(answers: ReadonlyArray<Pick<Answer, 'status'>>): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const { status } of answers) counts[status] = (counts[status] ?? 0) + 1
  return counts
}
