import { Agent, request } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'

export interface Load {
  /** Answers so far, by status. */
  readonly answers: ReadonlyMap<number, number>
  /** Requests that got no answer, by what happened. A refused connection is none of them: nobody had taken the request. */
  readonly failures: readonly string[]
  refused(): number
  total(): number
  /** Ends it and waits for the requests under way. */
  stop(): Promise<void>
}

export interface LoadOptions {
  readonly path: string
  /** Sessions to ask with, in turn. */
  readonly cookies?: readonly string[]
  /** Clients that keep their connection, one request after another. */
  readonly kept: number
  /** Clients with a new connection for every request. */
  readonly fresh: number
  /** Between two requests of a client; none unless named. */
  readonly pauseMs?: number
  readonly timeoutMs?: number
}

/** Requests one after another from several clients, which repeat nothing. */
export function startLoad(url: string, options: LoadOptions): Load {
  const { path, cookies = [], pauseMs = 0, timeoutMs = 15_000 } = options
  const answers = new Map<number, number>()
  const failures: string[] = []
  let refused = 0
  let turn = 0
  const over = new AbortController()

  function ask(agent: Agent | false): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    const cookie = cookies[turn++ % cookies.length]
    const headers = cookie === undefined ? {} : { cookie }
    const asked = request(`${url}${path}`, { agent, headers, timeout: timeoutMs })
    asked.on('response', (answer) => {
      answers.set(answer.statusCode ?? 0, (answers.get(answer.statusCode ?? 0) ?? 0) + 1)
      answer.on('error', (error) => failures.push(`answer cut: ${error.message}`))
      answer.on('close', resolve)
      answer.resume()
    })
    asked.on('timeout', () => asked.destroy(new Error(`no answer within ${timeoutMs} ms`)))
    asked.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ECONNREFUSED') refused += 1
      else failures.push(`${asked.reusedSocket ? 'kept' : 'new'} connection: ${error.message}`)
      resolve()
    })
    asked.end()
    return promise
  }

  async function client(agent: Agent | false): Promise<void> {
    while (!over.signal.aborted) {
      const refusedBefore = refused
      await ask(agent)
      // Nobody is there: asking without a pause would only keep the machine busy.
      const pauseNow = refused > refusedBefore ? 20 : pauseMs
      if (pauseNow > 0) await pause(pauseNow, undefined, { signal: over.signal }).catch(() => undefined)
    }
    if (agent) agent.destroy()
  }

  const clients = [
    ...Array.from({ length: options.kept }, () => client(new Agent({ keepAlive: true, maxSockets: 1 }))),
    ...Array.from({ length: options.fresh }, () => client(false)),
  ]
  return {
    answers,
    failures,
    refused: () => refused,
    total: () => [...answers.values()].reduce((sum, count) => sum + count, 0) + failures.length,
    async stop() {
      over.abort()
      await Promise.all(clients)
    },
  }
}
