import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { createConsoleApp, type ConsoleApp } from '../support/console-app.ts'

const PATH = '/api/v1/hosts/local/probe'
const FOUND = {
  agent: { user: 'bangui', group: 'bangui' },
  socket: { path: '/run/fail2ban/fail2ban.sock', problem: 'permission-denied' as const, mode: '0700' },
}
let app: ConsoleApp

beforeEach(async () => {
  app = await createConsoleApp()
})
afterEach(() => app.close())

describe('POST /hosts/{host}/probe', () => {
  it('tells what the agent found', async () => {
    app.answer(() => ({ ok: true, probe: FOUND }))
    const admin = await app.signedIn('admin')
    expect((await admin.post(PATH).expect(200)).body).toEqual(FOUND)
    expect(app.commands).toEqual([{ kind: 'probe' }])
  })

  it('says that no agent serves the host', async () => {
    const admin = await app.signedIn('admin')
    await app.removeAgent()
    expect((await admin.post(PATH).expect(502)).body).toMatchObject({ code: 'fail2ban-unavailable' })
  })

  it('answers 404 for a host that there is not', async () => {
    const admin = await app.signedIn('admin')
    await admin.post('/api/v1/hosts/elsewhere/probe').expect(404)
  })

  it('is for administrators', async () => {
    await app.browser().post(PATH).expect(401)
    await (await app.signedIn('operator')).post(PATH).expect(403)
  })
})
