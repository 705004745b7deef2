import type { Json } from '../../lib/json.ts'
import { messageOf } from '../../lib/errors.ts'
import { NobodyServes, RequestFailed, RequestTimeout, type Requests } from '../state-provider.ts'
import { copyJson } from '../json-copy.ts'
import type { NodeLife } from '../node-life.ts'

const REMEMBER_MS = 600_000
const MOST_REMEMBERED = 10_000

type Answer = { readonly ok: true; readonly value: Json } | { readonly ok: false; readonly error: string }

interface Server {
  readonly takes: () => boolean
  readonly handler: (payload: Json) => Promise<Json>
  readonly answering: Set<Promise<Answer>>
}

interface Remembered {
  readonly answer: Promise<Answer>
  /** Undefined while it is being worked on. */
  forgetAt: number | undefined
}

/** Who serves what, and what was asked lately, over all nodes. */
export interface Exchange {
  readonly servers: Map<string, Server[]>
  readonly remembered: Map<string, Remembered>
}

/** Forgets old answers; `at` is in the same monotonic milliseconds as below. */
export function sweepAnswers({ remembered }: Exchange, at: number): void {
  let surplus = remembered.size - MOST_REMEMBERED
  for (const [key, { forgetAt }] of remembered) {
    if (forgetAt === undefined || (surplus <= 0 && forgetAt > at)) continue
    remembered.delete(key)
    surplus -= 1
  }
}

export function createMemoryRequests(
  exchange: Exchange,
  { monotonicMs, ...node }: NodeLife & { monotonicMs: () => number },
): Requests {
  const { servers, remembered } = exchange

  function ask(to: string, key: string, question: Json): Promise<Answer> {
    const known = remembered.get(key)
    if (known && (known.forgetAt ?? Infinity) > monotonicMs()) return known.answer
    const server = servers.get(to)?.findLast(({ takes }) => takes())
    if (!server) throw new NobodyServes(`Nobody serves ${to}.`)
    const answer = handle(server, question)
    const entry: Remembered = { answer, forgetAt: undefined }
    remembered.delete(key)
    remembered.set(key, entry)
    void answer.then(() => (entry.forgetAt = monotonicMs() + REMEMBER_MS))
    if (remembered.size > MOST_REMEMBERED) sweepAnswers(exchange, monotonicMs())
    return answer
  }

  return {
    async send(to, payload, { id, timeoutMs }) {
      node.assertRunning()
      const answer = await withinTime(ask(to, `${to}\0${id}`, copyJson(payload)), to, timeoutMs)
      if (!answer.ok) throw new RequestFailed(`${to} failed to carry out the request: ${answer.error}`)
      return copyJson(answer.value)
    },

    async serve(to, handler, { takes = () => true } = {}) {
      node.assertRunning()
      const server: Server = { takes, handler, answering: new Set() }
      servers.set(to, [...(servers.get(to) ?? []), server])
      const leave = node.owns(() => {
        const others = (servers.get(to) ?? []).filter((other) => other !== server)
        if (others.length > 0) servers.set(to, others)
        else servers.delete(to)
      })
      return async () => {
        leave()
        await Promise.all(server.answering)
      }
    },
  }
}

/** Never rejects. */
function handle(server: Server, question: Json): Promise<Answer> {
  const answer = (async (): Promise<Answer> => {
    try {
      return { ok: true, value: copyJson(await server.handler(question)) }
    } catch (error) {
      return { ok: false, error: messageOf(error) }
    }
  })()
  server.answering.add(answer)
  void answer.then(() => server.answering.delete(answer))
  return answer
}

async function withinTime<T>(work: Promise<T>, to: string, timeoutMs: number): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(
    () => reject(new RequestTimeout(`${to} did not answer within ${timeoutMs} ms.`)),
    timeoutMs,
  )
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}
