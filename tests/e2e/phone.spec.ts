import { bannedIn, expect, test } from './console.ts'
import { banRow, openBanDialog, toast, unbanButton } from './pages.ts'

/** The least height and width of what a thumb has to hit. */
const TOUCH_PX = 44

test('a ban is a card whose buttons a thumb can hit', async ({ overview, machine }) => {
  const ip = '203.0.113.60'
  machine.fail2ban.writeFailures('sshd', ip, 4)
  const row = banRow(overview, ip, 'sshd')
  for (const button of [
    unbanButton(overview, ip, 'sshd'),
    row.getByRole('button', { name: 'More for' }),
    row.getByRole('button', { name: 'Why' }),
    overview.getByRole('button', { name: 'Ban an address', exact: true }),
    overview.getByRole('button', { name: 'Check or unban an address' }),
    overview.getByRole('button', { name: /^Theme/ }),
    overview.getByRole('button', { name: /^Account/ }),
    overview.getByRole('button', { name: 'sshd', exact: true }),
  ]) {
    const box = await button.boundingBox()
    expect(box?.height, String(button)).toBeGreaterThanOrEqual(TOUCH_PX)
    expect(box?.width, String(button)).toBeGreaterThanOrEqual(TOUCH_PX)
  }
  await unbanButton(overview, ip, 'sshd').tap()
  await expect(toast(overview, `Unbanned ${ip} from sshd`)).toBeVisible()
  await expect(banRow(overview, ip)).toHaveCount(0)
  expect(await bannedIn(machine, 'sshd')).not.toContain(ip)
})

test('jails are cards that choose whose bans are shown', async ({ overview, machine }) => {
  await machine.fail2ban.client('set', 'sshd', 'banip', '203.0.113.61')
  await machine.fail2ban.client('set', 'recidive', 'banip', '203.0.113.62')
  await expect(banRow(overview, '203.0.113.62')).toBeVisible()
  await overview.getByRole('button', { name: 'recidive', exact: true }).tap()
  await expect(banRow(overview, '203.0.113.61')).toHaveCount(0)
  await expect(banRow(overview, '203.0.113.62')).toBeVisible()
})

test('an address is banned with the thumb', async ({ overview, machine }) => {
  const dialog = await openBanDialog(overview)
  await dialog.getByLabel('Addresses or networks').fill('203.0.113.63')
  await dialog.getByLabel('Jail').selectOption({ label: 'sshd, 10 min' })
  await dialog.getByRole('button', { name: 'Ban', exact: true }).tap()
  await expect(banRow(overview, '203.0.113.63', 'sshd')).toBeVisible()
  expect(await bannedIn(machine, 'sshd')).toEqual(['203.0.113.63'])
})
