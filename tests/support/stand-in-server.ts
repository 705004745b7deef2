import { connect, createServer, type Socket } from 'node:net'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createFrameSplitter } from '../../src/server/fail2ban/protocol/frame-splitter.ts'
import { decodePickle } from '../../src/server/fail2ban/protocol/pickle-decoder.ts'
import type { PickleValue } from '../../src/server/fail2ban/protocol/pickle-values.ts'

export interface StandInServer {
  readonly socketPath: string
  stop(): Promise<void>
}

/** Something on a unix socket that is not fail2ban: does with each connection what the test says. */
export async function startStandIn(onConnection: (socket: Socket) => void): Promise<StandInServer> {
  const folder = mkdtempSync(join(tmpdir(), 'bangui-stand-in-'))
  const socketPath = join(folder, 'server.sock')
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => socket.destroy())
    onConnection(socket)
  })
  await new Promise<void>((resolve) => server.listen(socketPath, resolve))
  return {
    socketPath,
    stop: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy()
        server.close(() => {
          rmSync(folder, { recursive: true, force: true })
          resolve()
        })
      }),
  }
}

/** A relay to a real fail2ban that writes down every request that passes. */
export async function startRecorder(target: string): Promise<StandInServer & { requests: PickleValue[] }> {
  const requests: PickleValue[] = []
  const relay = await startStandIn((socket) => {
    const onward = connect(target)
    const splitter = createFrameSplitter({ maxMessageBytes: 64 << 20 })
    socket.on('data', (chunk) => {
      requests.push(...splitter.push(chunk).map((message) => decodePickle(message)))
      onward.write(chunk)
    })
    onward.on('data', (chunk) => socket.write(chunk))
    onward.on('close', () => socket.destroy())
    onward.on('error', () => socket.destroy())
    socket.on('close', () => onward.destroy())
  })
  return { ...relay, requests }
}
