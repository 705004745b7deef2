import { once } from 'node:events'
import { Agent, createServer, request, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface HttpBalancer {
  /** `http://127.0.0.1:PORT`. */
  readonly url: string
  /** Requests that were passed to each target, by its URL. */
  readonly passed: ReadonlyMap<string, number>
  /** Why it had to answer 502: no target, or one that broke off, answered. */
  readonly failures: readonly string[]
  /** Puts others in the place of the targets, from the next request on. */
  use(urls: readonly string[]): void
  stop(): Promise<void>
}

const IDEMPOTENT = new Set(['GET', 'HEAD'])
/** Those of one hop are not for the next. */
const HOP_BY_HOP = ['connection', 'keep-alive', 'transfer-encoding', 'upgrade']

/**
 * A reverse proxy that gives each request to the next target in turn, whoever sends it: no stickiness. A target that
 * refuses or resets the connection before it answers is passed over, for a request that may be repeated.
 */
export async function startHttpBalancer(
  urls: readonly string[],
  options: { keepAlive?: boolean; port?: number } = {},
): Promise<HttpBalancer> {
  const agent = new Agent({ keepAlive: options.keepAlive ?? true })
  const passed = new Map<string, number>()
  let targets = [...urls]
  let turn = 0
  const failures: string[] = []

  const next = (): string => targets[turn++ % targets.length] ?? ''

  function fail(res: ServerResponse, why: string): void {
    failures.push(why)
    if (res.headersSent) res.destroy()
    else res.writeHead(502, { 'content-type': 'text/plain' }).end('No target answered.\n')
  }

  function pass(req: IncomingMessage, res: ServerResponse, triesLeft: number): void {
    const target = next()
    passed.set(target, (passed.get(target) ?? 0) + 1)
    const headers = {
      ...without(req.headers),
      'x-forwarded-for': req.headers['x-forwarded-for'] ?? req.socket.remoteAddress,
    }
    const asked = request(`${target}${req.url}`, { method: req.method ?? 'GET', headers, agent })
    asked.on('response', (answer) => {
      res.writeHead(answer.statusCode ?? 502, without(answer.headers))
      answer.on('error', () => res.destroy())
      answer.pipe(res)
    })
    asked.on('error', (error: NodeJS.ErrnoException) => {
      const mayRepeat = IDEMPOTENT.has(req.method ?? '') && !res.headersSent && triesLeft > 0
      // Nobody took the connection, or a kept one closed just as the request went out on it.
      const isUnheard = error.code === 'ECONNREFUSED' || error.code === 'ECONNRESET'
      if (isUnheard && mayRepeat) pass(req, res, triesLeft - 1)
      else if (!res.destroyed)
        fail(res, `${target}: ${error.message} (${asked.reusedSocket ? 'kept' : 'new'} connection)`)
    })
    res.once('close', () => asked.destroy())
    if (IDEMPOTENT.has(req.method ?? '')) asked.end()
    else req.pipe(asked)
  }

  const server = createServer({ keepAliveTimeout: 75_000 }, (req, res) => pass(req, res, targets.length - 1))
  server.listen(options.port ?? 0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    passed,
    failures,
    use: (others) => void (targets = [...others]),
    async stop() {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
      agent.destroy()
    },
  }
}

function without(headers: IncomingMessage['headers']): IncomingMessage['headers'] {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !HOP_BY_HOP.includes(name)))
}
