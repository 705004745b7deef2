import { streamEndpoint, type Endpoint } from '../../http/endpoint.ts'
import type { EventStream } from './event-stream.ts'

export function eventsEndpoints(stream: Pick<EventStream, 'serve'>): Endpoint[] {
  return [
    streamEndpoint({
      path: '/events',
      tag: 'event',
      summary: 'Live bans, unbans and host states as server-sent events; Last-Event-ID resumes',
      access: 'viewer',
      stream: stream.serve,
    }),
  ]
}
