import { expectAccessible } from './accessible.ts'
import { expect, openOverview, startMachine, test } from './console.ts'
import { banRow, checkAddress, expectNoSidewaysScroll, filterBox, openBanDialog, openBans } from './pages.ts'

const LONGEST = '2001:db8:85a3:8d3:1319:8a2e:370:7348'

test('the list of bans is accessible and fits, empty, filled and filtered', async ({ page, machine }) => {
  await machine.fail2ban.client('unban', '--all')
  await openBans(page, machine)
  await expect(page.getByText('No bans right now')).toBeVisible()
  await expectAccessible(page)

  machine.fail2ban.writeFailures('sshd', '203.0.113.50', 4)
  await machine.fail2ban.client('set', 'nginx-http-auth', 'banip', LONGEST, '198.51.100.0/24')
  // While a row is open, no other comes in.
  await expect(banRow(page, LONGEST)).toContainText(LONGEST)
  await banRow(page, '203.0.113.50').getByRole('button', { name: /^Why/ }).click()
  await expect(page.getByRole('figure')).toBeVisible()
  await expectAccessible(page)
  await page.setViewportSize({ width: 320, height: 640 })
  await expectNoSidewaysScroll(page)

  await filterBox(page).fill('192.0.2.1')
  await expect(page.getByRole('button', { name: 'Clear filters' }).first()).toBeVisible()
  await expectAccessible(page)
})

test('dialogs, menus and messages are accessible, and fit 320 pixels', async ({ page, machine }) => {
  await openBans(page, machine)
  await machine.fail2ban.client('set', 'sshd', 'banip', '203.0.113.51')
  await expect(banRow(page, '203.0.113.51')).toBeVisible()
  await page.getByRole('button', { name: 'More for 203.0.113.51 in sshd' }).click()
  await expect(page.getByRole('menuitem', { name: 'Unban from all jails' })).toBeVisible()
  await expectAccessible(page)
  await page.keyboard.press('Escape')

  const ban = await openBanDialog(page)
  await ban.getByLabel('Addresses or networks').fill('203.0.113.52 nonsense')
  await ban.getByRole('button', { name: 'Ban 2 addresses' }).click()
  await expect(ban.getByText('Not an address')).toBeVisible()
  await expectAccessible(page)
  await ban.getByRole('button', { name: 'Close', exact: true }).last().click()

  await page.getByRole('button', { name: 'Unban 203.0.113.51 from sshd' }).click()
  await expect(page.getByText('Unbanned 203.0.113.51 from sshd')).toBeVisible()
  await expectAccessible(page)

  const check = await checkAddress(page, '203.0.113.52')
  await expect(check.getByRole('button', { name: 'Unban and allow' })).toBeVisible()
  await expectAccessible(page)
  await page.setViewportSize({ width: 320, height: 640 })
  await expectNoSidewaysScroll(page)
})

test('a fail2ban that is away looks accessible, too', async ({ page }) => {
  await using machine = await startMachine()
  await openOverview(page, machine)
  await machine.fail2ban.shutDown()
  await expect(page.getByText('fail2ban is not running').first()).toBeVisible()
  await expectAccessible(page)
  // Left open it would complain of the console that ends now.
  await page.close()
})

test('a page that does not exist says so', async ({ overview, machine }) => {
  await overview.goto(`${machine.url}/no/such/page`)
  await expect(overview.getByText('There is no page /no/such/page')).toBeVisible()
  await overview.getByRole('link', { name: 'Go to the overview' }).click()
  await expect(overview.getByText('Protection is working')).toBeVisible()
})

test('the theme follows the system until one is chosen, which a reload keeps', async ({ overview }) => {
  const ground = () => overview.evaluate(() => getComputedStyle(document.documentElement).backgroundColor)
  await overview.emulateMedia({ colorScheme: 'dark' })
  const dark = await ground()
  await overview.emulateMedia({ colorScheme: 'light' })
  const light = await ground()
  expect(light).not.toBe(dark)
  await overview.getByRole('button', { name: /^Theme/ }).click()
  await overview.getByRole('menuitemradio', { name: 'Dark' }).click()
  await expect.poll(ground).toBe(dark)
  await overview.reload()
  await expect(overview.getByText('Protection is working')).toBeVisible()
  expect(await ground()).toBe(dark)
})
