import { Agent, request } from 'node:http'

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
  readonly headers?: Readonly<Record<string, string>>
  /** Clients that keep their connection, one request after another. */
  readonly kept: number
  /** Clients with a new connection for every request. */
  readonly fresh: number
  readonly timeoutMs?: number
}

/** Requests without a pause, from several clients, which repeat nothing. */
export function startLoad(url: string, options: LoadOptions): Load {
  const { path, headers = {}, timeoutMs = 15_000 } = options
  const answers = new Map<number, number>()
  const failures: string[] = []
  let refused = 0
  const over = new AbortController()

  function ask(agent: Agent | false): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
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
      if (refused > refusedBefore) await new Promise((resolve) => setTimeout(resolve, 20))
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
