import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

/** The HTTP server cannot listen where it was told to; the message names the remedy. */
export class CannotListen extends Error {
  override readonly name = 'CannotListen'
}

export interface HttpServer {
  readonly host: string
  /** The real one, also where port 0 was asked for. */
  readonly port: number
  /** Accepts nothing new, lets requests under way finish until the deadline, then cuts them. */
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
  server.listen(at.port, at.host)
  try {
    await once(server, 'listening')
  } catch (error) {
    throw new CannotListen(explain(error, at), { cause: error })
  }
  const address = server.address() as AddressInfo
  return { host: at.host, port: address.port, close: (deadlineMs) => close(server, deadlineMs) }
}

async function close(server: Server, deadlineMs: number): Promise<void> {
  const closed = once(server, 'close')
  server.close()
  // A connection becomes idle when its last answer is out; nobody else would close it then.
  const sweep = setInterval(() => server.closeIdleConnections(), 50)
  const cut = setTimeout(() => server.closeAllConnections(), deadlineMs)
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
