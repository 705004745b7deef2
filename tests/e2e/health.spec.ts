import type { Locator, Page } from '@playwright/test'
import type { Cluster } from '../../src/shared/cluster.ts'
import { expectAccessible } from './accessible.ts'
import { expect, test, UNREACHABLE } from './console.ts'
import { expectNoSidewaysScroll, toast } from './pages.ts'

const table = (page: Page, name: string): Locator => page.getByRole('table', { name })

/** Opens the page from the overview, as an administrator does. */
async function openHealth(overview: Page): Promise<void> {
  await overview.getByRole('link', { name: 'Health' }).click()
  await expect(overview.getByRole('heading', { name: 'Health', level: 1 })).toBeVisible()
  await expect(table(overview, 'Background jobs')).toBeVisible()
}

function jobRow(page: Page, name: string): Locator {
  return table(page, 'Background jobs')
    .getByRole('row')
    .filter({ has: page.getByRole('rowheader', { name, exact: false }) })
}

test('the health page shows the process that serves, what it holds and what it does', async ({
  overview,
}) => {
  await openHealth(overview)
  await expect(overview).toHaveTitle('Health · BanGUI')
  await expect(overview.getByRole('region', { name: 'State' })).toContainText('Working')
  const instances = table(overview, 'Instances and workers')
  await expect(instances.getByRole('rowheader')).toHaveCount(1)
  await expect(instances).toContainText('Ready')
  await expect(instances).toContainText('web, jobs, agent')
  const name = await instances.getByRole('rowheader').innerText()
  const [holder = ''] = name.split('\n')
  const lease = table(overview, 'Leases').getByRole('row').filter({ hasText: 'agent/local' })
  await expect(lease).toContainText(holder)
  await expect(lease).toContainText('talks to the fail2ban of local')
  await expect(jobRow(overview, 'bans.prune-history')).toContainText('every hour')
  await expect(jobRow(overview, 'health.check')).toContainText('Done', { timeout: 20_000 })
})

test('the page is accessible and fits a wide, a narrow and a very narrow screen', async ({ overview }) => {
  await openHealth(overview)
  await expectAccessible(overview)
  await overview.setViewportSize({ width: 390, height: 844 })
  await expectAccessible(overview)
  await overview.setViewportSize({ width: 320, height: 640 })
  await expectNoSidewaysScroll(overview)
})

test('a job runs when asked, and the page says so once it has', async ({ overview }) => {
  await openHealth(overview)
  const row = jobRow(overview, 'sessions.prune')
  await expect(row).toContainText('Done')
  const before = Number(await row.getByRole('cell').nth(4).innerText())
  await row.getByRole('button', { name: 'Run now: sessions.prune' }).click()
  await expect(toast(overview, /^sessions\.prune ran in \d/)).toBeVisible()
  await expect(row.getByRole('cell').nth(4)).toHaveText(String(before + 1), { useInnerText: true })
  await expect(row.getByRole('button', { name: 'Run now: sessions.prune' })).toBeVisible()
})

test('what was known stays while it cannot be asked for, with its time', async ({ overview, complaints }) => {
  complaints.expect(UNREACHABLE)
  await openHealth(overview)
  const problem = {
    type: '/api/problems/state-unavailable',
    title: 'The session store does not answer',
    status: 503,
    code: 'state-unavailable',
  }
  await overview.route('**/api/v1/cluster', (route) =>
    route.fulfill({ status: 503, contentType: 'application/problem+json', json: problem }),
  )
  const notice = overview.getByText(/Showing what was known at \d\d:\d\d:\d\d\./)
  await expect(notice).toBeVisible()
  await expect(overview.getByText('Connection to the session store is interrupted.')).toBeVisible()
  await expect(overview.getByRole('region', { name: 'State' })).toContainText('Not answering')
  await expect(table(overview, 'Instances and workers')).toContainText('Ready')
  await expectAccessible(overview)
  await overview.unroute('**/api/v1/cluster')
  await expect(notice).toBeHidden()
})

test('what is wrong is told in words, with Redis’s figures', async ({ overview }) => {
  await overview.route('**/api/v1/cluster', (route) => route.fulfill({ json: inTrouble }))
  await openHealth(overview)
  const state = overview.getByRole('region', { name: 'State' })
  await expect(state).toContainText('Not working')
  await expect(state).toContainText('Redis does not answer since 14:02.')
  await expect(state).toContainText('Set appendonly yes in Redis.')
  for (const fact of ['7.0.15', 'standalone, master', '0.4 ms', '1.3 MB of 256 MB', 'noeviction']) {
    await expect(state).toContainText(fact)
  }
  await expect(table(overview, 'Instances and workers')).toContainText('alpha · worker 2 · pid 4711')
  await expect(table(overview, 'Leases')).toContainText('a process that is silent')
  await expect(jobRow(overview, 'health.check')).toContainText('The leases cannot be read.')
  await expectAccessible(overview)
  await overview.setViewportSize({ width: 390, height: 844 })
  await expectAccessible(overview)
})

test('others than administrators get an explanation, and no link', async ({ overview, machine }) => {
  await overview.route('**/api/v1/session', async (route) => {
    const answer = await route.fetch()
    const session = (await answer.json()) as { user: object }
    await route.fulfill({ json: { ...session, user: { ...session.user, role: 'operator' } } })
  })
  await overview.goto(`${machine.url}/health`)
  await expect(overview.getByText('This page is for administrators')).toBeVisible()
  await expect(overview.getByRole('link', { name: 'Health' })).toHaveCount(0)
  await expectAccessible(overview)
})

/** A cluster with everything that can be wrong. */
const inTrouble: Cluster = {
  provider: 'redis',
  state: {
    ok: false,
    reasons: ['Redis does not answer since 14:02.'],
    warnings: ['A restart of Redis would sign everybody out. Set appendonly yes in Redis.'],
    sampledAt: '2026-11-23T13:02:00.000Z',
    server: {
      version: '7.0.15',
      topology: 'standalone',
      role: 'master',
      latencyMs: 0.4,
      usedMemoryBytes: 1_250_000,
      maxMemoryBytes: 256_000_000,
      evictionPolicy: 'noeviction',
      persistence: 'none',
      clockSkewMs: 2_500,
    },
  },
  instances: [
    {
      id: 'd6cd6cf9-36cc-4ed5-9d09-43f0ab2b6b3c',
      pid: 4711,
      hostname: 'alpha',
      worker: 2,
      roles: ['web', 'jobs', 'agent'],
      version: '0.1.0',
      startedAt: '2026-11-23T12:00:00.000Z',
      ready: false,
      eventLoopLag: { p50Ms: 0.2, p99Ms: 1_204, maxMs: 3_000 },
      rssBytes: 94_400_000,
      heapUsedBytes: 31_000_000,
      seenAt: '2026-11-23T13:02:00.000Z',
    },
  ],
  leases: [{ name: 'agent/local', holder: 'gone', expiresAt: '2026-11-23T13:02:05.000Z' }],
  jobs: [
    {
      name: 'health.check',
      schedule: 'every 15 seconds',
      lastRunAt: '2026-11-23T13:02:00.000Z',
      lastDurationMs: 12,
      lastResult: 'failed',
      lastError: 'The leases cannot be read.',
      nextRunAt: '2026-11-23T13:02:15.000Z',
      runs: 1_204,
    },
    { name: 'reports.send', schedule: 'only when it is asked for', runs: 0 },
  ],
}
