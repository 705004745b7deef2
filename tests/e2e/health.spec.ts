import type { Locator, Page } from '@playwright/test'
import type { Cluster } from '../../src/shared/cluster.ts'
import { HealthReport } from '../../src/shared/health.ts'
import { expectAccessible } from './accessible.ts'
import { expect, openOverview, startMachine, test, UNREACHABLE, type Machine } from './console.ts'
import { expectNoSidewaysScroll, toast } from './pages.ts'

const table = (page: Page, name: string): Locator => page.getByRole('table', { name })

/** Opens the page from the overview, as an administrator does. */
async function openHealth(overview: Page): Promise<void> {
  await overview.getByRole('link', { name: 'View checks' }).click()
  await expect(overview.getByRole('heading', { name: 'Health & cluster', level: 1 })).toBeVisible()
  await expect(table(overview, 'Background jobs')).toBeVisible()
}

const checks = (page: Page): Locator => page.getByRole('list', { name: 'Checks' }).getByRole('listitem')

function checkCalled(page: Page, label: string): Locator {
  return checks(page).filter({ has: page.getByRole('heading', { name: label, exact: true }) })
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
  await expect(overview).toHaveTitle('Health & cluster · BanGUI')
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

/** On a phone the cell brings the title of its column along. */
function runsIn(cell: string): number {
  return Number(/\d+$/.exec(cell)?.[0])
}

test('a job runs when asked, and the page says so once it has', async ({ overview }) => {
  await openHealth(overview)
  const row = jobRow(overview, 'sessions.prune')
  await expect(row).toContainText('Done')
  const before = runsIn(await row.getByRole('cell').nth(4).innerText())
  await row.getByRole('button', { name: 'Run now: sessions.prune' }).click()
  await expect(toast(overview, /^sessions\.prune ran in \d/)).toBeVisible()
  await expect
    .poll(async () => runsIn(await row.getByRole('cell').nth(4).innerText()))
    .toBeGreaterThan(before)
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
  for (const path of ['cluster', 'health']) {
    await overview.route(`**/api/v1/${path}`, (route) =>
      route.fulfill({ status: 503, contentType: 'application/problem+json', json: problem }),
    )
  }
  const notice = overview.getByText(/Showing what was known at \d\d:\d\d:\d\d\./)
  await expect(notice).toBeVisible()
  await expect(overview.getByText('Connection to the session store is interrupted.')).toBeVisible()
  await expect(overview.getByRole('region', { name: 'State' })).toContainText('Not answering')
  await expect(table(overview, 'Instances and workers')).toContainText('Ready')
  await expectAccessible(overview)
  for (const path of ['cluster', 'health']) await overview.unroute(`**/api/v1/${path}`)
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

test('E1 every check is there for everybody, and each that is not well has its cause and what to do', async ({
  overview,
  machine,
}) => {
  await overview.route('**/api/v1/health', (route) => route.fulfill({ json: inBadHealth }))
  await overview.route('**/api/v1/session', async (route) => {
    const answer = await route.fetch()
    const session = (await answer.json()) as { user: object }
    await route.fulfill({ json: { ...session, user: { ...session.user, role: 'viewer' } } })
  })
  await overview.goto(`${machine.url}/health`)
  await expect(checks(overview)).toHaveCount(inBadHealth.checks.length)
  await expect(table(overview, 'Background jobs')).toHaveCount(0)
  await expect(overview.getByRole('button', { name: 'Copy diagnostics' })).toHaveCount(0)
  for (const [label, cause, remedy] of [
    ['fail2ban', 'There is no socket at /run/f2b.sock.', 'systemctl start fail2ban'],
    ['Log files', 'nginx watches a log file that does not exist (/var/log/nginx/error.log)', 'Go to nginx'],
    ['Ban feed', 'fail2ban counts 12 bans, the list has 9', 'Go to the jobs'],
    ['Disk space', 'Only 40 MB are free on the disk of /data.', 'df -h /data'],
    ['Clock', 'The clock of this machine is 4.0 s behind that of Redis.', 'timedatectl set-ntp true'],
    ['Encryption', 'BanGUI is reached over plain http', 'PUBLIC_URL=https://bangui.example.org'],
  ] as const) {
    await expect(checkCalled(overview, label)).toContainText(cause)
    await expect(checkCalled(overview, label)).toContainText(remedy)
  }
  await expect(checks(overview).first()).toContainText('Failing')
  await expect(checkCalled(overview, 'Jails')).toContainText('Not known while fail2ban is away.')
  await expectAccessible(overview)
})

test('E1 a command is copied with one click, over plain http too', async ({ overview, context }) => {
  await overview.route('**/api/v1/health', (route) => route.fulfill({ json: inBadHealth }))
  await openHealth(overview)
  await context.grantPermissions(['clipboard-read', 'clipboard-write'])
  await checkCalled(overview, 'fail2ban').getByRole('button', { name: 'Copy the command' }).click()
  await expect(checkCalled(overview, 'fail2ban').getByRole('button', { name: 'Copied' })).toBeVisible()
  expect(await overview.evaluate(() => navigator.clipboard.readText())).toBe('systemctl start fail2ban')
})

test('the checks are done again when asked', async ({ overview }) => {
  await openHealth(overview)
  const asked = overview.waitForResponse('**/api/v1/health/check')
  await overview.getByRole('button', { name: 'Check again' }).click()
  const answer = await asked
  expect(answer.status()).toBe(200)
  // How many they are depends on the topology.
  const report = HealthReport.parse(await answer.json())
  expect(report.checks.length).toBeGreaterThanOrEqual(12)
  await expect(checks(overview)).toHaveCount(report.checks.length)
  await expect(checkCalled(overview, 'Ban feed')).toContainText('Working')
})

test.describe('with a fail2ban of its own', () => {
  test.describe.configure({ mode: 'serial' })
  let own: Machine & AsyncDisposable
  test.beforeAll(async () => {
    own = await startMachine()
  })
  test.afterAll(() => own[Symbol.asyncDispose]())

  test('E2 without its socket the check is red within ten seconds, and green again with it', async ({
    page,
  }) => {
    await openOverview(page, own)
    await openHealth(page)
    await expect(checkCalled(page, 'fail2ban')).toHaveAttribute('data-level', 'ok')
    await own.fail2ban.shutDown()
    await expect(checkCalled(page, 'fail2ban')).toHaveAttribute('data-level', 'failing', { timeout: 10_000 })
    await expect(checkCalled(page, 'fail2ban')).toContainText('systemctl start fail2ban')
    await own.fail2ban.restart()
    await expect(checkCalled(page, 'fail2ban')).toHaveAttribute('data-level', 'ok', { timeout: 10_000 })
  })

  test('E6 the mark in the navigation counts what needs somebody', async ({ page, isMobile }) => {
    await openOverview(page, own)
    const name = isMobile ? 'Health' : 'Health & cluster'
    const link = page.getByRole('navigation').getByRole('link', { name })
    await expect(link).not.toContainText(/need/)
    await own.fail2ban.client('stop', 'recidive')
    await expect(link).toContainText('1 check needs a look', { useInnerText: false })
    await openHealth(page)
    await expect(checks(page).and(page.locator('[data-level=failing], [data-level=warning]'))).toHaveCount(1)
  })
})

/** What the server tells when much is wrong. */
const inBadHealth: HealthReport = {
  level: 'failing',
  verdict: 'not-working',
  checks: [
    {
      id: 'fail2ban',
      level: 'failing',
      host: 'local',
      finding: {
        cause: 'away',
        reason: 'socket-missing',
        since: '2026-11-23T13:02:00.000Z',
        detail: 'There is no socket at /run/f2b.sock.',
        remedy: 'Start it with: systemctl start fail2ban.',
      },
      fix: { kind: 'command', command: 'systemctl start fail2ban' },
    },
    {
      id: 'jails',
      level: 'unknown',
      host: 'local',
      finding: { cause: 'not-known', because: 'fail2ban-away' },
    },
    {
      id: 'log-files',
      level: 'warning',
      host: 'local',
      finding: {
        cause: 'missing',
        jails: [{ jail: 'nginx', files: ['/var/log/nginx/error.log'], blind: true }],
      },
      fix: { kind: 'jail', host: 'local', jail: 'nginx' },
    },
    {
      id: 'ban-feed',
      level: 'warning',
      host: 'local',
      finding: {
        cause: 'out-of-step',
        fail2ban: 12,
        console: 9,
        jails: ['sshd'],
        since: '2026-11-23T13:00:00.000Z',
      },
      fix: { kind: 'jobs' },
    },
    {
      id: 'disk',
      level: 'failing',
      finding: { cause: 'nearly-full', freeBytes: 40_000_000, folder: '/data' },
      fix: { kind: 'command', command: 'df -h /data' },
    },
    {
      id: 'clock',
      level: 'warning',
      finding: { cause: 'apart', skewMs: 4_000 },
      fix: { kind: 'command', command: 'timedatectl set-ntp true' },
    },
    {
      id: 'encryption',
      level: 'warning',
      finding: { cause: 'plain-http' },
      fix: { kind: 'setting', name: 'PUBLIC_URL', value: 'https://bangui.example.org' },
    },
  ],
}

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
