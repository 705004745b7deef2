import { describe, expect, it } from '@jest/globals'
import { z } from 'zod'
import * as mini from 'zod/mini'
import { endpoint, streamEndpoint } from '../../src/server/http/endpoint.ts'
import { describeApi } from '../../src/server/http/openapi.ts'
import { allEndpoints } from '../support/all-endpoints.ts'

const options = { version: '1.2.3', basePath: '/bangui/', sessionCookie: '__Secure-bangui.sid' }

interface Operation {
  operationId: string
  security?: unknown[]
  responses: Record<string, unknown>
}
type Paths = Record<string, Record<string, Operation>>

const pathsOf = (document: object): Paths => (document as { paths: Paths }).paths

describe('the description of the API', () => {
  const document = describeApi(
    [
      endpoint({
        method: 'post',
        path: '/hosts/{host}/things',
        tag: 'things',
        summary: 'Make a thing',
        access: 'operator',
        params: z.object({ host: z.string() }),
        query: z.object({ limit: z.coerce.number().max(500).default(50), q: z.string().optional() }),
        body: mini.strictObject({ at: mini.iso.datetime() }),
        response: z.object({ id: z.string() }),
        status: 201,
        handle: async () => ({ id: 'x' }),
      }),
      endpoint({
        method: 'get',
        path: '/open',
        tag: 'things',
        summary: 'See it',
        access: 'public',
        handle: async () => undefined,
      }),
      streamEndpoint({
        path: '/events',
        tag: 'events',
        summary: 'Watch',
        access: 'viewer',
        stream: async () => undefined,
      }),
    ],
    options,
  )
  const paths = pathsOf(document)

  it('says where the API is and how to sign requests', () => {
    expect(document).toMatchObject({
      openapi: '3.1.0',
      info: { title: 'BanGUI', version: '1.2.3' },
      servers: [{ url: '/bangui' }],
      security: [{ session: [] }],
      components: {
        securitySchemes: { session: { type: 'apiKey', in: 'cookie', name: '__Secure-bangui.sid' } },
      },
    })
  })

  it('has the input as it is sent and the output as it is answered', () => {
    expect(paths['/api/v1/hosts/{host}/things']?.['post']).toMatchObject({
      operationId: 'postHostsHostThings',
      'x-access': 'operator',
      parameters: [
        { name: 'host', in: 'path', required: true, schema: { type: 'string' } },
        { name: 'limit', in: 'query', required: false },
        { name: 'q', in: 'query', required: false, schema: { type: 'string' } },
      ],
      requestBody: {
        required: true,
        content: { 'application/json': { schema: { type: 'object', required: ['at'] } } },
      },
      responses: {
        201: { content: { 'application/json': { schema: { properties: { id: { type: 'string' } } } } } },
        400: {},
        401: {},
        403: {},
        404: {},
        default: {
          content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
        },
      },
    })
  })

  it('marks what is public, and a stream', () => {
    expect(paths['/api/v1/open']?.['get']).toMatchObject({ security: [], responses: { 204: {} } })
    const stream = paths['/api/v1/events']?.['get']
    expect(stream?.security).toBeUndefined()
    expect(stream?.responses).toMatchObject({ 200: { content: { 'text/event-stream': {} } } })
  })

  it('includes the probes, and nothing twice', async () => {
    const all = pathsOf(describeApi(await allEndpoints(), options))
    expect(all['/healthz']?.['get']?.security).toEqual([])
    expect(all['/readyz']?.['get']?.security).toEqual([])
    const ids = Object.values(all).flatMap((path) =>
      Object.values(path).map(({ operationId }) => operationId),
    )
    expect(ids).toEqual([...new Set(ids)])
  })
})
