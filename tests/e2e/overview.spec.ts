import type { Locator, Page } from '@playwright/test'
import { HealthReport } from '../../src/shared/health.ts'
import { Stats } from '../../src/shared/stats.ts'
import { expectAccessible } from './accessible.ts'
import { bannedIn, expect, openOverview, startMachine, test, UNREACHABLE, type Machine } from './console.ts'
import { expectNoSidewaysScroll, toast, unbanButton, verdict } from './pages.ts'

/** What the verdict says of each of the server's. */
const VERDICTS = {
  working: 'Protection is working',
  partly: 'Protection is working in part',
  'not-working': 'Protection is not working',
  unknown: 'Whether protection works is not known',
} as const

const feed = (page: Page): Locator => page.getByRole('list', { name: 'Latest bans' })
const feedRow = (page: Page, ip: string): Locator => feed(page).getByRole('listitem').filter({ hasText: ip })
const chart = (page: Page): Locator => page.getByRole('slider', { name: 'Bans over time' })
const tile = (page: Page, label: string): Locator =>
  page.locator('dl > div').filter({ has: page.getByText(label, { exact: true }) })

async function ban(machine: Pick<Machine, 'fail2ban'>, jail: string, ...ips: string[]): Promise<void> {
  await machine.fail2ban.client('set', jail, 'banip', ...ips)
}

async function healthOf(page: Page, machine: Pick<Machine, 'url'>): Promise<HealthReport> {
  return HealthReport.parse(await (await page.request.get(`${machine.url}/api/v1/health`)).json())
}

async function statsOf(page: Page, machine: Pick<Machine, 'url'>): Promise<Stats> {
  const answer = await page.request.get(`${machine.url}/api/v1/stats?range=24h&zone=Europe/Vienna`)
  return Stats.parse(await answer.json())
}

test.describe('O1 the verdict is the server’s', () => {
  test.describe.configure({ mode: 'serial' })
  let own: Machine & AsyncDisposable
  test.beforeAll(async () => {
    own = await startMachine()
  })
  test.afterAll(() => own[Symbol.asyncDispose]())

  async function expectSame(page: Page, wanted: keyof typeof VERDICTS): Promise<void> {
    await expect(verdict(page).getByText(VERDICTS[wanted], { exact: true })).toBeVisible()
    await expect(verdict(page)).toHaveAttribute('data-verdict', wanted)
    expect((await healthOf(page, own)).verdict).toBe(wanted)
  }

  test('O1 working, in part, and not, each with what to do', async ({ page }) => {
    // fail2ban is stopped and started, and all is examined in both themes.
    test.slow()
    await openOverview(page, own)
    await expectSame(page, 'working')
    await own.fail2ban.client('stop', 'recidive')
    await expectSame(page, 'partly')
    await expect(verdict(page)).toContainText('recidive is stopped, so it bans nobody.')
    await expect(verdict(page).getByRole('link', { name: 'Fix this' })).toHaveAttribute(
      'href',
      /\/jails\/recidive$/,
    )
    await own.fail2ban.shutDown()
    await expectSame(page, 'not-working')
    await expect(verdict(page)).toContainText('fail2ban is not running')
    await expect(verdict(page)).toContainText('systemctl start fail2ban')
    await expectAccessible(page)
    await own.fail2ban.restart()
    await expectSame(page, 'working')
  })

  test('O1 the way to all checks is beside it', async ({ page }) => {
    await openOverview(page, own)
    await verdict(page).getByRole('link', { name: 'View checks' }).click()
    await expect(page.getByRole('heading', { name: 'Health & cluster', level: 1 })).toBeVisible()
  })
})

test('O2 a ban that somebody else makes is in the feed within two seconds', async ({ overview, machine }) => {
  await expect(feed(overview).getByRole('listitem')).toHaveCount(0)
  await ban(machine, 'sshd', '203.0.113.20')
  await expect(feedRow(overview, '203.0.113.20')).toBeVisible({ timeout: 2_000 })
  await expect(feedRow(overview, '203.0.113.20')).toContainText('sshd')
})

test('O2 a ban by failures shows its reason in one line', async ({ overview, machine }) => {
  machine.fail2ban.writeFailures('sshd', '203.0.113.21', 3)
  await expect(feedRow(overview, '203.0.113.21')).toContainText(/3 × Failed password for invalid user root/)
})

