import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { z } from 'zod'
import { endpoint, streamEndpoint } from '../../src/server/http/endpoint.ts'
import { AppError } from '../../src/server/lib/errors.ts'
import { createTestApp, type Agent, type TestApp } from '../support/test-app.ts'

const V1 = '/api/v1'
const snapshot = Object.freeze({ name: 'a snapshot', secret: 'not in the schema' })
const Named = z.object({ name: z.string() })

const endpoints = [
  endpoint({
    method: 'post',
    path: '/things/{thing}',
    tag: 'test',
    summary: 'Echo',
    access: 'operator',
    params: z.object({ thing: z.string().regex(/^[a-z.:/0-9]+$/, 'is not a thing') }),
    query: z.object({ limit: z.coerce.number().int().max(500).default(50) }),
    body: z.strictObject({ 'a/b': z.string().max(2_000_000), list: z.array(z.number()).default([]) }),
    response: z.object({ thing: z.string(), limit: z.number(), length: z.number() }),
    handle: async ({ params, query, body }) => ({
      thing: params.thing,
      limit: query.limit,
      length: body['a/b'].length,
      extra: 'not in the schema',
    }),
  }),
  endpoint({
    method: 'get',
    path: '/snapshot',
    tag: 'test',
    summary: 'The same frozen object each time',
    access: 'viewer',
    response: Named,
    handle: async () => snapshot,
  }),
  endpoint({
    method: 'get',
    path: '/broken',
    tag: 'test',
    summary: 'Throws',
    access: 'viewer',
    response: Named,
    handle: async () => {
      throw new Error('the database password is hunter2')
    },
  }),
  endpoint({
    method: 'get',
    path: '/wrong-answer',
    tag: 'test',
    summary: 'Returns what its schema does not allow',
    access: 'viewer',
    response: Named,
    handle: async () => ({ name: 5 }) as unknown as { name: string },
  }),
  endpoint({
    method: 'get',
    path: '/refused',
    tag: 'test',
    summary: 'Refused by fail2ban',
    access: 'viewer',
    handle: async () => {
      throw new AppError('fail2ban-timeout', 'fail2ban did not answer within 5 seconds.', {
        retryAfterSeconds: 3.2,
      })
    },
  }),
  streamEndpoint({
    path: '/stream',
    tag: 'test',
    summary: 'A stream',
    access: 'operator',
    stream: async (_req, res, actor) => {
      res.type('text/event-stream').end(`data: ${actor.username}\n\n`)
    },
  }),
]

let test: TestApp
let operator: Agent
let viewer: Agent

beforeAll(async () => {
  test = await createTestApp({ endpoints: () => endpoints })
  operator = await test.signedIn('operator')
  viewer = await test.signedIn('viewer')
})
afterAll(() => test.close())

const echo = (agent: Agent, body: object | string, path = '/things/x') =>
  agent.post(`${V1}${path}`).set('Content-Type', 'application/json').send(body)

describe('an endpoint', () => {
  it('gets its input parsed and answers what its schema names', async () => {
    const response = await echo(operator, { 'a/b': 'abc' }, '/things/x?limit=7').expect(200)
    expect(response.body).toEqual({ thing: 'x', limit: 7, length: 3 })
    expect(response.get('Content-Type')).toBe('application/json; charset=utf-8')
  })

  it('takes percent-encoded slashes in its path', async () => {
    const { body } = await echo(operator, { 'a/b': '' }, '/things/2001:db8::%2F32').expect(200)
    expect(body.thing).toBe('2001:db8::/32')
  })

  it('lists every mistake with a JSON pointer to it', async () => {
    const { body } = await echo(
      operator,
      { 'a/b': 5, list: [1, 'x'], more: 1 },
      '/things/X?limit=900',
    ).expect(400)
    expect(body.errors).toEqual([
      { in: 'path', pointer: '/thing', detail: 'is not a thing' },
      { in: 'query', pointer: '/limit', detail: 'Too big: expected number to be <=500' },
      { in: 'body', pointer: '/a~1b', detail: 'Invalid input: expected string, received number' },
      { in: 'body', pointer: '/list/1', detail: 'Invalid input: expected number, received string' },
      { in: 'body', pointer: '/more', detail: 'There is no such field.' },
    ])
    expect(body.detail).toBe('path /thing: is not a thing. And 4 more.')
  })

  it('answers 401 and 403 before it looks at the input', async () => {
    await echo(test.browser(), '{broken').expect(401)
    expect((await echo(viewer, '{broken').expect(403)).body).toMatchObject({
      code: 'forbidden',
      detail: 'This needs the role operator; yours is viewer.',
    })
  })

  it('may be a stream, behind the same rule', async () => {
    expect((await operator.get(`${V1}/stream`).expect(200)).text).toBe('data: operator\n\n')
    await viewer.get(`${V1}/stream`).expect(403)
  })
})

