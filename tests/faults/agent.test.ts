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
  it('does no more of what it had begun, once another is the agent', async () => {
    const { holder, other } = await roles()
    const [cookie = ''] = cookies
    const ips = Array.from({ length: 400 }, (_, index) => `2001:db8:5::${(index + 1).toString(16)}`)
    const banned = (): number => bansOf(ips).filter((count) => count > 0).length
    const memory = memoryOf(other)
    const command = ban(other.url(), cookie, ips)
    await waitFor(() => banned() >= 20, { what: 'the command to be under way', everyMs: 2 })
    holder.signal('SIGSTOP')
    await waitFor(async () => (await agentHolder(other.url(), cookie)).pid === other.pid, {
      what: 'the other replica to be the agent',
      timeoutMs: 20_000,
    })
    // What fail2ban had been sent is long done; most of it had not been sent.
    const doneBefore = banned()
    expect(doneBefore).toBeLessThan(ips.length)
    expect((await banStubbornly(other, '203.0.113.98')).at(-1)?.status).toBe(200)
    holder.signal('SIGCONT')
    const answer = await command
    expect([502, 503, 504]).toContain(answer.status)
    expect(answer.body).toContain('may or may not have been carried out')
    // Through the thawed one, so that it has had its chance.
    await waitFor(() => isHostOnline(holder.url(), cookie), { what: 'the old agent to go on' })
    expect((await banStubbornly(holder, '203.0.113.97')).at(-1)?.status).toBe(200)
    expect((await agentHolder(holder.url(), cookie)).pid).toBe(other.pid)
    expect(banned()).toBe(doneBefore)
    expect(bansOf(ips).filter((count) => count > 1)).toEqual([])
    expect(memoryOf(other) - memory).toBeLessThan(96 << 20)
    for (const replica of replicas.all) judgeLog(replica.log())
  }, 120_000)
})
