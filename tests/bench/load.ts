import { connect, type Socket } from 'node:net'

export interface LoadResult {
  readonly requests: number
  readonly failures: number
  /** Milliseconds, sorted. */
  readonly latencies: readonly number[]
}

/**
 * Keeps `connections` keep-alive connections busy with one GET each until the time is over. Answers must have a
 * Content-Length (or be 304), status 2xx or 304, and `bytes` in their body where that is told; anything else counts as a
 * failure. Loopback only.
 */
export async function load(options: {
  port: number
  path: string
  /** `Cookie` headers, used in turn: one session may not make as many requests as a measurement needs. */
  cookies?: readonly string[]
  bytes?: number
  connections: number
  seconds: number
}): Promise<LoadResult> {
  const line = `GET ${options.path} HTTP/1.1\r\nHost: 127.0.0.1:${options.port}\r\n`
  const requests = (options.cookies ?? []).map((cookie) => Buffer.from(`${line}Cookie: ${cookie}\r\n\r\n`))
  if (requests.length === 0) requests.push(Buffer.from(`${line}\r\n`))
  let next = 0
  const until = performance.now() + options.seconds * 1000
  const latencies: number[] = []
  let failures = 0
  const one = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const socket = connect({ host: '127.0.0.1', port: options.port, noDelay: true })
      let sentAt = 0
      const send = (): void => {
        sentAt = performance.now()
        socket.write(requests[next++ % requests.length] ?? '')
      }
      socket.once('connect', send)
      socket.once('error', reject)
      onAnswers(socket, (status, bytes) => {
        latencies.push(performance.now() - sentAt)
        const isRight =
          status === 304 || (status >= 200 && status <= 299 && bytes === (options.bytes ?? bytes))
        if (!isRight) failures += 1
        if (performance.now() < until) return send()
        socket.end()
        return resolve()
      })
    })
  await Promise.all(Array.from({ length: options.connections }, one))
  return { requests: latencies.length, failures, latencies: latencies.toSorted((a, b) => a - b) }
}

function onAnswers(socket: Socket, answered: (status: number, bytes: number) => void): void {
  let head = ''
  let missing = 0
  let status = 0
  let length = 0
  socket.on('data', (chunk: Buffer) => {
    if (missing > 0) {
      missing -= chunk.length
      if (missing <= 0) answered(status, length)
      return
    }
    head += chunk.toString('latin1')
    const end = head.indexOf('\r\n\r\n')
    if (end < 0) return
    status = Number(head.slice(9, 12))
    length = Number(/\r\ncontent-length: (\d+)/i.exec(head.slice(0, end))?.[1] ?? 0)
    missing = end + 4 + length - head.length
    head = ''
    if (missing <= 0) answered(status, length)
  })
}

export function percentile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}
