import type { Browser, Locator, Page } from '@playwright/test'
import { Diagnostics } from '../../src/shared/diagnostics.ts'
import { CheckId, HealthReport } from '../../src/shared/health.ts'
import { ADMIN } from '../support/console-process.ts'
import { startRedis, type RedisServer } from '../support/redis-server.ts'
import { expectAccessible } from './accessible.ts'
import { expect, openOverview, startMachine, test, UNREACHABLE, type Machine } from './console.ts'
import { pathIn, toast, unbanButton, verdict } from './pages.ts'

/** How soon a process that was killed is no longer listed: it is silent for six seconds first. */
const GONE_MS = 12_000
/** How soon another process talks to fail2ban when the one that did is killed. */
const TAKEN_OVER_MS = 15_000

const SECRETS = [
  'a session secret of more than thirty-two bytes',
  'a-token-for-the-metrics',
  'a-token-for-the-setup-of-it',
] as const

const INTERRUPTED = 'Connection to the session store is interrupted. You are still signed in. Retrying…'

/** On a phone the cell brings the title of its column along. */
function runsIn(cell: string): number {
  return Number(/\d+$/.exec(cell)?.[0])
}

test.describe('with two workers on one Redis', () => {
  test.describe.configure({ mode: 'serial' })
  const opened = new AsyncDisposableStack()
  let redis: RedisServer
  let machine: Machine

  test.beforeAll(async () => {
    redis = await startRedis({ config: ['appendonly yes'] })
    opened.defer(() => redis.stop())
    const [SESSION_SECRET, BANGUI_METRICS_TOKEN, BANGUI_SETUP_TOKEN] = SECRETS
    const secrets = { SESSION_SECRET, BANGUI_METRICS_TOKEN, BANGUI_SETUP_TOKEN }
    const env = { STATE_BACKEND: 'redis', REDIS_URL: redis.url, BANGUI_WORKERS: '2', ...secrets }
    machine = opened.use(await startMachine({ env }))
  })
  test.afterAll(() => opened.disposeAsync())

  test('the health page lists both, Redis, and the one that talks to fail2ban', async ({ page }) => {
    await openHealth(page, machine)
    await expect(instances(page).getByRole('rowheader')).toHaveCount(2)
    await expect(instances(page).getByText('Ready')).toHaveCount(2)
    await expect(workerRow(page, 1)).toBeVisible()
    await expect(workerRow(page, 2)).toBeVisible()
    const state = page.getByRole('region', { name: 'State' })
    await expect(state).toContainText('Working')
    await expect(state).toContainText('standalone, master')
    await expect(state).toContainText('append-only file')
    await expect(leases(page).getByRole('rowheader')).toHaveCount(1)
    await expect(leases(page)).toContainText(/worker [12]/)
    await expectAccessible(page)
  })

  test('a job that is run now shows its new run', async ({ page }) => {
    await openHealth(page, machine)
    const row = page.getByRole('row').filter({ hasText: 'instances.prune' })
    const runs = row.getByRole('cell').nth(4)
    await expect(row).toContainText('Done')
    const before = runsIn(await runs.innerText())
    await row.getByRole('button', { name: 'Run now: instances.prune' }).click()
    await expect(toast(page, /^instances\.prune ran in \d/)).toBeVisible()
    await expect.poll(async () => runsIn(await runs.innerText())).toBeGreaterThan(before)
  })

  test('a ban shows in two browsers, whichever worker serves them, and goes from both', async ({
    browser,
    page,
  }) => {
    const first = await servedBy(page, machine)
    const [second, close] = await pageOfAnotherWorker(browser, machine, first)
    const row = (where: Page): Locator =>
      where
        .getByRole('list', { name: 'Latest bans' })
        .getByRole('listitem')
        .filter({ hasText: '203.0.113.80' })
    await machine.fail2ban.client('set', 'sshd', 'banip', '203.0.113.80')
    await expect(row(second)).toBeVisible()
    await expect(row(page)).toBeVisible()
    await unbanButton(second, '203.0.113.80', 'sshd').click()
    await expect(row(page)).toBeHidden()
    await expect(row(second)).toBeHidden()
    await close()
  })

  test('every worker tells the same of health', async ({ page }) => {
    await openHealth(page, machine)
    const answers = new Map<string, string>()
    await expect
      .poll(async () => {
        const answer = await page.request.get(`${machine.url}/api/v1/health`, {
          headers: { connection: 'close' },
        })
        const { checks } = HealthReport.parse(await answer.json())
        const [process = ''] = (answer.headers()['x-request-id'] ?? '').split('-')
        answers.set(process, JSON.stringify(checks.map(({ id, level }) => [id, level])))
        return answers.size
      })
      .toBe(2)
    expect(new Set(answers.values()).size).toBe(1)
  })

  test('E5 the diagnostics hold what is needed, and no password or token', async ({ page, context }) => {
    await openHealth(page, machine)
    await expect(page.getByText('2 processes', { exact: true })).toBeVisible()
    await context.grantPermissions(['clipboard-read', 'clipboard-write'])
    await page.getByRole('button', { name: 'Copy diagnostics' }).click()
    await expect(toast(page, 'Diagnostics copied')).toBeVisible()
    const text = await page.evaluate(() => navigator.clipboard.readText())
    const { settings, cluster, health } = Diagnostics.parse(JSON.parse(text))
    expect(cluster?.instances).toHaveLength(2)
    expect(health.checks.map(({ id }) => id)).toEqual(CheckId.options)
    expect(settings.find(({ name }) => name === 'SESSION_SECRET')).toMatchObject({ secret: true })
    const cookie = (await context.cookies()).find(({ name }) => name.endsWith('bangui.sid'))
    for (const secret of [...SECRETS, ADMIN.password, decodeURIComponent(cookie?.value ?? 'no cookie')]) {
      expect(text).not.toContain(secret)
    }
  })

  test('E3 a worker that is killed goes from the page and another takes its place and its tasks', async ({
    page,
    complaints,
  }) => {
    // What it was just answering gets no answer.
    complaints.expect(UNREACHABLE)
    await openHealth(page, machine)
    const holder = /worker (\d) · pid (\d+)/.exec(await leases(page).innerText())
    const [, worker, pid] = holder ?? []
    process.kill(Number(pid), 'SIGKILL')
    const killed = instances(page)
      .getByRole('row')
      .filter({ hasText: `pid ${pid}` })
    const next = workerRow(page, Number(worker)).filter({ hasNotText: `pid ${pid}` })
    await expect(next).toContainText('Ready', { timeout: GONE_MS })
    await expect(killed).toBeHidden({ timeout: GONE_MS })
    await expect(instances(page).getByRole('rowheader')).toHaveCount(2)
    await expect(leases(page)).not.toContainText(`pid ${pid}`, { timeout: TAKEN_OVER_MS })
    await expect(leases(page)).toContainText(/worker [12] · pid/, { timeout: TAKEN_OVER_MS })
    await page.getByRole('link', { name: 'BanGUI' }).click()
    await expect(verdict(page)).toContainText('Protection is working', { timeout: TAKEN_OVER_MS })
    await expect(page.getByText('Live', { exact: true })).toBeVisible()
  })

  test('E4 a Redis that stops is said, signs nobody out, and all heals when it is back', async ({
    page,
    complaints,
  }) => {
    complaints.expect(UNREACHABLE)
    await openHealth(page, machine)
    await redis.kill()
    await expect(page.getByText(INTERRUPTED)).toBeVisible()
    await expect(page.getByText(/Showing what was known at \d\d:\d\d:\d\d\./)).toBeVisible()
    const state = page
      .getByRole('list', { name: 'Checks' })
      .getByRole('listitem')
      .filter({ hasText: 'Shared state' })
    await expect(state).toHaveAttribute('data-level', 'failing')
    await expect(state).toContainText('The shared state is away')
    await expect(page.getByRole('region', { name: 'State' })).toContainText('Not answering')
    await expect(instances(page).getByRole('rowheader')).toHaveCount(2)
    await expectAccessible(page)
    // A page that knows nothing yet leads nobody to the sign-in either.
    const fresh = await page.context().newPage()
    await fresh.goto(page.url())
    await expect(fresh.getByRole('alert')).toContainText('You are still signed in.')
    await expectAccessible(fresh)
    expect(pathIn(machine, fresh)).toBe('/health')

    await redis.restart()
    for (const each of [page, fresh]) {
      await expect(each.getByRole('region', { name: 'State' })).toContainText('Working')
    }
    await expect(page.getByText(INTERRUPTED)).toBeHidden()
    await expect(page.getByText('Showing what was known')).toBeHidden()
    await expect(instances(page).getByText('Ready')).toHaveCount(2)
    await expect(leases(page)).toContainText(/worker [12] · pid/, { timeout: TAKEN_OVER_MS })
    await page.getByRole('link', { name: 'BanGUI' }).click()
    await expect(verdict(page)).toContainText('Protection is working', { timeout: TAKEN_OVER_MS })
  })
})

