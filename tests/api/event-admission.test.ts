import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { once } from 'node:events'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { listenTo, type EventListener } from '../faults/event-listener.ts'
import { createConsoleApp, type ConsoleApp } from '../support/console-app.ts'
import { signIn } from '../support/console-process.ts'
import { PASSWORD, type Agent } from '../support/test-app.ts'
import { waitFor } from '../support/wait-for.ts'

const NEW_PASSWORD = 'a different battery staple'
const USER = '/api/v1/users/id-of-maria'
let test: ConsoleApp
let server: Server
let url: string
const open: EventListener[] = []

beforeEach(async () => {
  // The rounds that look at all sessions are too far apart to be what ends these streams.
  test = await createConsoleApp({ streams: { timing: { admissionMs: 600_000 } } })
  server = test.app.listen(0, '127.0.0.1')
  await once(server, 'listening')
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  await test.addUser('viewer', 'maria')
})

afterEach(async () => {
  for (const listener of open.splice(0)) listener.close()
  test.console.events.stop()
  server.closeAllConnections()
  server.close()
  await test.console.ingest.stop()
  await test.close()
})

/** A live stream of a session that begins with it. */
async function watching(username: string): Promise<EventListener> {
  const listener = await listenTo(url, await signIn(url, { username, password: PASSWORD }))
  open.push(listener)
  return listener
}

const end = (listener: EventListener): Promise<unknown> =>
  waitFor(() => !listener.isOpen(), { what: 'the end of the stream' })

describe('a live stream', () => {
  it.each([
    ['is disabled', (admin: Agent) => admin.patch(USER).send({ disabled: true })],
    ['is deleted', (admin: Agent) => admin.delete(USER)],
    [
      'gets a new password',
      (admin: Agent) => admin.post(`${USER}/password`).send({ password: NEW_PASSWORD }),
    ],
    ['gets another role', (admin: Agent) => admin.patch(USER).send({ role: 'operator' })],
  ])('ends at once when its user %s', async (_, act) => {
    await test.addUser('viewer', 'ben')
    const [theirs, bystander] = [await watching('maria'), await watching('ben')]
    expect((await act(await test.signedIn('admin'))).status).toBeLessThan(300)
    await end(theirs)
    expect(bystander.isOpen()).toBe(true)
  })

  it.each([
    ['its session is revoked', (mine: Agent, id: string) => mine.delete(`/api/v1/sessions/${id}`)],
    ['all others are signed out', (mine: Agent) => mine.delete('/api/v1/sessions')],
    [
      'the password is changed',
      (mine: Agent) => mine.post('/api/v1/password').send({ current: PASSWORD, new: NEW_PASSWORD }),
    ],
  ])('ends at once when %s from another browser', async (_, act) => {
    const there = await watching('maria')
    const mine = await test.signedIn('viewer', 'maria')
    const { body } = await mine.get('/api/v1/sessions').expect(200)
    const id = (body.items as Array<{ id: string; current: boolean }>).find(({ current }) => !current)?.id
    expect((await act(mine, id ?? '')).status).toBe(204)
    await end(there)
    await mine.get('/api/v1/session').expect(200)
  })
})
