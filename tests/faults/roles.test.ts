import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { signIn } from '../support/console-process.ts'
import { fail2banSettings, startReplicas, type Replicas } from '../support/replicas.ts'
import { waitFor } from '../support/wait-for.ts'
import { agentHolder, ban, clusterAt, isHostOnline } from './cluster-view.ts'

let replicas: Replicas

beforeEach(async () => {
  replicas = await startReplicas({
    count: 0,
    fail2ban: true,
    // Unless named otherwise, a process has no way to fail2ban.
    env: { BANGUI_ROLES: 'web,jobs', FAIL2BAN_SOCKET: '/nonexistent/fail2ban.sock' },
  })
}, 60_000)
afterEach(() => replicas.stop())

/** Beside fail2ban, with no way to the database: its folder cannot even be made. */
const agentSettings = (): Record<string, string> => ({
  ...fail2banSettings(replicas.fail2ban),
  BANGUI_ROLES: 'agent',
  DATABASE_URL: 'sqlite:/proc/no-database-for-agents/bangui.db',
})

describe('roles in processes of their own', () => {
  it('let web processes without a way to fail2ban command it through an agent without a database', async () => {
    // First of all, on a Redis that is nobody's yet: it waits.
    const agent = replicas.spawn(agentSettings())
    await waitFor(() => agent.output().includes('"ready: agent"'), {
      what: 'the agent to wait',
      timeoutMs: 30_000,
    })
    const web = await replicas.start()
    const cookie = await signIn(web.url())
    await waitFor(() => isHostOnline(web.url(), cookie), { what: 'the host to be online', timeoutMs: 20_000 })

    expect((await ban(web.url(), cookie, ['203.0.113.50'])).status).toBe(200)
    expect(replicas.fail2ban.actionLog()).toContain('ban sshd 203.0.113.50 ')
    expect((await agentHolder(web.url(), cookie)).pid).toBe(agent.pid)
    const { instances } = await clusterAt(web.url(), cookie)
    expect(instances.map(({ roles }) => roles.join()).toSorted((a, b) => (a < b ? -1 : 1))).toEqual([
      'agent',
      'web,jobs',
    ])
    expect(agent.url()).toBe('')

    agent.signal('SIGTERM')
    expect(await agent.exited).toBe(0)
  }, 90_000)

  it('let jobs run where the role is, and be asked for where it is not', async () => {
    const jobs = replicas.spawn({ BANGUI_ROLES: 'jobs' })
    await waitFor(() => jobs.output().includes('"ready: jobs"'), {
      what: 'the jobs to begin',
      timeoutMs: 30_000,
    })
    const web = await replicas.start({ BANGUI_ROLES: 'web' })
    const cookie = await signIn(web.url())
    const runsOf = async (name: string): Promise<number> =>
      (await clusterAt(web.url(), cookie)).jobs.find((job) => job.name === name)?.runs ?? 0
    const before = await runsOf('sessions.prune')
    const asked = await fetch(`${web.url()}/api/v1/cluster/jobs/sessions.prune/run`, {
      method: 'POST',
      headers: { cookie },
    })
    expect(asked.status).toBe(202)
    await waitFor(async () => (await runsOf('sessions.prune')) > before, {
      what: 'the run',
      timeoutMs: 20_000,
    })
    expect(jobs.url()).toBe('')
    expect(existsSync(join(replicas.folder, 'bangui.db'))).toBe(true)
  }, 90_000)
})
