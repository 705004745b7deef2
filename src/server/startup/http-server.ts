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
  /**
   * Accepts no new connection, lets requests under way finish until the deadline, then cuts them. A request that still comes
   * on a kept connection is served; whoever serves it says `Connection: close`.
   */
  close(deadlineMs: number): Promise<void>
}

export async function listen(
  handler: RequestListener,
  at: { host: string; port: number },
): Promise<HttpServer> {
  const server = createServer(
    // Behind a proxy connections are kept for long; an idle one must not be closed just as a request arrives on it.
    { keepAliveTimeout: 75_000, headersTimeout: 30_000, requestTimeout: 60_000, maxHeaderSize: 16_384 },
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
  return {
    host: at.host,
    port: address.port,
    close: (deadlineMs) => close(server, underWay, deadlineMs),
  }
}

async function close(
  server: Server,
  underWay: ReadonlySet<ServerResponse>,
  deadlineMs: number,
): Promise<void> {
  const ended = new AbortController()
  const closed = once(server, 'close').then(() => ended.abort())
  const cut = setTimeout(() => server.closeAllConnections(), deadlineMs)
  // An HTTP server's own `close` ends idle connections at once, and with them the request that may just be arriving on one.
  NetServer.prototype.close.call(server)
  for (const res of underWay) if (!res.headersSent) res.setHeader('Connection', 'close')
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