describe('a body', () => {
  it('may have 1 MB and no more', async () => {
    const envelope = JSON.stringify({ 'a/b': '' }).length
    await echo(operator, { 'a/b': 'x'.repeat(1_048_576 - envelope) }).expect(200)
    const { body } = await echo(operator, { 'a/b': 'x'.repeat(1_048_577 - envelope) }).expect(413)
    expect(body).toMatchObject({ code: 'payload-too-large' })
  })

  it('is JSON or refused', async () => {
    const { body } = await operator.post(`${V1}/things/x`).type('form').send('a=b').expect(415)
    expect(body).toMatchObject({ code: 'unsupported-media-type' })
    await operator.post(`${V1}/things/x`).type('text/plain').send('{}').expect(415)
    await operator
      .post(`${V1}/things/x`)
      .set({ 'Content-Type': 'application/json', 'Content-Encoding': 'gzip' })
      .send('{}')
      .expect(415)
  })

  it('is answered with 400 when it is broken or missing', async () => {
    expect((await echo(operator, '{broken').expect(400)).body).toMatchObject({ code: 'malformed-request' })
    expect((await operator.post(`${V1}/things/x`).expect(400)).body).toMatchObject({
      code: 'validation-failed',
    })
  })
})

describe('a snapshot', () => {
  it('is answered with 304 to who has it', async () => {
    const first = await viewer.get(`${V1}/snapshot`).expect(200)
    expect(first.body).toEqual({ name: 'a snapshot' })
    expect(first.get('Cache-Control')).toBe('private, no-cache')
    const again = await viewer
      .get(`${V1}/snapshot`)
      .set('If-None-Match', first.get('ETag') ?? '')
      .expect(304)
    expect(again.text).toBe('')
  })

  it('is not confirmed to who may not see it', async () => {
    const etag = (await viewer.get(`${V1}/snapshot`)).get('ETag') ?? ''
    await test.browser().get(`${V1}/snapshot`).set('If-None-Match', etag).expect(401)
  })
})

describe('a problem', () => {
  it('is a document with what happened and what to do', async () => {
    const response = await viewer.get(`${V1}/refused`).expect(504)
    expect(response.get('Content-Type')).toBe('application/problem+json; charset=utf-8')
    expect(response.get('Retry-After')).toBe('4')
    expect(response.body).toEqual({
      type: '/api/problems/fail2ban-timeout',
      title: 'fail2ban did not answer in time',
      status: 504,
      code: 'fail2ban-timeout',
      detail: 'fail2ban did not answer within 5 seconds.',
      nextStep: 'Look whether the command took effect before repeating it.',
      retryAfterSeconds: 4,
      instance: response.get('X-Request-Id'),
    })
    expect((await viewer.get(response.body.type).expect(200)).body).toMatchObject({
      code: 'fail2ban-timeout',
    })
  })

  it('hides what was not meant for the caller, and logs it whole', async () => {
    const { body } = await viewer.get(`${V1}/broken?token=abc`).expect(500)
    expect(body).toMatchObject({ code: 'internal', status: 500 })
    expect(JSON.stringify(body)).not.toContain('hunter2')
    const entry = test.logged.find(({ requestId, err }) => requestId === body.instance && err !== undefined)
    expect(entry).toMatchObject({
      level: 50,
      path: `${V1}/broken`,
      err: { message: 'the database password is hunter2' },
    })
  })

  it('is what a handler makes that breaks its own promise', async () => {
    expect((await viewer.get(`${V1}/wrong-answer`).expect(500)).body).toMatchObject({ code: 'internal' })
  })

  it('answers paths that do not exist, malformed ones and unknown problems', async () => {
    expect((await viewer.get(`${V1}/nothing`).expect(404)).body).toMatchObject({ code: 'not-found' })
    expect((await viewer.get('/api/nothing').expect(404)).body).toMatchObject({ code: 'not-found' })
    expect((await echo(operator, {}, '/things/%ff').expect(400)).body).toMatchObject({
      code: 'malformed-request',
    })
    await viewer.get('/api/problems/nothing').expect(404)
  })
})

describe('the request log', () => {
  it('has one line for each request, without the query', async () => {
    const { headers } = await viewer.get(`${V1}/snapshot?token=abc`).expect(200)
    const lines = test.logged.filter(({ requestId }) => requestId === headers['x-request-id'])
    expect(lines).toEqual([
      expect.objectContaining({
        level: 20,
        method: 'GET',
        path: `${V1}/snapshot`,
        status: 200,
        user: 'viewer',
      }),
    ])
    expect(JSON.stringify(test.logged)).not.toContain('token=abc')
  })

  it('warns of one failure of a kind, and tells later how many it left out', async () => {
    let clock = Date.now()
    const other = await createTestApp({ endpoints: () => endpoints, now: () => clock })
    const agent = await other.signedIn('viewer')
    for (let count = 0; count < 5; count += 1) await agent.get(`${V1}/refused`).expect(504)
    clock += 10_000
    await agent.get(`${V1}/refused`).expect(504)
    const warnings = other.logged.filter(
      ({ level, problem }) => level === 40 && problem === 'fail2ban-timeout',
    )
    expect(warnings).toMatchObject([{ alikeLeftOut: 0 }, { alikeLeftOut: 4 }])
    await other.close()
  })
})
