import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { createConsoleApp, jail, NOON, type ConsoleApp } from '../support/console-app.ts'

const HOSTS = '/api/v1/hosts'
let test: ConsoleApp
let now: number

beforeEach(async () => {
  now = NOON
  test = await createConsoleApp({ now: () => now })
})
afterEach(() => test.close())

describe('GET /hosts', () => {
  it('needs a session', async () => {
    await test.browser().get(HOSTS).expect(401)
  })

  it('tells what the agent last saw', async () => {
    await test.publish([jail('sshd', { currentlyBanned: 2 })])
    const viewer = await test.signedIn('viewer')
    const response = await viewer.get(HOSTS).expect(200)
    expect(response.body).toEqual({
      items: [
        {
          id: 'local',
          online: true,
          version: '1.0.2',
          asOf: '2026-11-23T12:00:00.000Z',
          database: 'ok',
          currentlyBanned: 2,
          jailCount: 1,
        },
      ],
    })
  })

  it('is answered 304 for as long as nothing changes', async () => {
    await test.publish([jail('sshd')])
    const viewer = await test.signedIn('viewer')
    const { headers } = await viewer.get(HOSTS).expect(200)
    await viewer
      .get(HOSTS)
      .set('If-None-Match', headers['etag'] ?? '')
      .expect(304)
    await test.publish([jail('sshd', { currentlyBanned: 1 })])
    await viewer
      .get(HOSTS)
      .set('If-None-Match', headers['etag'] ?? '')
      .expect(200)
  })

  it('lists the expected host before its agent has reported, and says when none comes', async () => {
    const viewer = await test.signedIn('viewer')
    const first = await viewer.get(HOSTS).expect(200)
    expect(first.body.items).toMatchObject([{ id: 'local', online: false, offline: { reason: 'starting' } }])
    now += 11_000
    const later = await viewer.get(HOSTS).expect(200)
    expect(later.body.items).toMatchObject([{ id: 'local', offline: { reason: 'agent-missing' } }])
    expect(later.body.items[0].offline.remedy).toContain('BANGUI_ROLES')
  })

  it('shows what was known last of a host whose agent went silent', async () => {
    await test.publish([jail('sshd', { currentlyBanned: 7 })])
    const viewer = await test.signedIn('viewer')
    now += 11_000
    const response = await viewer.get(HOSTS).expect(200)
    expect(response.body.items).toMatchObject([
      {
        online: false,
        currentlyBanned: 7,
        asOf: '2026-11-23T12:00:00.000Z',
        offline: { reason: 'agent-missing', since: '2026-11-23T12:00:00.000Z' },
      },
    ])
  })
})
