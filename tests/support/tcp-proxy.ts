import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'

export interface TcpProxy {
  readonly port: number
  /** Open connections of clients. */
  connections(): number
  /** Milliseconds that every byte takes in each direction: half of a round trip. */
  delay(ms: number): void
  /** A partition: what either end sends is lost and no connection notices. `heal` resets those that lost something. */
  cut(): void
  /** A partition that loses nothing: what either end sends arrives after `heal`, however late. */
  hold(): void
  /** Resets all connections, and every new one. */
  refuse(): void
  heal(): void
  stop(): Promise<void>
}

/** Stands between a client and a server of this machine, and makes the line between them a bad one. */
export async function startTcpProxy(targetPort: number): Promise<TcpProxy> {
  let state: 'open' | 'cut' | 'held' | 'refused' = 'open'
  let delayMs = 0
  const pairs = new Set<Pair>()

  const server = createServer({ allowHalfOpen: true }, (client) => {
    if (state === 'refused') {
      client.resetAndDestroy()
      return
    }
    const upstream = connect({ host: '127.0.0.1', port: targetPort, allowHalfOpen: true, noDelay: true })
    client.setNoDelay(true)
    const pair = new Pair(client, upstream, { isCut: () => state === 'cut', delayMs: () => delayMs })
    pairs.add(pair)
    if (state === 'held') pair.hold()
    client.once('close', () => pairs.delete(pair))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')

  const resetAll = (): void => {
    for (const pair of pairs) pair.reset()
  }
  return {
    port: (server.address() as AddressInfo).port,
    connections: () => pairs.size,
    delay: (ms) => void (delayMs = ms),
    cut: () => void (state = 'cut'),
    hold() {
      state = 'held'
      for (const pair of pairs) pair.hold()
    },
    refuse() {
      state = 'refused'
      resetAll()
    },
    heal() {
      state = 'open'
      for (const pair of pairs) {
        if (pair.hasLost) pair.reset()
        else pair.release()
      }
    },
    async stop() {
      server.close()
      resetAll()
      await once(server, 'close')
    },
  }
}

interface Line {
  readonly isCut: () => boolean
  readonly delayMs: () => number
}

class Pair {
  #hasLost = false
  readonly #ends: readonly [Socket, Socket]
  readonly #line: Line

  constructor(client: Socket, upstream: Socket, line: Line) {
    this.#ends = [client, upstream]
    this.#line = line
    this.#relay(client, upstream)
    this.#relay(upstream, client)
  }

  get hasLost(): boolean {
    return this.#hasLost
  }

  reset(): void {
    for (const end of this.#ends) end.resetAndDestroy()
  }

  hold(): void {
    for (const end of this.#ends) end.pause()
  }

  release(): void {
    for (const end of this.#ends) end.resume()
  }

  #relay(from: Socket, to: Socket): void {
    /** In order, and never before what was sent earlier. */
    const pass = (deliver: () => void): void => {
      if (this.#line.isCut()) return void (this.#hasLost = true)
      const ms = this.#line.delayMs()
      if (ms === 0) deliver()
      else setTimeout(deliver, ms)
    }
    from.on('data', (chunk: Buffer) => pass(() => void to.write(chunk)))
    from.on('end', () => pass(() => void to.end()))
    from.on('error', () => pass(() => void to.resetAndDestroy()))
    from.on('close', () => pass(() => to.destroySoon()))
  }
}
