import { afterEach, describe, expect, it } from '@jest/globals'
import { fileURLToPath } from 'node:url'
import { startReplicas, type Replica, type Replicas } from '../support/replicas.ts'
import { waitFor } from '../support/wait-for.ts'
import { clusterAt, isHostOnline } from './cluster-view.ts'
import { API, ask, tally, whoAmI } from './http.ts'
import { judgeLog, witness } from './witness.ts'

const SHIFTED = fileURLToPath(new URL('./shifted-clock.ts', import.meta.url))
const shiftedBy = (ms: number): Record<string, string> => ({
  NODE_OPTIONS: `--disable-warning=ExperimentalWarning --import=${SHIFTED}`,
  CLOCK_SHIFT_MS: String(ms),
})

let replicas: Replicas

afterEach(() => replicas.stop())

/** One replica with the right time, and one more for each of these errors. */
async function begin(
  ...shiftsMs: number[]
): Promise<{ right: Replica; wrong: Replica[]; cookies: string[] }> {
  replicas = await startReplicas({ count: 1, fail2ban: true })
  for (const shiftMs of shiftsMs) await replicas.start(shiftedBy(shiftMs))
  const [right, ...wrong] = replicas.all
  if (!right) throw new Error('There is no replica.')
  return { right, wrong, cookies: await replicas.signIn(4) }
}

const told = (replica: Replica, text: RegExp) =>
  waitFor(() => replica.log().find(({ level, msg }) => level >= 40 && text.test(msg)), {
    what: 'a warning about the clock',
  })

describe('a replica whose clock is wrong', () => {
  it('by five seconds, before or behind, is told so, and works', async () => {
    const { wrong, cookies } = await begin(5_000, -5_000)
    for (const each of wrong) await told(each, /clock/)
    await witness({ replicas: replicas.all, cookies, allowed: [200] }, (seen) => seen.more(100))
    for (const url of replicas.urls()) {
      await waitFor(() => isHostOnline(url, cookies[0] ?? ''), { what: 'every replica to know the host' })
    }
    for (const replica of replicas.all) judgeLog(replica.log())
  }, 90_000)

  it('by half a minute leaves the jobs to the others and says why, and sign-in budgets hold', async () => {
    const { right, wrong: others, cookies } = await begin(30_000)
    const [cookie = ''] = cookies
    const [wrong = right] = others
    await told(wrong, /clock/)
    const warnings = (await clusterAt(wrong.url(), cookie)).state.warnings.join(' ')
    expect(`${warnings} ${(await ask(`${wrong.url()}/readyz`)).body}`).toMatch(/clock/)
    // A schedule pushed ahead by the wrong clock would leave a gap of half a minute.
    const health = async () =>
      (await clusterAt(right.url(), cookie)).jobs.find(({ name }) => name === 'health.check')
    const before = (await health())?.runs ?? 0
    await waitFor(async () => ((await health())?.runs ?? 0) > before, {
      what: 'the job to run on time',
      timeoutMs: 20_000,
      everyMs: 200,
    })
    expect(Date.parse((await health())?.lastRunAt ?? '')).toBeLessThan(Date.now() + 1_000)
    const guesses = await Promise.all(
      Array.from({ length: 12 }, (_, index) =>
        ask(`${replicas.urls()[index % 2]}${API}/session`, {
          method: 'POST',
          body: { username: 'somebody', password: 'a wrong one' },
        }),
      ),
    )
    expect(tally(guesses)).toEqual({ 401: 5, 429: 7 })
    for (const each of cookies) expect((await whoAmI(wrong.url(), each)).status).toBe(200)
    for (const replica of replicas.all) judgeLog(replica.log())
  }, 90_000)
})