test('O3 unban waits for fail2ban, and can be taken back', async ({ overview, machine }) => {
  await ban(machine, 'sshd', '203.0.113.30')
  await unbanButton(overview, '203.0.113.30', 'sshd').click()
  await expect(feedRow(overview, '203.0.113.30')).toBeHidden()
  expect(await bannedIn(machine, 'sshd')).not.toContain('203.0.113.30')
  const message = toast(overview, 'Unbanned 203.0.113.30 from sshd')
  await message.getByRole('button', { name: 'Undo' }).click()
  await expect(feedRow(overview, '203.0.113.30')).toBeVisible()
  expect(await bannedIn(machine, 'sshd')).toContain('203.0.113.30')
})

test('O3 what fail2ban refuses stays in the feed, with the reason', async ({
  overview,
  machine,
  complaints,
}) => {
  complaints.expect(UNREACHABLE)
  await ban(machine, 'sshd', '203.0.113.31')
  await expect(feedRow(overview, '203.0.113.31')).toBeVisible()
  await overview.route('**/api/v1/hosts/local/jails/sshd/bans/**', (route) =>
    route.fulfill({
      status: 502,
      contentType: 'application/problem+json',
      json: {
        type: '/api/problems/fail2ban-unavailable',
        title: 'fail2ban cannot be reached',
        status: 502,
        code: 'fail2ban-unavailable',
        detail: 'fail2ban is away.',
      },
    }),
  )
  await unbanButton(overview, '203.0.113.31', 'sshd').click()
  await expect(feedRow(overview, '203.0.113.31')).toContainText('203.0.113.31 is still banned.')
  await overview.unroute('**/api/v1/hosts/local/jails/sshd/bans/**')
  await feedRow(overview, '203.0.113.31').getByRole('button').click()
  await expect(feedRow(overview, '203.0.113.31')).toBeHidden()
})

test('O4 arrow keys go along the chart and read out time and values', async ({ overview, machine }) => {
  await ban(machine, 'sshd', '203.0.113.40', '203.0.113.41')
  await ban(machine, 'recidive', '203.0.113.42')
  await expect.poll(async () => (await statsOf(overview, machine)).total).toBeGreaterThan(2)
  const said = () => chart(overview).getAttribute('aria-valuetext')
  await chart(overview).focus()
  await overview.keyboard.press('End')
  const now = /^\w{3},? \d{1,2} \w{3}, \d\d:\d\d – \d\d:\d\d: \d+ bans?\..*sshd \d+/
  await expect.poll(said).toMatch(now)
  const last = await said()
  await overview.keyboard.press('ArrowLeft')
  await expect.poll(said).not.toBe(last)
  await overview.keyboard.press('Home')
  await expect.poll(said).toMatch(/: 0 bans\.$/)
  await expect(overview.getByText('Together')).toBeVisible()
  await overview.keyboard.press('End')
  await expect.poll(said).toMatch(now)
})

test('O5 a legend button takes a jail out of the chart and back', async ({ overview, machine }) => {
  await ban(machine, 'sshd', '203.0.113.50')
  await ban(machine, 'recidive', '203.0.113.51')
  const button = overview.getByRole('list', { name: 'Shown jails' }).getByRole('button', { name: 'sshd' })
  const bars = overview.locator('svg rect[data-series="sshd"]')
  await expect(button).toHaveAttribute('aria-pressed', 'true')
  await expect(bars.first()).toBeVisible()
  await button.click()
  await expect(button).toHaveAttribute('aria-pressed', 'false')
  await expect(bars).toHaveCount(0)
  await button.click()
  await expect(bars.first()).toBeVisible()
})

test('O6 the series make the total, which the tile shows', async ({ overview, machine }) => {
  await ban(machine, 'sshd', '203.0.113.60', '203.0.113.61', '2001:db8::60')
  await ban(machine, 'nginx-http-auth', '203.0.113.62')
  const shown = tile(overview, 'New bans, 24 h')
  // Until the last of them is counted, the page and the question here may hear of different ones.
  await expect
    .poll(async () => {
      const { series, total } = await statsOf(overview, machine)
      const counted = series.flatMap(({ counts }) => counts).reduce((sum, count) => sum + count, 0)
      return total >= 4 && counted === total && (await shown.innerText()).split('\n').includes(String(total))
    })
    .toBe(true)
  await expect(tile(overview, 'Banned now')).toContainText('4')
})

