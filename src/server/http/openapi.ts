import { toJSONSchema, type $ZodType } from 'zod/v4/core'
import { ErrorCode, Problem } from '../../shared/problem.ts'
import { Readiness } from '../../shared/health.ts'
import type { Endpoint } from './endpoint.ts'

type JsonObject = Record<string, unknown>

export interface ApiDescriptionOptions {
  readonly version: string
  /** Begins and ends with a slash. */
  readonly basePath: string
  readonly sessionCookie: string
}

/** The OpenAPI 3.1 document of the endpoints; its schema dialect is what `toJSONSchema` writes. */
export function describeApi(endpoints: readonly Endpoint[], options: ApiDescriptionOptions): JsonObject {
  const paths: Record<string, JsonObject> = { ...outsideTheApi() }
  for (const endpoint of endpoints) {
    const path = `/api/v1${endpoint.path}`
    paths[path] = { ...paths[path], [endpoint.method]: operation(endpoint) }
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'BanGUI',
      version: options.version,
      description:
        'A session cookie signs requests. Bodies are JSON, at most 1 MB. Answers that are no success are problem documents (RFC 9457); programs branch on their `code`. Writes that a browser sends from another site are refused.',
    },
    servers: [{ url: options.basePath === '/' ? '/' : options.basePath.slice(0, -1) }],
    security: [{ session: [] }],
    paths,
    components: {
      securitySchemes: { session: { type: 'apiKey', in: 'cookie', name: options.sessionCookie } },
      schemas: { Problem: schemaOf(Problem, 'output') },
    },
  }
}

function operation(endpoint: Endpoint): JsonObject {
  const isPublic = endpoint.access === 'public'
  const inputs = endpoint.params ?? endpoint.query ?? endpoint.body
  const problems = [
    ...(inputs ? ['400'] : []),
    ...(isPublic ? [] : ['401']),
    ...(isPublic || endpoint.access === 'viewer' ? [] : ['403']),
    ...(endpoint.params ? ['404'] : []),
    'default',
  ]
  return {
    operationId: operationId(endpoint),
    summary: endpoint.summary,
    tags: [endpoint.tag],
    'x-access': endpoint.access,
    ...(isPublic ? { security: [] } : {}),
    parameters: [...parameters('path', endpoint.params), ...parameters('query', endpoint.query)],
    ...(endpoint.body
      ? {
          requestBody: {
            required: true,
            content: { 'application/json': { schema: schemaOf(endpoint.body, 'input') } },
          },
        }
      : {}),
    responses: {
      [endpoint.status]: success(endpoint),
      ...Object.fromEntries(problems.map((status) => [status, problemResponse(status)])),
    },
  }
}

function success(endpoint: Endpoint): JsonObject {
  if (endpoint.stream) {
    const types = endpoint.mediaTypes ?? []
    return {
      description: types.includes('text/event-stream') ? 'A stream of server-sent events' : 'A file',
      content: Object.fromEntries(types.map((type) => [type, { schema: { type: 'string' } }])),
    }
  }
  if (endpoint.response === undefined) return { description: 'Done' }
  return {
    description: 'Success',
    content: { 'application/json': { schema: schemaOf(endpoint.response, 'output') } },
  }
}

const PROBLEM_DESCRIPTIONS: Record<string, string> = {
  400: 'The request has mistakes',
  401: 'Not signed in',
  403: 'The role does not allow it',
  404: 'There is no such thing',
  default: 'Any other problem',
}

function problemResponse(status: string): JsonObject {
  return {
    description: PROBLEM_DESCRIPTIONS[status],
    content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
  }
}

function parameters(place: 'path' | 'query', schema: $ZodType | undefined): JsonObject[] {
  if (schema === undefined) return []
  const { properties, required } = schemaOf(schema, 'input') as {
    properties?: Record<string, JsonObject>
    required?: string[]
  }
  return Object.entries(properties ?? {}).map(([name, property]) => ({
    name,
    in: place,
    required: place === 'path' || (required ?? []).includes(name),
    schema: property,
  }))
}

function schemaOf(schema: $ZodType, io: 'input' | 'output'): JsonObject {
  // What JSON Schema cannot say (a transformation of a query text) is left open.
  const { $schema: _dialect, ...rest } = toJSONSchema(schema, { io, unrepresentable: 'any' })
  return rest
}

function operationId(endpoint: Endpoint): string {
  const words = endpoint.path.split(/[^A-Za-z0-9]+/).filter((word) => word !== '')
  return [endpoint.method, ...words.map((word) => word.charAt(0).toUpperCase() + word.slice(1))].join('')
}

/** What the server answers beside the API proper. */
function outsideTheApi(): Record<string, JsonObject> {
  const open = (id: string, tag: string, summary: string, responses: JsonObject): JsonObject => ({
    get: { operationId: id, tags: [tag], summary, security: [], 'x-access': 'public', responses },
  })
  const json = (description: string, schema: JsonObject): JsonObject => ({
    description,
    content: { 'application/json': { schema } },
  })
  const readiness = schemaOf(Readiness, 'output')
  return {
    '/healthz': open('getLiveness', 'health', 'Whether the process lives', {
      200: { description: 'It does', content: { 'text/plain': { schema: { type: 'string' } } } },
    }),
    '/readyz': open('getReadiness', 'health', 'Whether the process can serve, and what keeps it from that', {
      200: json('Ready', readiness),
      503: json('Not ready', readiness),
    }),
    '/metrics': open(
      'getMetrics',
      'health',
      'Figures for Prometheus; a token may be asked for, and they may be switched off',
      {
        200: {
          description: 'Prometheus text',
          content: { 'text/plain': { schema: { type: 'string' } } },
        },
        401: problemResponse('401'),
        404: problemResponse('404'),
      },
    ),
    '/api/openapi.json': open('getApiDescription', 'description', 'This document', {
      200: json('OpenAPI 3.1', { type: 'object' }),
    }),
    '/api/problems/{code}': {
      get: {
        operationId: 'getProblemKind',
        tags: ['description'],
        summary: 'What a problem’s `type` means',
        security: [],
        'x-access': 'public',
        parameters: [
          { name: 'code', in: 'path', required: true, schema: { type: 'string', enum: ErrorCode.options } },
        ],
        responses: {
          200: json('Its status, title and next step', { type: 'object' }),
          404: problemResponse('404'),
        },
      },
    },
  }
}
