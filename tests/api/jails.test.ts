import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import type { Agent } from '../support/test-app.ts'
import { createConsoleApp, jail, type ConsoleApp } from '../support/console-app.ts'

const JAILS = '/api/v1/hosts/local/jails'
let test: ConsoleApp
let viewer: Agent
let operator: Agent
let admin: Agent

const detail = { ...jail('sshd'), ignoreip: ['192.0.2.1'], ignoreself: true, actions: ['tofile'] }

beforeEach(async () => {
  test = await createConsoleApp()
  await test.publish([jail('sshd', { currentlyBanned: 2 }), jail('recidive', { state: 'stopped' })])
  test.answer(() => ({ ok: true, jail: detail }))
  viewer = await test.signedIn('viewer')
  operator = await test.signedIn('operator')
  admin = await test.signedIn('admin')
})
afterEach(() => test.close())

describe('GET /hosts/{host}/jails', () => {
  it('lists the jails with their counters without asking fail2ban', async () => {
    const response = await viewer.get(JAILS).expect(200)
    expect(response.body.items).toMatchObject([
      { name: 'sshd', state: 'active', currentlyBanned: 2, maxretry: 5 },
      { name: 'recidive', state: 'stopped' },
    ])
    expect(test.commands).toEqual([])
  })

  it('needs a session and an existing host', async () => {
    await test.browser().get(JAILS).expect(401)
    const response = await viewer.get('/api/v1/hosts/nowhere/jails').expect(404)
    expect(response.body.code).toBe('host-not-found')
    await viewer.get('/api/v1/hosts/NO%20HOST/jails').expect(400)
  })
})

describe('GET /hosts/{host}/jails/{jail}', () => {
  it('adds what only fail2ban knows', async () => {
    const response = await viewer.get(`${JAILS}/sshd`).expect(200)
    expect(response.body).toEqual(detail)
  })

  it('asks fail2ban once for any number of readers', async () => {
    await Promise.all([
      viewer.get(`${JAILS}/sshd`),
      operator.get(`${JAILS}/sshd`),
      admin.get(`${JAILS}/sshd`),
    ])
    expect(test.commands).toEqual([{ kind: 'describeJail', jail: 'sshd' }])
  })

  it('answers with what is known while fail2ban is away', async () => {
    test.answer(() => ({ ok: false, code: 'fail2ban-unavailable', message: 'It is not running.' }))
    const response = await viewer.get(`${JAILS}/sshd`).expect(200)
    expect(response.body).toEqual(jail('sshd', { currentlyBanned: 2 }))
  })

  it('answers with what is known while the host is not online, and asks nobody', async () => {
    await test.publish([jail('sshd')], { online: false })
    await viewer.get(`${JAILS}/sshd`).expect(200)
    expect(test.commands).toEqual([])
  })

  it('does not ask about a stopped jail', async () => {
    const response = await viewer.get(`${JAILS}/recidive`).expect(200)
    expect(response.body.state).toBe('stopped')
    expect(test.commands).toEqual([])
  })

  it('knows only jails that exist', async () => {
    const response = await viewer.get(`${JAILS}/nojail`).expect(404)
    expect(response.body).toMatchObject({ code: 'jail-not-found', detail: expect.stringContaining('nojail') })
  })
})

describe('acting on a jail', () => {
  it.each([
    ['start', 'startJail'],
    ['stop', 'stopJail'],
    ['restart', 'restartJail'],
    ['reload', 'reloadJail'],
    ['idle', 'idleJail'],
    ['resume', 'resumeJail'],
  ])('%s is for administrators and answers with the jail', async (action, kind) => {
    await test.browser().post(`${JAILS}/sshd/${action}`).expect(401)
    await operator.post(`${JAILS}/sshd/${action}`).expect(403)
    const response = await admin.post(`${JAILS}/sshd/${action}`).expect(200)
    expect(response.body).toMatchObject({ name: 'sshd' })
    expect(test.commands).toEqual([{ kind, jail: 'sshd' }])
  })

  it('says when nothing was done', async () => {
    test.answer(() => ({
      ok: false,
      code: 'jail-not-found',
      message: 'There is no jail called sshd in fail2ban.',
    }))
    const missing = await admin.post(`${JAILS}/sshd/stop`).expect(404)
    expect(missing.body.code).toBe('jail-not-found')
    await test.removeAgent()
    const away = await admin.post(`${JAILS}/sshd/stop`).expect(502)
    expect(away.body).toMatchObject({ code: 'fail2ban-unavailable' })
    expect(away.body.detail).toContain('not carried out')
    await admin.post('/api/v1/hosts/nowhere/jails/sshd/stop').expect(404)
    await admin.post(`${JAILS}/${encodeURIComponent('a b;c')}/stop`).expect(400)
  })
})

describe('POST unban-all', () => {
  const path = `${JAILS}/sshd/unban-all`

  it('is for operators and says how many bans are gone and how many are left', async () => {
    test.answer(() => ({ ok: true, lifted: { unbanned: 12, remaining: 3 } }))
    await test.browser().post(path).expect(401)
    await viewer.post(path).expect(403)
    const response = await operator.post(path).expect(200)
    expect(response.body).toEqual({ unbanned: 12, remaining: 3 })
    expect(test.commands).toEqual([{ kind: 'unbanJail', jail: 'sshd' }])
  })

  it('names what is not there', async () => {
    await operator.post('/api/v1/hosts/nowhere/jails/sshd/unban-all').expect(404)
    test.answer(() => ({ ok: false, code: 'jail-not-found', message: 'fail2ban runs no jail called sshd.' }))
    await operator.post(path).expect(404)
  })
})

