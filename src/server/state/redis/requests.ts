import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import { messageOf } from '../../lib/errors.ts'
import type { Json } from '../../lib/json.ts'
import type { Logger } from '../../lib/logger.ts'
import type { NodeLife } from '../node-life.ts'
import {
  RequestFailed,
  RequestLost,
  RequestTimeout,
  NobodyServes,
  StateUnavailable,
  type Requests,
} from '../state-provider.ts'
import { keys } from './keys.ts'
import type { RedisLink } from './link.ts'
import { ANSWER, ASK, LOOK, REGISTER, TAKE, UNREGISTER, WITHDRAW } from './request-scripts.ts'

/** A server that has not said for so long that it lives is dead. */
const ALIVE_MS = 4_000
const REGISTER_MS = 1_200
/** How often whoever waits looks by himself, should the word be missed. */
const LOOK_MS = 1_000
/** Requests that a server takes in one step. */
const MOST_AT_ONCE = 16
const REMEMBER_MS = 600_000
const MOST_REMEMBERED = 10_000
/** An answer that cannot be delivered is kept and offered again for so long. */
const ANSWER_RETRY_MS = 60_000

const Answer = z.discriminatedUnion('ok', [
  z.object({ ok: z.literal(true), value: z.unknown() }),
  z.object({ ok: z.literal(false), error: z.string() }),
])
type Answer = z.infer<typeof Answer>

const Message = z.discriminatedUnion('kind', [
  /** Something waits for a server of `to`. */
  z.object({ kind: z.literal('wake'), to: z.string() }),
  /** An answer for those of `nodes` that wait for it. */
  z.object({ kind: z.literal('answer'), to: z.string(), id: z.string(), nodes: z.string(), answer: Answer }),
])

const Taken = z.array(z.tuple([z.string(), z.string()]))
const Reply = z.tuple([z.enum(['answered', 'waiting', 'nobody', 'lost'])], z.string())

/** How every such message begins. */
const WAKE = '{"kind":"wake"'

type Fate =
  { readonly kind: 'answered'; readonly answer: Answer } | { readonly kind: 'waiting' | 'nobody' | 'lost' }

export interface RedisRequestsDeps {
  readonly link: RedisLink
  readonly node: NodeLife
  readonly channel: () => string
  readonly log: Pick<Logger, 'warn'> | undefined
}

/**
 * Requests wait in a list of Redis per address; a server takes each by a script that marks it as taken, so that nobody takes
 * it again, whatever becomes of him. Pub/sub only says that there is something to do; without it everybody looks each second.
 */
export function createRedisRequests(deps: RedisRequestsDeps) {
  const asking = new Asking(deps)
  const serving = new Serving(deps)
  const requests: Requests = {
    async send(to, payload, { id, timeoutMs }) {
      deps.node.assertRunning()
      const answer = await asking.ask(to, id, JSON.stringify(payload), timeoutMs)
      if (!answer.ok) throw new RequestFailed(`${to} failed to carry out the request: ${answer.error}`)
      return answer.value as Json
    },
    async serve(to, handler, options = {}) {
      deps.node.assertRunning()
      return serving.begin(to, handler, options.takes ?? (() => true))
    },
  }
  return {
    requests,
    hear(text: string): void {
      // Everybody hears everything: what is for others is not worth parsing.
      if (text.startsWith(WAKE) ? !serving.serves : !text.includes(asking.me)) return
      const message = Message.parse(JSON.parse(text))
      if (message.kind === 'wake') serving.wake(message.to)
      else asking.hear(message)
    },
  }
}

/** The side that asks. */
class Asking {
  readonly #deps: RedisRequestsDeps
  /** In every answer for this process. */
  readonly me = randomUUID()
  readonly #waiting = new Map<string, Set<(answer: Answer) => void>>()

  constructor(deps: RedisRequestsDeps) {
    this.#deps = deps
  }

