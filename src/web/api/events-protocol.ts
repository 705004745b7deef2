import * as z from 'zod/mini'
import { BanEvent, HostEvent, StateEvent } from '../../shared/event.ts'
import { ErrorCode } from '../../shared/problem.ts'

/** What happened on the server, as the page takes it in. */
export const LiveMessage = z.discriminatedUnion('kind', [
  z.object({ kind: z.enum(['ban', 'unban']), event: BanEvent }),
  z.object({ kind: z.literal('host'), event: HostEvent }),
  z.object({ kind: z.literal('state'), event: StateEvent }),
  z.object({ kind: z.literal('reset') }),
  /** The stream begins here. What was fetched before lacks what has happened until now. */
  z.object({ kind: z.literal('begin') }),
])
export type LiveMessage = z.infer<typeof LiveMessage>

/**
 * live: the stream is open. waiting: it has been closed for a moment, which nobody needs to know.
 * reconnecting: for 3 s. offline: for 10 s, and no other request was answered meanwhile.
 */
export const LivePhase = z.enum(['waiting', 'live', 'reconnecting', 'offline'])
export type LivePhase = z.infer<typeof LivePhase>

export const LiveStatus = z.object({
  phase: LivePhase,
  /** While not live: when the server was last heard of, ms since 1970. */
  lastHeardMs: z.number(),
})
export type LiveStatus = z.infer<typeof LiveStatus>

/** Why the stream was not opened, without words: what is shown of it is the page's affair. */
export const Refusal = z.object({
  code: z.enum([...ErrorCode.options, 'unreachable', 'unreadable']),
  /** 0 where there was no answer. */
  status: z.int(),
})
export type Refusal = z.infer<typeof Refusal>

/** What a tab says to the worker that all tabs of a browser share. */
export const FromTab = z.discriminatedUnion('kind', [
  /** It wants to hear everything. `session` names the session it was opened in: another one gets another stream. */
  z.object({ kind: z.literal('join'), url: z.url(), session: z.string() }),
  z.object({ kind: z.literal('leave') }),
  /** Said every ten seconds; a tab that has died says nothing. */
  z.object({ kind: z.literal('ping') }),
  z.object({ kind: z.enum(['pause', 'resume', 'answered', 'retry']) }),
])
export type FromTab = z.infer<typeof FromTab>

/** What the worker says to a tab. */
export const ToTab = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('status'), status: LiveStatus }),
  z.object({ kind: z.literal('messages'), messages: z.array(LiveMessage) }),
  z.object({ kind: z.literal('refused'), refusal: Refusal }),
  z.object({ kind: z.literal('pong') }),
  /** It was silent for so long that it had been given up, and has missed something. */
  z.object({ kind: z.literal('forgotten') }),
])
export type ToTab = z.infer<typeof ToTab>
