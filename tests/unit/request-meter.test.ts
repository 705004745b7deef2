import { describe, expect, it } from '@jest/globals'
import express, { type Express, type RequestHandler } from 'express'
import request from 'supertest'
import { requestContext } from '../../src/server/http/request-context.ts'
import { countedAs, createRequestMeter } from '../../src/server/http/request-meter.ts'
import { listen } from '../../src/server/startup/http-server.ts'
import { waitFor } from '../support/wait-for.ts'

function appWith(answer: RequestHandler) {
  const meter = createRequestMeter()
  const app = express().use(requestContext(), meter.handler, countedAs('/thing/{id}'), answer)
  return { meter, app }
}

async function listening(app: Express, work: (url: string) => Promise<void>): Promise<void> {
  const server = await listen(app, { host: '127.0.0.1', port: 0 })
  try {
    await work(`http://127.0.0.1:${server.port}/`)
  } finally {
    await server.close(0)
  }
}

describe('the request meter', () => {
  it('counts requests by method, route and status', async () => {
    const { meter, app } = appWith((_req, res) => void res.sendStatus(204))
    await request(app).get('/thing/1')
    await request(app).get('/thing/2')
    await request(app).delete('/thing/2')
    const counts = meter.series().map(({ method, route, status, count }) => [method, route, status, count])
    expect(counts).toEqual([
      ['GET', '/thing/{id}', 204, 2],
      ['DELETE', '/thing/{id}', 204, 1],
    ])
  })

  it('puts each duration into one bucket', async () => {
    const { meter, app } = appWith((_req, res) => void setTimeout(() => res.end(), 12))
    await request(app).get('/')
    const [series] = meter.series()
    expect(series?.seconds).toBeGreaterThan(0.01)
    expect(series?.buckets.reduce((sum, count) => sum + count, 0)).toBe(1)
    expect(series?.buckets.slice(0, 4)).toEqual([0, 0, 0, 0])
  })

  it('counts a stream without its duration', async () => {
    const { meter, app } = appWith((req, res) => {
      req.context.streams = true
      res.end()
    })
    await request(app).get('/')
    expect(meter.series()[0]).toMatchObject({ count: 1, timed: 0, seconds: 0 })
  })

  it('knows what is in flight, also when the client leaves', async () => {
    const { meter, app } = appWith(() => undefined)
    const leave = new AbortController()
    await listening(app, async (url) => {
      const asked = fetch(url, { signal: leave.signal }).catch(() => undefined)
      await waitFor(() => meter.inFlight === 1, { what: 'the request to arrive' })
      leave.abort()
      await asked
      await waitFor(() => meter.inFlight === 0, { what: 'the request to be over' })
    })
  })

  it('takes methods nobody knows together', async () => {
    const { meter, app } = appWith((_req, res) => void res.end())
    await listening(app, async (url) => {
      await (await fetch(url, { method: 'PROPFIND' })).text()
    })
    expect(meter.series()[0]?.method).toBe('other')
  })
})
