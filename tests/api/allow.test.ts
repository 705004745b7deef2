import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import type { HostAllowResult } from '../../src/shared/allow.ts'
import type { Agent } from '../support/test-app.ts'
import { ban, createConsoleApp, jail, type ConsoleApp } from '../support/console-app.ts'

const ALLOW = '/api/v1/allow'
let test: ConsoleApp
let operator: Agent

beforeEach(async () => {
  test = await createConsoleApp()
  await test.publish([jail('sshd'), jail('recidive')])
  operator = await test.signedIn('operator')
})
afterEach(() => test.close())

function result(ip: string, more: Partial<HostAllowResult> = {}): HostAllowResult {
  return { ip, addedTo: [], listedIn: [], failedIn: [], unbanned: [], ...more }
}

function answer(...allowed: HostAllowResult[]): void {
  test.answer(() => ({ ok: true, allowed }))
}

describe('POST /allow', () => {
  it('is for operators', async () => {
    const body = { ips: ['192.0.2.9'], unban: false }
    await test.browser().post(ALLOW).send(body).expect(401)
    const viewer = await test.signedIn('viewer')
    await viewer.post(ALLOW).send(body).expect(403)
  })

  it('puts an address on the list of every running jail and lifts its bans', async () => {
    answer(
      result('192.0.2.9', {
        addedTo: ['recidive'],
        listedIn: ['sshd'],
        unbanned: [{ jail: 'sshd', ip: '192.0.2.9' }],
      }),
    )
    const response = await operator
      .post(ALLOW)
      .send({ ips: ['192.0.2.9'], unban: true })
      .expect(200)
    expect(response.body.items).toEqual([
      {
        ip: '192.0.2.9',
        outcome: 'allowed',
        allowedIn: [
          { host: 'local', jail: 'recidive' },
          { host: 'local', jail: 'sshd' },
        ],
        unbannedFrom: [{ host: 'local', jail: 'sshd', ip: '192.0.2.9' }],
        stillBannedBy: [],
        failedIn: [],
      },
    ])
    expect(test.commands).toEqual([{ kind: 'allowEverywhere', ips: ['192.0.2.9'], unban: true }])
  })

  it('tells what was allowed before, in part and not at all from each other', async () => {
    answer(
      result('192.0.2.1', { listedIn: ['recidive', 'sshd'] }),
      result('192.0.2.2', { addedTo: ['sshd'], failedIn: [{ jail: 'recidive', detail: 'It refused.' }] }),
      result('192.0.2.3', { failedIn: [{ jail: 'sshd', detail: 'It refused.' }] }),
      result('192.0.2.4'),
    )
    const ips = ['192.0.2.1', '192.0.2.2', 'nonsense', '192.0.2.3', '192.0.2.4']
    const response = await operator.post(ALLOW).send({ ips, host: 'local', unban: false }).expect(200)
    const items = response.body.items as Array<{ ip: string; outcome: string }>
    expect(items.map(({ ip, outcome }) => `${ip} ${outcome}`)).toEqual([
      '192.0.2.1 already-allowed',
      '192.0.2.2 partly',
      'nonsense invalid',
      '192.0.2.3 failed',
      '192.0.2.4 failed',
    ])
    expect(items[1]).toMatchObject({
      failedIn: [{ host: 'local', jail: 'recidive', detail: 'It refused.' }],
    })
    expect(items[4]).toMatchObject({
      failedIn: [{ host: 'local', detail: expect.stringContaining('No jail') }],
    })
  })

  it('names the bans that go on blocking what was allowed', async () => {
    await test.tell(ban('192.0.2.9'), ban('192.0.2.0/24', { jail: 'recidive' }))
    answer(result('192.0.2.9', { addedTo: ['sshd'], unbanned: [{ jail: 'sshd', ip: '192.0.2.9' }] }))
    const response = await operator
      .post(ALLOW)
      .send({ ips: ['192.0.2.9'], unban: true })
      .expect(200)
    expect(response.body.items[0].stillBannedBy).toEqual([
      { host: 'local', jail: 'recidive', ip: '192.0.2.0/24' },
    ])
  })

  it.each([['example.org'], ['0.0.0.0/0'], ['::/0'], ['10.0.0.0/7'], ['']])('refuses %j', async (ip) => {
    const response = await operator
      .post(ALLOW)
      .send({ ips: [ip], unban: false })
      .expect(400)
    expect(response.body).toMatchObject({
      code: 'validation-failed',
      errors: [{ in: 'body', pointer: '/ips/0' }],
    })
    expect(test.commands).toEqual([])
  })

  it('wants to be told whether to unban, and knows only hosts that exist', async () => {
    await operator
      .post(ALLOW)
      .send({ ips: ['192.0.2.9'] })
      .expect(400)
    await operator.post(ALLOW).send({ ips: [], unban: false }).expect(400)
    const response = await operator
      .post(ALLOW)
      .send({ ips: ['192.0.2.9'], host: 'nowhere', unban: false })
      .expect(404)
    expect(response.body.code).toBe('host-not-found')
  })

  it('says so when nobody serves fail2ban', async () => {
    await test.removeAgent()
    const response = await operator
      .post(ALLOW)
      .send({ ips: ['192.0.2.9'], unban: true })
      .expect(502)
    expect(response.body).toMatchObject({ code: 'fail2ban-unavailable' })
  })
})