  hear({ to, id, nodes, answer }: Extract<z.infer<typeof Message>, { kind: 'answer' }>): void {
    if (!nodes.includes(this.me)) return
    for (const resolve of this.#waiting.get(`${to}\0${id}`) ?? []) resolve(answer)
  }

  async ask(to: string, id: string, payload: string, timeoutMs: number): Promise<Answer> {
    const key = `${to}\0${id}`
    const { promise, resolve } = Promise.withResolvers<Answer>()
    const waiting = this.#waiting.get(key) ?? new Set()
    this.#waiting.set(key, waiting.add(resolve))
    try {
      const begun = await this.#begin(to, id, payload, timeoutMs)
      if (begun.kind === 'answered') return begun.answer
      if (begun.kind === 'nobody') throw new NobodyServes(`Nobody serves ${to}.`)
      return await this.#await(to, id, promise, performance.now() + timeoutMs)
    } finally {
      waiting.delete(resolve)
      if (waiting.size === 0 && this.#waiting.get(key) === waiting) this.#waiting.delete(key)
    }
  }

  async #begin(to: string, id: string, payload: string, timeoutMs: number): Promise<Fate> {
    const { link, channel } = this.#deps
    const wake = JSON.stringify({ kind: 'wake', to } satisfies z.infer<typeof Message>)
    const args = [id, payload, timeoutMs, this.me, REMEMBER_MS + timeoutMs, channel(), wake]
    return fateOf(await link.run(ASK, keysOf(to, id), args))
  }

  async #await(to: string, id: string, heard: Promise<Answer>, until: number): Promise<Answer> {
    for (;;) {
      const leftMs = until - performance.now()
      const answer = await withinMs(heard, Math.max(0, Math.min(LOOK_MS, leftMs)))
      if (answer) return answer
      const fate = leftMs > LOOK_MS ? await this.#look(to, id) : await this.#withdraw(to, id)
      if (fate.kind === 'answered') return fate.answer
      if (fate.kind === 'nobody') throw new NobodyServes(`Nobody took the request to ${to} in time.`)
      if (fate.kind === 'lost')
        throw new RequestLost(`The request to ${to} was taken, and whoever took it is gone.`)
      if (leftMs <= LOOK_MS) throw new RequestTimeout(`${to} did not answer in time.`)
    }
  }

  /** While Redis is away nothing is known, and the wait goes on. */
  #look(to: string, id: string): Promise<Fate> {
    return this.#deps.link.run(LOOK, keysOf(to, id), []).then(fateOf, () => ({ kind: 'waiting' }))
  }

  /** Takes back what nobody has taken, so that it is never carried out after its time. */
  #withdraw(to: string, id: string): Promise<Fate> {
    return this.#deps.link.run(WITHDRAW, keysOf(to, id), [id]).then(fateOf, () => ({ kind: 'waiting' }))
  }
}

interface Server {
  readonly token: string
  readonly to: string
  readonly handler: (payload: Json) => Promise<Json>
  readonly takes: () => boolean
  readonly answering: Set<Promise<void>>
  taking: boolean
  again: boolean
  over: boolean
}

/** The side that answers. */
class Serving {
  readonly #deps: RedisRequestsDeps
  readonly #servers = new Set<Server>()
  #timer: NodeJS.Timeout | undefined

  constructor(deps: RedisRequestsDeps) {
    this.#deps = deps
  }

  async begin(to: string, handler: Server['handler'], takes: () => boolean): Promise<() => Promise<void>> {
    const fresh = { taking: false, again: false, over: false }
    const server: Server = { token: randomUUID(), to, handler, takes, answering: new Set(), ...fresh }
    await this.#register(server)
    this.#servers.add(server)
    this.#timer ??= setInterval(() => this.#tick(), REGISTER_MS).unref()
    let left: Promise<void> | undefined
    const leave = this.#deps.node.owns(() => void (left = this.#leave(server)))
    this.#take(server)
    return async () => {
      leave()
      await left
      await Promise.all(server.answering)
    }
  }

