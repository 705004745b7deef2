import type { Response } from 'express'
import type { Actor } from '../../http/endpoint.ts'
import { AppError } from '../../lib/errors.ts'

/** One open stream. */
export interface EventClient {
  readonly actor: Actor
  /** Ends what was held back for it while it caught up: from now on it gets what everybody gets. */
  catchUp(frames: string): void
}

/** The open streams of this process. What is written to all is made into bytes once. */
export interface EventClients {
  /** Sends the headers. Throws `busy` when there are too many. What is written meanwhile is held back until `catchUp`. */
  add(res: Response, actor: Actor): EventClient
  write(frames: string): void
  /** Ends the streams of actors for whom `stays` is false. */
  sift(stays: (actor: Actor) => boolean): void
  readonly actors: readonly Actor[]
}

export interface EventClientLimits {
  readonly clients: number
  readonly perSession: number
  /** A browser with so much waiting to be read has fallen asleep; it can resume later. */
  readonly backlogBytes: number
}

/** What was written last may still be read. */
const FAREWELL_MS = 1_000

export function createEventClients(limits: EventClientLimits): EventClients {
  const clients = new Set<{ res: Response; actor: Actor; heldBack: Buffer[] | undefined }>()

  function assertRoomFor(actor: Actor): void {
    const own = [...clients].filter((client) => client.actor.sessionIdHash === actor.sessionIdHash).length
    if (clients.size < limits.clients && own < limits.perSession) return
    throw new AppError('busy', 'Too many live streams are open already.', {
      nextStep: 'Close some of the console’s windows and try again.',
    })
  }

  return {
    add(res, actor) {
      assertRoomFor(actor)
      const client = { res, actor, heldBack: [] as Buffer[] | undefined }
      openStream(res)
      // A browser that leaves while something is on its way to it is no fault of ours.
      res.on('error', () => clients.delete(client))
      if (!res.closed) {
        clients.add(client)
        res.once('close', () => clients.delete(client))
      }
      return {
        actor,
        catchUp(frames) {
          const held = client.heldBack ?? []
          client.heldBack = undefined
          if (clients.has(client)) res.write(Buffer.concat([Buffer.from(frames), ...held]))
        },
      }
    },

    write(frames) {
      if (clients.size === 0) return
      const bytes = Buffer.from(frames)
      for (const client of clients) {
        if (client.res.writableLength > limits.backlogBytes) client.res.destroy()
        else if (client.heldBack) client.heldBack.push(bytes)
        else client.res.write(bytes)
      }
    },

    sift(stays) {
      for (const client of clients) {
        if (stays(client.actor)) continue
        clients.delete(client)
        client.res.end()
        // A browser that does not read would keep its connection for ever.
        setTimeout(() => client.res.destroy(), FAREWELL_MS).unref()
      }
    },

    get actors() {
      return [...clients].map((client) => client.actor)
    },
  }
}

function openStream(res: Response): void {
  res.statusCode = 200
  res.setHeader('Content-Type', 'text/event-stream; charset=utf-8')
  res.setHeader('Cache-Control', 'no-store, no-transform')
  // nginx would otherwise collect the stream before it passes it on.
  res.setHeader('X-Accel-Buffering', 'no')
  // A stream mostly ends as its process does: a proxy must not send another request on what is left of it.
  res.setHeader('Connection', 'close')
  res.socket?.setNoDelay(true)
  res.flushHeaders()
}
