import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { startReplicas, type Replica, type Replicas } from '../support/replicas.ts'
import { waitFor } from '../support/wait-for.ts'
import { agentHolder, ban, isHostOnline, replicaOf } from './cluster-view.ts'
import { tally, type Answer } from './http.ts'
import { memoryOf } from './observe.ts'
import { judgeLog, witness } from './witness.ts'

let replicas: Replicas
let cookies: string[]

beforeAll(async () => {
  replicas = await startReplicas({ count: 2, fail2ban: true })
}, 60_000)

beforeEach(async () => {
  while (replicas.all.length < 2) await replicas.start()
  cookies = await replicas.signIn(4)
}, 60_000)

afterAll(() => replicas.stop())

/** The replica that is the agent right now, and another one. */
async function roles(): Promise<{ holder: Replica; other: Replica }> {
  const [first] = replicas.urls()
  const { pid } = await agentHolder(first ?? '', cookies[0] ?? '')
  const holder = replicaOf(replicas.all, pid)
  const other = replicas.all.find((replica) => replica !== holder)
  if (!other) throw new Error('There is no other replica.')
  await waitFor(() => isHostOnline(other.url(), cookies[0] ?? ''), { what: 'the host to be online' })
  return { holder, other }
}

/** How often fail2ban banned each address. */
function bansOf(ips: readonly string[]): number[] {
  const lines = replicas.fail2ban.actionLog().split('\n')
  return ips.map((ip) => lines.filter((line) => line.startsWith(`ban sshd ${ip} `)).length)
}

const listed = async (): Promise<string> => replicas.fail2ban.client('get', 'sshd', 'banip')

async function requestsKnown(): Promise<number> {
  const found = await replicas.redis.cli('--scan', '--pattern', '{bangui}:request:agent/local:*')
  return found.split('\n').filter(Boolean).length
}

/** As a person does: once more when it is not known what became of it. */
async function banStubbornly(replica: Replica, ip: string): Promise<Answer[]> {
  const tries: Answer[] = []
  await waitFor(
    async () => {
      const answer = await ban(replica.url(), cookies[tries.length % cookies.length] ?? '', [ip])
      tries.push(answer)
      return answer.status === 200
    },
    { what: `${ip} to be banned`, timeoutMs: 40_000, everyMs: 100 },
  )
  return tries
}

describe('an agent that is killed', () => {
  it('has a successor within 15 seconds, and no command is carried out twice', async () => {
    const { holder, other } = await roles()
    const ips = Array.from({ length: 30 }, (_, index) => `203.0.113.${100 + index}`)
    let killedAt = 0
    let succeededAt = 0
    await witness({ replicas: [other], cookies, allowed: [200] }, async () => {
      const commands = ips.map(async (ip, index) => {
        await waitFor(() => index < 10 || killedAt > 0, { what: 'the turn of the command' })
        return banStubbornly(other, ip)
      })
      await waitFor(() => bansOf(ips).some((count) => count > 0), { what: 'the first ban' })
      holder.signal('SIGKILL')
      killedAt = performance.now()
      const probe = banStubbornly(other, '203.0.113.99').then(() => (succeededAt = performance.now()))
      const tries = await Promise.all(commands)
      await probe
      const last = tries.map((each) => each.at(-1))
      expect(last.map((answer) => answer?.status)).toEqual(ips.map(() => 200))
      const refusals = tries.flat().filter(({ status }) => status !== 200)
      expect(
        Object.keys(tally(refusals)).filter((status) => !['502', '503', '504'].includes(status)),
      ).toEqual([])
    })
    expect(succeededAt - killedAt).toBeLessThan(15_000)
    await waitFor(() => bansOf(ips).every((count) => count > 0), { what: 'the actions of all bans' })
    expect(bansOf(ips)).toEqual(ips.map(() => 1))
    await replicas.end(holder)
  }, 90_000)
})

describe('an agent that stands still for longer than its lease', () => {
  it('carries out nothing of what it had taken, once another is the agent', async () => {
    const { holder, other } = await roles()
    const { fail2ban, redis } = replicas
    const ips = Array.from({ length: 12 }, (_, index) => `198.51.100.${10 + index}`)
    const memory = memoryOf(other)
    // Those of the test before are remembered.
    const known = await requestsKnown()
    // fail2ban takes one command and answers none: the others wait inside the agent, taken and not begun.
    fail2ban.freeze()
    const commands = ips.map((ip, index) => ban(other.url(), cookies[index % cookies.length] ?? '', [ip]))
    await waitFor(
      async () => {
        const waiting = Number(await redis.cli('llen', '{bangui}:queue:agent/local'))
        return waiting === 0 && (await requestsKnown()) >= known + ips.length
      },
      { what: 'the agent to have taken all commands', everyMs: 5 },
    )
    holder.signal('SIGSTOP')
    await waitFor(async () => (await agentHolder(other.url(), cookies[0] ?? '')).pid === other.pid, {
      what: 'the other replica to be the agent',
      timeoutMs: 20_000,
    })
    fail2ban.thaw()
    const [after] = await banStubbornly(other, '198.51.100.99')
    expect(after?.status).toBeDefined()
    const before = await listed()
    holder.signal('SIGCONT')
    const answers = await Promise.all(commands)
    // The thawed one has had its chance when it says by itself that it is no longer the agent.
    await waitFor(async () => isHostOnline(holder.url(), cookies[0] ?? ''), {
      what: 'the old agent to go on',
    })
    expect((await agentHolder(holder.url(), cookies[0] ?? '')).pid).toBe(other.pid)
    const now = await listed()
    for (const [index, { status }] of answers.entries()) {
      const ip = ips[index] ?? ''
      expect([200, 502, 503, 504]).toContain(status)
      if (status !== 200) expect(now.includes(ip)).toBe(before.includes(ip))
    }
    expect(bansOf(ips).filter((count) => count > 1)).toEqual([])
    // Of all that was taken, fail2ban itself had one command at most.
    expect(bansOf(ips).filter((count) => count === 1).length).toBeLessThanOrEqual(1)
    expect(memoryOf(other) - memory).toBeLessThan(96 << 20)
    for (const replica of replicas.all) judgeLog(replica.log())
  }, 120_000)
})
