import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { mkdirSync, mkdtempSync, renameSync, rmSync, unlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startAgentUnderTest, type AgentUnderTest } from '../support/agent-under-test.ts'
import type { Probe } from '../../src/shared/probe.ts'
import { waitFor } from '../support/wait-for.ts'

/**
 * A fail2ban whose files are elsewhere for us than it says, as in another container: it has opened them where it says, and then
 * they were moved to `here`.
 */
let here: string
let test: AgentUnderTest

beforeEach(() => {
  here = mkdtempSync(join(tmpdir(), 'bangui-here-'))
})
afterEach(async () => {
  await test.stop()
  rmSync(here, { recursive: true, force: true })
})

async function start(mapped: boolean): Promise<void> {
  const pathMap: Array<{ theirs: string; here: string }> = []
  test = await startAgentUnderTest({
    agent: { pathMap },
    before: async (fail2ban) => {
      const { root } = fail2ban
      await fail2ban.client('set', 'sshd', 'banip', '203.0.113.7')
      // SQLite may still open a journal beside the old name; the file itself stays the same one.
      mkdirSync(join(here, 'db'))
      renameSync(join(root, 'fail2ban.sqlite3'), join(here, 'db', 'fail2ban.sqlite3'))
      renameSync(join(root, 'log'), join(here, 'log'))
      if (mapped) {
        pathMap.push(
          { theirs: join(root, 'log'), here: join(here, 'log') },
          { theirs: root, here: join(here, 'db') },
        )
      }
    },
  })
  await waitFor(() => test.snapshot()?.host.surroundings, { what: 'the agent to look around' })
}

async function probe(): Promise<Probe | undefined> {
  const reply = await test.command({ kind: 'probe' })
  return reply.ok ? reply.probe : undefined
}

describe('a fail2ban whose files are elsewhere', () => {
  it('is followed with its reasons and log files through the map', async () => {
    await start(true)
    const { root } = test.fail2ban
    await test.agreesOn(['203.0.113.7'])
    const rows = await test.db.selectFrom('active_bans').select(['ip', 'expires_at']).execute()
    expect(rows).toEqual([{ ip: '203.0.113.7', expires_at: expect.any(Number) }])
    expect(test.snapshot()?.host).toMatchObject({ database: 'ok' })
    expect((await probe())?.database).toEqual({ state: 'ok', path: join(here, 'db', 'fail2ban.sqlite3') })
    const { surroundings } = test.snapshot()?.host ?? {}
    expect(surroundings).not.toHaveProperty('hiddenDatabase')
    expect(surroundings).not.toHaveProperty('hiddenLogs')
    const detail = await test.command({ kind: 'describeJail', jail: 'sshd' })
    if (!detail.ok) throw new Error('The jail cannot be described.')
    expect(detail.jail?.files).toMatchObject([{ path: join(root, 'log', 'auth.log'), state: 'ok' }])

    unlinkSync(join(here, 'log', 'auth.log'))
    await waitFor(() => test.snapshot()?.jails.some((jail) => jail.name === 'sshd' && jail.missingSources), {
      what: 'the missing log file to be told, as fail2ban names it',
    })
    expect(test.snapshot()?.jails.find((jail) => jail.name === 'sshd')?.missingSources).toEqual([
      join(root, 'log', 'auth.log'),
    ])
  })

  it('is told to have hidden files where nobody has written the map', async () => {
    await start(false)
    const { root } = test.fail2ban
    await waitFor(() => test.snapshot()?.host.surroundings?.hiddenLogs, {
      what: 'the log files to be hidden',
    })
    const { host, jails } = test.snapshot() ?? {}
    expect(host).toMatchObject({
      database: 'unreadable',
      surroundings: {
        hiddenDatabase: join(root, 'fail2ban.sqlite3'),
        hiddenLogs: expect.arrayContaining([join(root, 'log', 'auth.log')]),
      },
    })
    expect(jails?.flatMap((jail) => jail.missingSources ?? [])).toEqual([])
  })
})
