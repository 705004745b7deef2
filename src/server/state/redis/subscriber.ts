import type { Logger } from '../../lib/logger.ts'
import { unlessAborted } from '../../lib/pause.ts'
import type { RedisClient } from './connections.ts'

/** The connection that hears messages. What is published while it is away is not heard: listeners catch up by themselves. */
export interface Subscriber {
  /** Resolves once every channel is heard. */
  open(signal: AbortSignal): Promise<void>
  close(): void
}

export function createSubscriber(deps: {
  /** By channel, who hears it; asked when it opens. */
  channels: () => ReadonlyMap<string, (text: string) => void>
  connect: () => RedisClient
  /** The channels are heard again: what was said meanwhile was missed. */
  onReturn: () => void
  log: Pick<Logger, 'error' | 'debug'>
}): Subscriber {
  const { log } = deps
  let client: RedisClient | undefined

  return {
    async open(signal) {
      const channels = deps.channels()
      const opened = deps.connect()
      client = opened
      opened.on('error', (error: unknown) => log.debug({ err: error }, 'the connection for messages failed'))
      opened.on('message', (channel: string, text: string) => {
        try {
          channels.get(channel)?.(text)
        } catch (error) {
          log.error({ err: error }, 'a message of another process could not be understood')
        }
      })
      const subscribe = (): Promise<unknown> => opened.subscribe(...channels.keys())
      const subscribed = subscribe()
      // Closed before it could: whoever closed it knows.
      subscribed.catch(() => undefined)
      await unlessAborted(subscribed, signal)
      // Not by ioredis itself: when the connection is closed meanwhile, it leaves a rejection that nobody handles.
      opened.on('ready', () => void subscribe().then(deps.onReturn, () => undefined))
    },
    close: () => client?.disconnect(),
  }
}