describe('PATCH /hosts/{host}/jails/{jail}', () => {
  const path = `${JAILS}/sshd`

  it('changes what is named', async () => {
    await test.browser().patch(path).send({ maxretry: 3 }).expect(401)
    await operator.patch(path).send({ maxretry: 3 }).expect(403)
    await admin.patch(path).send({ bantimeSeconds: -1, findtimeSeconds: 900, maxretry: 3 }).expect(200)
    expect(test.commands).toEqual([
      { kind: 'setBantime', jail: 'sshd', seconds: -1 },
      { kind: 'setFindtime', jail: 'sshd', seconds: 900 },
      { kind: 'setMaxretry', jail: 'sshd', count: 3 },
    ])
  })

  it('logs who changed what', async () => {
    await admin.patch(path).send({ maxretry: 3 }).expect(200)
    expect(test.logged).toContainEqual(
      expect.objectContaining({
        action: 'jail.change',
        actor: 'admin',
        object: 'local/sshd',
        change: { maxretry: 3 },
        result: 'done',
      }),
    )
  })

  it('says what was changed before something was refused', async () => {
    test.answer((command) =>
      command.kind === 'setFindtime'
        ? { ok: false, code: 'fail2ban-refused', message: 'fail2ban refused: ValueError.' }
        : { ok: true, jail: detail },
    )
    const response = await admin.patch(path).send({ bantimeSeconds: 60, findtimeSeconds: 900 }).expect(502)
    expect(response.body.detail).toBe(
      'bantime was changed, but findtime was not: fail2ban refused: ValueError.',
    )
  })

  it.each([
    [{}, ''],
    [{ bantimeSeconds: '1h' }, '/bantimeSeconds'],
    [{ bantimeSeconds: 0 }, '/bantimeSeconds'],
    [{ findtimeSeconds: 1.5 }, '/findtimeSeconds'],
    [{ maxretry: 0 }, '/maxretry'],
    [{ failregex: '.*' }, '/failregex'],
  ])('refuses %j', async (body, pointer) => {
    const response = await admin.patch(path).send(body).expect(400)
    expect(response.body.errors[0]).toMatchObject({ in: 'body', pointer })
    expect(test.commands).toEqual([])
  })
})

describe('POST ignoreip', () => {
  const path = `${JAILS}/sshd/ignoreip`

  it('adds addresses and reports on each in the order of the request', async () => {
    test.answer(() => ({
      ok: true,
      ignored: [
        { ip: '10.0.0.0/8', outcome: 'already-listed' },
        { ip: '192.0.2.9', outcome: 'added' },
      ],
    }))
    const ips = ['192.0.2.9', 'example.org', '10.1.2.3/8']
    await test.browser().post(path).send({ ips }).expect(401)
    await viewer.post(path).send({ ips }).expect(403)
    const response = await operator.post(path).send({ ips }).expect(200)
    expect(response.body.items).toEqual([
      { ip: '192.0.2.9', outcome: 'added' },
      { ip: 'example.org', outcome: 'invalid', detail: expect.any(String) },
      { ip: '10.0.0.0/8', outcome: 'already-listed' },
    ])
    expect(test.commands).toEqual([{ kind: 'addIgnoreip', jail: 'sshd', ips: ['192.0.2.9', '10.0.0.0/8'] }])
  })

  it.each([['example.org'], ['0.0.0.0/0'], ['::/0'], ['10.0.0.0/7']])('refuses %s alone', async (ip) => {
    const response = await operator
      .post(path)
      .send({ ips: [ip] })
      .expect(400)
    expect(response.body.errors).toMatchObject([{ in: 'body', pointer: '/ips/0' }])
    expect(test.commands).toEqual([])
  })
})

describe('DELETE ignoreip/{ip}', () => {
  const path = `${JAILS}/sshd/ignoreip/`

  it('takes whatever is listed off the list', async () => {
    test.answer((command) => ({
      ok: true,
      ignored: command.kind === 'removeIgnoreip' ? [{ ip: command.ips[0] ?? '', outcome: 'removed' }] : [],
    }))
    await test.browser().delete(`${path}192.0.2.9`).expect(401)
    await viewer.delete(`${path}192.0.2.9`).expect(403)
    const response = await operator.delete(`${path}${encodeURIComponent('10.0.0.0/8')}`).expect(200)
    expect(response.body.items).toEqual([{ ip: '10.0.0.0/8', outcome: 'removed' }])
    await operator.delete(`${path}vpn.example.org`).expect(200)
    expect(test.commands).toEqual([
      { kind: 'removeIgnoreip', jail: 'sshd', ips: ['10.0.0.0/8'] },
      { kind: 'removeIgnoreip', jail: 'sshd', ips: ['vpn.example.org'] },
    ])
  })

  it('says that it was not listed', async () => {
    test.answer(() => ({ ok: true, ignored: [{ ip: '192.0.2.9', outcome: 'not-listed' }] }))
    const response = await operator.delete(`${path}192.0.2.9`).expect(404)
    expect(response.body).toMatchObject({ code: 'not-found', detail: expect.stringContaining('192.0.2.9') })
  })
})