  get serves(): boolean {
    return this.#servers.size > 0
  }

  wake(to: string): void {
    for (const server of this.#servers) if (server.to === to) this.#take(server)
  }

  #tick(): void {
    for (const server of this.#servers) {
      if (!server.takes()) continue
      // Registered first: who has been silent for too long is given nothing.
      this.#register(server).then(
        () => this.#take(server),
        () => undefined,
      )
    }
  }

  async #register({ to, token }: Server): Promise<void> {
    await this.#deps.link.run(REGISTER, [keys.requests.servers(to)], [token, ALIVE_MS])
  }

  async #leave(server: Server): Promise<void> {
    server.over = true
    this.#servers.delete(server)
    if (this.#servers.size === 0) {
      clearInterval(this.#timer)
      this.#timer = undefined
    }
    const { to, token } = server
    // Redis away: it is forgotten there by itself.
    await this.#deps.link.run(UNREGISTER, [keys.requests.servers(to)], [token]).catch(() => undefined)
  }

  /** Takes what there is, one after the other; they are carried out side by side. */
  #take(server: Server): void {
    server.again = true
    if (server.taking) return
    server.taking = true
    void this.#takeAll(server).finally(() => (server.taking = false))
  }

  async #takeAll(server: Server): Promise<void> {
    while (server.again && !server.over && server.takes()) {
      server.again = false
      const taken = await this.#takeSome(server)
      // There may be more.
      if (taken.length === MOST_AT_ONCE) server.again = true
      for (const [id, payload] of taken) {
        const work = this.#carryOut(server, id, payload).finally(() => server.answering.delete(work))
        server.answering.add(work)
      }
    }
  }

  async #takeSome({ to, token }: Server): Promise<z.infer<typeof Taken>> {
    const args = [token, keys.requests.request(to, ''), MOST_AT_ONCE]
    const reply = await this.#deps.link
      .run(TAKE, [keys.requests.queue(to), keys.requests.servers(to)], args)
      .catch(() => [])
    return Taken.parse(reply)
  }

  async #carryOut({ to, handler }: Server, id: string, payload: string): Promise<void> {
    let answer: Answer
    try {
      answer = { ok: true, value: JSON.parse(JSON.stringify(await handler(JSON.parse(payload) as Json))) }
    } catch (error) {
      answer = { ok: false, error: messageOf(error) }
    }
    await this.#deliver(to, id, answer)
  }

  async #deliver(to: string, id: string, answer: Answer): Promise<void> {
    const { link, node, channel, log } = this.#deps
    const until = performance.now() + ANSWER_RETRY_MS
    const args = [
      JSON.stringify(answer),
      channel(),
      JSON.stringify(to),
      JSON.stringify(id),
      REMEMBER_MS,
      MOST_REMEMBERED,
    ]
    for (;;) {
      try {
        await link.run(ANSWER, [keys.requests.request(to, id), keys.requests.answered], args)
        return
      } catch (error) {
        if (!(error instanceof StateUnavailable) || performance.now() > until || !node.isRunning()) {
          log?.warn(
            { err: error, to },
            'an answer could not be delivered; whoever asked was told that it is not known',
          )
          return
        }
        await new Promise((resolve) => setTimeout(resolve, 250).unref())
      }
    }
  }
}

function keysOf(to: string, id: string): string[] {
  const { request, queue, servers } = keys.requests
  return [request(to, id), queue(to), servers(to)]
}

function fateOf(reply: unknown): Fate {
  const [kind, answer] = Reply.parse(reply)
  if (kind !== 'answered') return { kind }
  return { kind, answer: Answer.parse(JSON.parse(answer ?? '')) }
}

async function withinMs<T>(work: Promise<T>, ms: number): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(resolve, ms, undefined)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}
