import type { Page } from '@playwright/test'
import { bannedIn, expect, openOverview, startMachine, test, UNREACHABLE, type Machine } from './console.ts'
import { openBanDialog, openBans, unbanButton, verdict } from './pages.ts'

/** Those of the tests' fail2ban. */
const JAILS = ['sshd', 'recidive', 'nginx-http-auth']

/** How soon the screen says what has happened. */
const TOLD_MS = 10_000

test.describe('when fail2ban', () => {
  test.describe.configure({ mode: 'serial' })
  let machine: Machine & AsyncDisposable

  test.beforeAll(async () => {
    machine = await startMachine()
  })
  test.afterAll(() => machine[Symbol.asyncDispose]())

  test('is stopped, the screen says so and what to do, keeps what was known, and heals', async ({ page }) => {
    await machine.fail2ban.client('set', 'recidive', 'banip', '203.0.113.40')
    await openOverview(page, machine)
    await expect(unbanButton(page, '203.0.113.40', 'recidive')).toBeVisible()
    await machine.fail2ban.shutDown()
    await expect(verdict(page)).toContainText('fail2ban is not running', { timeout: TOLD_MS })
    await expect(verdict(page)).toContainText('What is shown is from')
    await expect(unbanButton(page, '203.0.113.40', 'recidive')).toBeVisible()
    await machine.fail2ban.restart()
    await expect(verdict(page)).toContainText('Protection is working', { timeout: TOLD_MS })
  })

  test('crashes, the screen says so and heals', async ({ page }) => {
    await openOverview(page, machine)
    await machine.fail2ban.kill()
    await expect(verdict(page)).toContainText('fail2ban has stopped unexpectedly', { timeout: TOLD_MS })
    await machine.fail2ban.restart()
    await expect(verdict(page)).toContainText('Protection is working', { timeout: TOLD_MS })
  })

  test('restarts or reloads, nothing is left behind', async ({ page }) => {
    await openOverview(page, machine)
    await machine.fail2ban.client('set', 'sshd', 'banip', '203.0.113.41')
    await expect(unbanButton(page, '203.0.113.41', 'sshd')).toBeVisible()
    await machine.fail2ban.restart()
    await expect(verdict(page)).toContainText('Protection is working', { timeout: TOLD_MS })
    await machine.fail2ban.client('reload')
    await machine.fail2ban.client('set', 'sshd', 'banip', '203.0.113.42')
    await expect(unbanButton(page, '203.0.113.42', 'sshd')).toBeVisible({ timeout: TOLD_MS })
    await expect(verdict(page)).toContainText('Protection is working', { timeout: TOLD_MS })
    await machine.fail2ban.client('unban', '--all')
    await expect(page.getByText('Nobody is banned')).toBeVisible({ timeout: TOLD_MS })
  })
})

test('when BanGUI itself is away, the data stays with its time, and comes up to date by itself', async ({
  page,
  complaints,
}) => {
  complaints.expect(UNREACHABLE)
  await using machine = await startMachine()
  await machine.fail2ban.client('set', 'sshd', 'banip', '203.0.113.43')
  await openOverview(page, machine)
  await expect(unbanButton(page, '203.0.113.43', 'sshd')).toBeVisible()
  await markThisLoad(page)

  await machine.stopConsole()
  await expect(page.getByText('Reconnecting', { exact: true })).toBeVisible({ timeout: 6_000 })
  await expect(page.getByText(/No connection to BanGUI since \d\d:\d\d\./)).toBeVisible({ timeout: 12_000 })
  await expect(page.getByText(/Showing data from \d\d:\d\d\./)).toBeVisible()
  await expect(unbanButton(page, '203.0.113.43', 'sshd')).toBeVisible()
  await expect(unbanButton(page, '203.0.113.43', 'sshd')).toHaveAttribute('aria-disabled', 'true')
  await machine.fail2ban.client('set', 'sshd', 'banip', '203.0.113.44')

  await machine.startConsole()
  await expect(page.getByText('Live', { exact: true })).toBeVisible({ timeout: 15_000 })
  await expect(page.getByText('No connection to BanGUI')).toBeHidden()
  await expect(page.getByText('Connected again', { exact: true })).toBeVisible()
  await expect(unbanButton(page, '203.0.113.44', 'sshd')).toBeVisible({ timeout: 15_000 })
  expect(await isSameLoad(page)).toBe(true)
})

test('when the session store is away, nobody is sent to the sign-in and nothing typed is lost', async ({
  page,
  machine,
  complaints,
}) => {
  complaints.expect(UNREACHABLE)
  await openBans(page, machine)
  const dialog = await openBanDialog(page)
  await dialog.getByLabel('Addresses or networks').fill('203.0.113.45')
  const problem = {
    type: '/api/problems/state-unavailable',
    title: 'The session store does not answer',
    status: 503,
    code: 'state-unavailable',
  }
  await page.route('**/api/v1/**', (route) =>
    route.fulfill({ status: 503, contentType: 'application/problem+json', json: problem }),
  )
  await dialog.getByRole('button', { name: 'Ban', exact: true }).click()
  const banner = page.getByText(
    'Connection to the session store is interrupted. You are still signed in. Retrying…',
  )
  await expect(banner).toBeVisible()
  await expect(dialog.getByLabel('Addresses or networks')).toHaveValue('203.0.113.45')
  await page.unroute('**/api/v1/**')
  await expect(banner).toBeHidden()
  await dialog.getByRole('button', { name: 'Ban', exact: true }).click()
  await expect(dialog).toBeHidden()
  expect((await Promise.all(JAILS.map((jail) => bannedIn(machine, jail)))).flat()).toContain('203.0.113.45')
})

const MARK = 'data-load'

function markThisLoad(page: Page): Promise<void> {
  return page.evaluate((mark) => document.documentElement.setAttribute(mark, 'first'), MARK)
}

function isSameLoad(page: Page): Promise<boolean> {
  return page.evaluate((mark) => document.documentElement.hasAttribute(mark), MARK)
}
