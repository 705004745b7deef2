import { rssBytes, type LogEntry, type Replica } from '../support/replicas.ts'
import { waitFor } from '../support/wait-for.ts'
import { API, ask, type Answer } from './http.ts'

export interface ObserveOptions {
  readonly replicas: readonly Replica[]
  /** `Cookie` headers, used in turn. */
  readonly cookies: readonly string[]
  /** Where the requests go; to each replica itself unless named. */
  readonly urls?: readonly string[]
  /** Between two requests to one URL; 50 unless named. */
  readonly everyMs?: number
  /** Statuses that may come; 200 and 503 unless named. 0 stands for a connection that broke. */
  readonly allowed?: readonly number[]
  /** From then on, by `performance.now`, 401 is right. */
  readonly signedOutAfter?: () => number
}

/** What was seen so far. */
export interface Seen {
  readonly answers: readonly Answer[]
  /** Resolves when so many further answers have come. */
  more(count: number): Promise<void>
  /** Resolves when the last so many, asked for from now on, were all answered 200. */
  calm(count: number): Promise<void>
}

export interface Observation {
  readonly answers: readonly Answer[]
  /** In sentences; none when all was as it has to be whatever the fault. */
  readonly complaints: readonly string[]
}

const LOG_WINDOW_MS = 10_000
const WARN = 40
/** What a busy Node takes and gives back anyway, above what it had before. */
const MEMORY_SWING_BYTES = 96 << 20

/**
 * Lets signed-in people go on clicking through a fault, and complains of whatever no fault may bring about: somebody signed
 * out, a cookie set or deleted, an answer that is not allowed, a flood in the log, memory that grows.
 */
export async function observe(
  options: ObserveOptions,
  fault: (seen: Seen) => Promise<void>,
): Promise<Observation> {
  const { replicas, cookies } = options
  const urls = options.urls ?? replicas.map((replica) => replica.url())
  const before = replicas.map((replica) => ({ replica, since: replica.log().length, rss: memoryOf(replica) }))
  const answers: Answer[] = []
  const asked: Array<Promise<unknown>> = []
  let turn = 0
  const timer = setInterval(() => {
    for (const url of urls) {
      const cookie = cookies[turn++ % cookies.length] ?? ''
      asked.push(ask(`${url}${API}/session`, { cookie }).then((answer) => answers.push(answer)))
    }
  }, options.everyMs ?? 50)
  try {
    await fault({
      answers,
      more: (count) => more(answers, count),
      calm: (count) => calm(answers, count),
    })
  } finally {
    clearInterval(timer)
    await Promise.all(asked)
  }
  const complaints = before.flatMap(({ replica, since, rss }) => {
    const grown = memoryOf(replica) - rss
    return [
      ...floods(replica.log().slice(since)),
      ...(grown > MEMORY_SWING_BYTES ? [`${Math.round(grown / 2 ** 20)} MB more memory than before`] : []),
    ]
  })
  return { answers, complaints: [...complaintsAbout(answers, options), ...complaints] }
}

async function more(answers: readonly Answer[], count: number): Promise<void> {
  const wanted = answers.length + count
  await waitFor(() => answers.length >= wanted, { what: `${count} more answers`, timeoutMs: 60_000 })
}

async function calm(answers: readonly Answer[], count: number): Promise<void> {
  const since = performance.now()
  const isCalm = (): boolean => {
    const last = answers.slice(-count)
    return last.length === count && last.every(({ status, at }) => status === 200 && at >= since)
  }
  await waitFor(isCalm, { what: `${count} answers without a refusal`, timeoutMs: 60_000 })
}

function complaintsAbout(answers: readonly Answer[], options: ObserveOptions): string[] {
  const allowed = options.allowed ?? [200, 503]
  const signedOutAfter = options.signedOutAfter?.() ?? Number.POSITIVE_INFINITY
  return answers.flatMap(({ status, at, error, body, setCookie, retryAfter }) => {
    const isRight = allowed.includes(status) || (status === 401 && at >= signedOutAfter)
    return [
      ...(isRight ? [] : [`answered ${status} ${error}${body.slice(0, 200)}`]),
      ...setCookie.map((line) => `set the cookie ${line}`),
      ...(status === 503 && retryAfter === undefined ? ['answered 503 without Retry-After'] : []),
    ]
  })
}

/** What somebody asked for and did not get has a line each; it is not the fault that floods the log. */
const ONE_LINE_EACH = /^BanGUI sign-in failed|^a command was not carried out/

/** Warnings and errors that one process told oftener than once within some ten seconds. */
export function floods(entries: readonly LogEntry[]): string[] {
  const told = entries.filter(({ level, msg }) => level >= WARN && !ONE_LINE_EACH.test(msg))
  const byProcess = Map.groupBy(told, ({ worker, msg }) => `${msg} (worker ${worker ?? 'none'})`)
  return [...byProcess].flatMap(([message, said]) => {
    const within = (start: number): number =>
      said.filter(({ time }) => time >= start && time < start + LOG_WINDOW_MS).length
    const worst = Math.max(...said.map(({ time }) => within(time)))
    return worst > 1 ? [`logged ${worst} times in 10 s: ${message}`] : []
  })
}

/** Of the replica and its workers. */
export function memoryOf(replica: Replica): number {
  return replica.pids().reduce((sum, pid) => sum + rssBytes(pid), 0)
}

/** Milliseconds from `since` until the first answer with this status that was asked for after it; Infinity without one. */
export function firstAfter(answers: readonly Answer[], since: number, status: number): number {
  const ends = answers.flatMap((answer) =>
    answer.at >= since && answer.status === status ? [answer.at + answer.ms - since] : [],
  )
  return Math.min(Number.POSITIVE_INFINITY, ...ends)
}

/** The middle one; NaN of none. */
export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN
}