const instances = (page: Page): Locator => page.getByRole('table', { name: 'Instances and workers' })
const leases = (page: Page): Locator => page.getByRole('table', { name: 'Leases' })

function workerRow(page: Page, worker: number): Locator {
  return instances(page)
    .getByRole('row')
    .filter({ hasText: `worker ${worker} ·` })
}

async function openHealth(page: Page, machine: Machine): Promise<void> {
  const answer = await page.request.post(`${machine.url}/api/v1/session`, { data: ADMIN })
  expect(answer.status()).toBe(200)
  await page.goto(`${machine.url}/health`)
  await expect(leases(page)).toBeVisible()
}

/** Opens the overview and tells which process keeps its stream of events: request ids begin with what is a process's own. */
async function servedBy(page: Page, machine: Machine): Promise<string> {
  // The browser's tools do not show what a shared worker asks for.
  await page.addInitScript(() => Reflect.deleteProperty(window, 'SharedWorker'))
  const stream = page.waitForResponse((response) => response.url() === `${machine.url}/api/v1/events`)
  await openOverview(page, machine)
  const [process = ''] = ((await stream).headers()['x-request-id'] ?? '').split('-')
  expect(process).not.toBe('')
  return process
}

/** The overview in a browser of its own, on a stream that another process keeps. */
async function pageOfAnotherWorker(
  browser: Browser,
  machine: Machine,
  than: string,
): Promise<[Page, () => Promise<void>]> {
  for (let attempt = 0; attempt < 10; attempt += 1) {
    const context = await browser.newContext()
    const page = await context.newPage()
    if ((await servedBy(page, machine)) !== than) return [page, () => context.close()]
    await context.close()
  }
  throw new Error('Ten browsers were served by the same process.')
}
