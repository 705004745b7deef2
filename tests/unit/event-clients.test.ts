import { afterEach, describe, expect, it } from '@jest/globals'
import express from 'express'
import { once } from 'node:events'
import { connect, type AddressInfo, type Socket } from 'node:net'
import type { Server } from 'node:http'
import { createEventClients } from '../../src/server/features/events/event-clients.ts'
import type { Actor } from '../../src/server/http/endpoint.ts'
import { waitFor } from '../support/wait-for.ts'

const ACTOR: Actor = {
  id: 'u',
  username: 'u',
  role: 'viewer',
  sessionIdHash: 's',
  sessionCreatedAt: 0,
}
const FRAME = `data: ${'x'.repeat(60_000)}\n\n`

let server: Server | undefined
let browser: Socket | undefined
afterEach(() => {
  browser?.destroy()
  server?.close()
})

describe('a stream whose browser does not read', () => {
  it('is ended and forgotten when its session is, and what comes later harms nobody', async () => {
    const clients = createEventClients({ clients: 10, perSession: 10, backlogBytes: 1 << 30 })
    let closed = false
    const app = express().get('/', (_req, res) => {
      clients.add(res, ACTOR).catchUp('')
      res.once('close', () => (closed = true))
    })
    server = app.listen(0, '127.0.0.1')
    await once(server, 'listening')
    browser = connect((server.address() as AddressInfo).port, '127.0.0.1')
    browser.pause()
    browser.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n')
    await waitFor(() => clients.actors.length === 1, { what: 'the stream to open' })
    // More than the kernel takes for a reader that sleeps.
    for (let frame = 0; frame < 300; frame += 1) clients.write(FRAME)

    clients.sift(() => false)
    expect(clients.actors).toEqual([])
    clients.write(FRAME)
    await waitFor(() => closed, { what: 'the connection to be closed' })
  })
})