test('the range is in the address, survives a reload, and changes what is counted', async ({
  overview,
  machine,
}) => {
  await ban(machine, 'sshd', '203.0.113.70')
  await overview.getByRole('radio', { name: '7 d' }).click()
  await expect(overview.getByRole('radio', { name: '7 d' })).toBeChecked()
  await expect(overview).toHaveURL(/\?range=7d$/)
  await expect(overview.getByText('per 4 h')).toBeVisible()
  await overview.reload()
  await expect(overview.getByRole('radio', { name: '7 d' })).toBeChecked()
  await expect(tile(overview, 'New bans, 7 d')).toBeVisible()
  await overview.goto(`${machine.url}/?range=nonsense`)
  await expect(overview.getByRole('radio', { name: '24 h' })).toBeChecked()
})

test('the feed stands still under a mouse and says how many are new', async ({
  overview,
  machine,
  isMobile,
}) => {
  test.skip(isMobile, 'a finger does not hover')
  await ban(machine, 'sshd', '203.0.113.80')
  await feedRow(overview, '203.0.113.80').hover()
  await ban(machine, 'sshd', '203.0.113.81', '203.0.113.82')
  await expect(overview.getByRole('button', { name: '2 new, show' })).toBeVisible()
  await expect(feedRow(overview, '203.0.113.81')).toBeHidden()
  await overview.getByRole('button', { name: '2 new, show' }).click()
  await expect(feedRow(overview, '203.0.113.81')).toBeVisible()
  await overview.mouse.move(0, 0)
  await ban(machine, 'sshd', '203.0.113.83')
  await expect(feedRow(overview, '203.0.113.83')).toBeVisible()
})

test('who was banned three times is a repeat offender', async ({ overview, machine }) => {
  for (const jail of ['sshd', 'nginx-http-auth', 'recidive']) await ban(machine, jail, '203.0.113.90')
  const row = overview.getByRole('list', { name: 'Repeat offenders' }).getByRole('listitem')
  await expect(row.filter({ hasText: '203.0.113.90' })).toContainText('3 bans')
})

test('a first start explains itself, in both themes and at every width', async ({ page }) => {
  await using machine = await startMachine()
  await openOverview(page, machine)
  await expect(page.getByText('No bans yet')).toBeVisible()
  await expect(page.getByText('3 jails are watching.')).toBeVisible()
  await expect(page.getByText('Nobody is banned')).toBeVisible()
  await expectAccessible(page)
  await page.setViewportSize({ width: 320, height: 640 })
  await expectNoSidewaysScroll(page)
  await page.close()
})

test('with data it is accessible, too', async ({ overview, machine }) => {
  await ban(machine, 'sshd', '203.0.113.95', '2001:db8:1234:5678:9abc:def0:1234:5678')
  await ban(machine, 'recidive', '203.0.113.95')
  await expect(chart(overview)).toBeVisible()
  await expectAccessible(overview)
  await overview.setViewportSize({ width: 320, height: 640 })
  await expectNoSidewaysScroll(overview)
})

test('O8 without the server the last data stays; with it again the feed goes on without a gap', async ({
  page,
  complaints,
}) => {
  complaints.expect(UNREACHABLE)
  await using machine = await startMachine()
  await openOverview(page, machine)
  await ban(machine, 'sshd', '203.0.113.101')
  await expect(feedRow(page, '203.0.113.101')).toBeVisible()
  await page.evaluate(() => void (document.body.dataset['same'] = 'page'))
  await machine.stopConsole()
  const banner = page.getByText(/No connection to BanGUI since/)
  await expect(banner).toBeVisible({ timeout: 12_000 })
  await ban(machine, 'sshd', '203.0.113.102')
  await expect(feedRow(page, '203.0.113.101')).toBeVisible()
  await expect(verdict(page)).toContainText('Protection is working')
  await machine.startConsole()
  await expect(banner).toBeHidden({ timeout: 20_000 })
  await ban(machine, 'sshd', '203.0.113.103')
  for (const last of [101, 102, 103]) await expect(feedRow(page, `203.0.113.${last}`)).toBeVisible()
  await expect(page.locator('body')).toHaveAttribute('data-same', 'page')
})
