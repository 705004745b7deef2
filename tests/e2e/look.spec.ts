import { expectAccessible } from './accessible.ts'
import { bannedIn, expect, startMachine, openOverview, test } from './console.ts'
import { banRow, checkAddress, expectNoSidewaysScroll, openBanDialog, searchBox } from './pages.ts'

const LONGEST = '2001:db8:85a3:8d3:1319:8a2e:370:7348'

test('the overview is accessible and fits, empty and filled', async ({ overview, machine }) => {
  await expect(overview.getByText('No bans right now')).toBeVisible()
  await expectAccessible(overview)

  machine.fail2ban.writeFailures('sshd', '203.0.113.50', 4)
  await machine.fail2ban.client('set', 'nginx-http-auth', 'banip', LONGEST, '198.51.100.0/24')
  const row = banRow(overview, '203.0.113.50')
  await row.getByRole('button', { name: 'Why' }).click()
  await expect(banRow(overview, LONGEST)).toContainText(LONGEST)
  await expectAccessible(overview)

  await searchBox(overview).fill('192.0.2.1')
  await expect(overview.getByText('No active ban matches')).toBeVisible()
  await expectAccessible(overview)
})

test('dialogs, menus and messages are accessible', async ({ overview, machine }) => {
  await machine.fail2ban.client('set', 'sshd', 'banip', '203.0.113.51')
  await expect(banRow(overview, '203.0.113.51')).toBeVisible()
  await overview.getByRole('button', { name: 'More for 203.0.113.51 in sshd' }).click()
  await expect(overview.getByRole('menuitem', { name: 'Copy address' })).toBeVisible()
  await expectAccessible(overview)
  await overview.keyboard.press('Escape')

  const check = await checkAddress(overview, '203.0.113.51')
  await expect(check.getByRole('button', { name: 'Unban from all jails' })).toBeVisible()
  await expectAccessible(overview)
  await overview.keyboard.press('Escape')
  await expect(check).toBeHidden()

  const ban = await openBanDialog(overview)
  await ban.getByLabel('Addresses or networks').fill('203.0.113.52 nonsense')
  await ban.getByRole('button', { name: 'Ban 2 addresses' }).click()
  await expect(ban.getByText('Not an address')).toBeVisible()
  await expectAccessible(overview)
  await ban.getByRole('button', { name: 'Close', exact: true }).last().click()

  await overview.getByRole('button', { name: 'Unban 203.0.113.51 from sshd' }).click()
  await expect(overview.getByText('Unbanned 203.0.113.51 from sshd')).toBeVisible()
  await expectAccessible(overview)
})

test('a fail2ban that is away looks accessible, too', async ({ page }) => {
  await using machine = await startMachine()
  await machine.fail2ban.client('set', 'recidive', 'banip', '203.0.113.53')
  await openOverview(page, machine)
  await expect(banRow(page, '203.0.113.53')).toBeVisible()
  await machine.fail2ban.shutDown()
  await expect(page.getByText('fail2ban is not running')).toBeVisible()
  await expectAccessible(page)
  // Left open it would complain of the console that ends now.
  await page.close()
})

test('a page that does not exist says so', async ({ overview, machine }) => {
  await overview.goto(`${machine.url}/no/such/page`)
  await expect(overview.getByText('There is no page /no/such/page')).toBeVisible()
  await expectAccessible(overview)
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

test('nothing is cut off at 320 pixels', async ({ overview, machine }) => {
  await overview.setViewportSize({ width: 320, height: 640 })
  machine.fail2ban.writeFailures('sshd', '203.0.113.54', 4)
  await machine.fail2ban.client('set', 'nginx-http-auth', 'banip', LONGEST)
  await banRow(overview, '203.0.113.54').getByRole('button', { name: 'Why' }).click()
  await expect(overview.getByRole('figure')).toBeVisible()
  await expectNoSidewaysScroll(overview)
  const dialog = await checkAddress(overview, '203.0.113.54')
  await expect(dialog.getByRole('button', { name: 'Unban from all jails' })).toBeVisible()
  await expectNoSidewaysScroll(overview)
  await dialog.getByRole('button', { name: 'Unban from all jails' }).click()
  await expect(dialog.getByText('is not banned in any jail')).toBeVisible()
  expect(await bannedIn(machine, 'sshd')).toEqual([])
})
