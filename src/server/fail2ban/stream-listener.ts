import { createServer, type Socket } from 'node:net'
import { createFrameSplitter, TERMINATOR } from './protocol/frame-splitter.ts'
import { PickleError } from './protocol/opcodes.ts'
import { decodePickle } from './protocol/pickle-decoder.ts'
import { encodePickle } from './protocol/pickle-encoder.ts'
import type { PickleValue } from './protocol/pickle-values.ts'

export interface StreamListener {
  /** The configuration that a fail2ban-client sent with `reload`; undefined until then. */
  received(): PickleValue | undefined
  close(): Promise<void>
}

const MAX_MESSAGE_BYTES = 16 << 20
const answer = (value: string): Buffer => Buffer.concat([encodePickle([0, value]), TERMINATOR])

/**
 * Stands in for a fail2ban-server towards one `fail2ban-client reload`: the client reads the configuration files, as only it
 * can, and hands us the commands it would have the server carry out. Nothing is applied.
 */
export async function listenForStream(socketPath: string): Promise<StreamListener> {
  const sockets = new Set<Socket>()
  let stream: PickleValue | undefined
  const server = createServer((socket) => {
    const splitter = createFrameSplitter({ maxMessageBytes: MAX_MESSAGE_BYTES })
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    socket.on('error', () => socket.destroy())
    socket.on('data', (chunk) => {
      try {
        for (const message of splitter.push(chunk)) {
          const request = decodePickle(message)
          const [verb, , , commands] = Array.isArray(request) ? request : []
          if (verb === 'reload') stream = commands
          socket.write(answer(verb === 'reload' ? 'OK' : 'pong'))
        }
      } catch (error) {
        // The client says good-bye with something that is no pickle.
        if (error instanceof PickleError) socket.end()
        else throw error
      }
    })
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(socketPath, resolve)
  })
  return {
    received: () => stream,
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy()
        server.close(() => resolve())
      }),
  }
}
