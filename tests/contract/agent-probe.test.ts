import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { chmodSync } from 'node:fs'
import { startAgentUnderTest, type AgentUnderTest } from '../support/agent-under-test.ts'
import { isOlder, type Probe } from '../../src/shared/probe.ts'

let test: AgentUnderTest

beforeAll(async () => {
  test = await startAgentUnderTest()
})
afterAll(() => test.stop())

async function probe(): Promise<Probe> {
  const reply = await test.command({ kind: 'probe' })
  if (!reply.ok || !reply.probe) throw new Error(`No probe: ${JSON.stringify(reply)}`)
  return reply.probe
}

describe('a probe of fail2ban', () => {
  it('tells who asks, through which socket, and what answers', async () => {
    expect(await probe()).toEqual({
      agent: { user: 'root', group: 'root' },
      socket: { path: test.fail2ban.socket, owner: 'root', group: 'root', mode: '0700' },
      version: expect.stringMatching(/^\d+\.\d+/),
      tooOld: false,
      jails: ['nginx-http-auth', 'recidive', 'sshd'],
      database: { state: 'ok', path: test.fail2ban.database },
    })
  })

  it('tells the mode of the socket as it is now', async () => {
    chmodSync(test.fail2ban.socket, 0o660)
    expect((await probe()).socket).toMatchObject({ mode: '0660' })
  })

  it('tells of a fail2ban that crashed, that is not running, and that is back', async () => {
    await test.fail2ban.kill()
    expect(await probe()).toEqual({
      agent: { user: 'root', group: 'root' },
      socket: expect.objectContaining({ path: test.fail2ban.socket, problem: 'socket-stale' }),
    })
    await test.fail2ban.restart()
    await test.fail2ban.shutDown()
    expect((await probe()).socket).toEqual({ path: test.fail2ban.socket, problem: 'socket-missing' })
    await test.fail2ban.restart()
    const back = await probe()
    expect(back.socket).not.toHaveProperty('problem')
    expect(back.version).toBeDefined()
  })

  it('lets every screen see what was found', async () => {
    await test.fail2ban.shutDown()
    await probe()
    expect(test.snapshot()?.host.offline?.reason).toBe('socket-missing')
    await test.fail2ban.restart()
    await probe()
    expect(test.snapshot()?.host.online).toBe(true)
  })
})

describe('isOlder', () => {
  it.each([
    ['0.11.1', true],
    ['0.10.6', true],
    ['0.11.2', false],
    ['0.11.3.dev1', false],
    ['1.0.2', false],
    ['1.1.1', false],
    ['1.2', false],
    ['something', false],
  ])('0.11.2: %s → %s', (version, expected) => {
    expect(isOlder(version, '0.11.2')).toBe(expected)
  })
})
