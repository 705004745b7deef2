import { once } from 'node:events'
import { createServer, type RequestListener, type Server, type ServerResponse } from 'node:http'
import { Server as NetServer, type AddressInfo } from 'node:net'
import { pause } from '../lib/pause.ts'

/** How long a kept connection may go on without a request while the server closes. */
const IDLE_GRACE_MS = 500

/** The HTTP server cannot listen where it was told to; the message names the remedy. */
export class CannotListen extends Error {
  override readonly name = 'CannotListen'
}

export interface HttpServer {
  readonly host: string
  /** The real one, also where port 0 was asked for. */
  readonly port: number
  /** Requests under way are answered with `Connection: close`. Whoever serves those that still come says so himself. */
  keepNoConnection(): void
  /**
   * Accepts no new connection, lets requests under way finish until the deadline, then cuts them. A request that still comes
   * on a kept connection is served.
   */
  close(deadlineMs: number): Promise<void>
}

export async function listen(
  handler: RequestListener,
  at: { host: string; port: number },
): Promise<HttpServer> {
  const server = createServer(
    // An idle connection must not be closed just as a request arrives on it: of the usual proxies none keeps one longer than the
    // two minutes of Caddy, so the proxy is the one that closes it.
    { keepAliveTimeout: 130_000, headersTimeout: 30_000, requestTimeout: 60_000, maxHeaderSize: 16_384 },
    handler,
  )
  const underWay = new Set<ServerResponse>()
  server.on('request', (_req, res) => {
    underWay.add(res)
    res.on('close', () => underWay.delete(res))
  })
  server.listen(at.port, at.host)
  try {
    await once(server, 'listening')
  } catch (error) {
    throw new CannotListen(explain(error, at), { cause: error })
  }
  const address = server.address() as AddressInfo
  const keepNoConnection = (): void => {
    for (const res of underWay) if (!res.headersSent) res.setHeader('Connection', 'close')
  }
  return {
    host: at.host,
    port: address.port,
    keepNoConnection,
    async close(deadlineMs) {
      keepNoConnection()
      await close(server, deadlineMs)
    },
  }
}

async function close(server: Server, deadlineMs: number): Promise<void> {
  const ended = new AbortController()
  const closed = once(server, 'close').then(() => ended.abort())
  const cut = setTimeout(() => server.closeAllConnections(), deadlineMs)
  // An HTTP server's own `close` ends idle connections at once, and with them the request that may just be arriving on one.
  NetServer.prototype.close.call(server)
  await pause(Math.min(IDLE_GRACE_MS, deadlineMs), ended.signal)
  // A connection becomes idle when its last answer is out; nobody else would close it then.
  server.closeIdleConnections()
  const sweep = setInterval(() => server.closeIdleConnections(), 50)
  await closed
  clearInterval(sweep)
  clearTimeout(cut)
}

function explain(error: unknown, at: { host: string; port: number }): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  const where = `${at.host} port ${at.port}`
  switch (code) {
    case 'EADDRINUSE':
      return `Another program already listens on ${where}. Stop it, or set PORT to a free one.`
    case 'EACCES':
      return `This user may not listen on ${where}. Set PORT to 1024 or more and put a proxy in front.`
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return `This machine has no address ${at.host}. Set HOST to one it has, or to 0.0.0.0 for all.`
    default:
      return `Cannot listen on ${where}: ${String(error)}`
  }
}
