import type { Page } from '@playwright/test'
import { expectAccessible } from './accessible.ts'
import { bannedIn, expect, test as base, REFUSED, UNREACHABLE } from './console.ts'
import {
  banRow,
  expectNoSidewaysScroll,
  filterBox,
  openBanDialog,
  openBans,
  toast,
  unbanButton,
} from './pages.ts'

/** What the console promises for everything that happens on the machine. */
const LIVE_MS = 2_000
/** The least height and width of what a thumb has to hit. */
const TOUCH_PX = 44

const test = base.extend<{ bans: Page }>({
  /** The page of active bans, signed in, without any. */
  bans: async ({ page, machine }, use) => {
    await machine.fail2ban.client('unban', '--all')
    await openBans(page, machine)
    await use(page)
  },
})

test('a ban made on the command line is on the screen within two seconds, and so is its end', async ({
  bans,
  machine,
}) => {
  const ip = '203.0.113.10'
  await machine.fail2ban.client('set', 'sshd', 'banip', ip)
  await expect(banRow(bans, ip, 'sshd')).toBeVisible({ timeout: LIVE_MS })
  await expect(bans.getByText('1 of 1 ban', { exact: true })).toBeVisible()
  await machine.fail2ban.client('set', 'sshd', 'unbanip', ip)
  await expect(banRow(bans, ip)).toHaveCount(0, { timeout: LIVE_MS })
})

test('a ban shows why: failures, all matched lines, which step it is and when it ends', async ({
  bans,
  machine,
}) => {
  const ip = '203.0.113.11'
  machine.fail2ban.writeFailures('sshd', ip, 4)
  const row = banRow(bans, ip, 'sshd')
  await expect(row).toContainText(`Failed password for invalid user root from ${ip}`)
  const why = row.getByRole('button', { name: `Why ${ip} is banned in sshd` })
  await why.click()
  await expect(why).toHaveAttribute('aria-expanded', 'true')
  const details = bans.getByRole('figure')
  await expect(details).toContainText(/\d failures/)
  await expect(details).toContainText('first ban in sshd')
  await expect(details).toContainText(/banned .* for 10 min, ends in/)
  await expect(details.getByRole('region', { name: 'Matched lines, oldest first' })).toContainText(
    `from ${ip} port 40022 ssh2`,
  )
  await why.click()
  await expect(details).toHaveCount(0)
})

test('an unban leaves the list when fail2ban has done it, and Undo bans again', async ({ bans, machine }) => {
  const ip = '203.0.113.12'
  await machine.fail2ban.client('set', 'sshd', 'banip', ip)
  await unbanButton(bans, ip, 'sshd').click()
  await expect(banRow(bans, ip)).toHaveCount(0)
  expect(await bannedIn(machine, 'sshd')).not.toContain(ip)

  const message = toast(bans, `Unbanned ${ip} from sshd`)
  await expect(message).toContainText('Undo bans it again for 10 min.')
  await message.getByRole('button', { name: 'Undo' }).click()
  await expect(toast(bans, `${ip} is banned again in sshd`)).toBeVisible()
  await expect(banRow(bans, ip, 'sshd')).toBeVisible()
  expect(await bannedIn(machine, 'sshd')).toContain(ip)
})

test('an unban that fails says why, keeps the row and can be tried again', async ({
  bans,
  machine,
  complaints,
}) => {
  complaints.expect(UNREACHABLE)
  const ip = '203.0.113.15'
  await machine.fail2ban.client('set', 'sshd', 'banip', ip)
  await expect(banRow(bans, ip, 'sshd')).toBeVisible()
  machine.fail2ban.freeze()
  try {
    await unbanButton(bans, ip, 'sshd').click()
    await expect(bans.getByText(`${ip} is still banned.`)).toBeVisible({ timeout: 40_000 })
    await expect(banRow(bans, ip, 'sshd')).toBeVisible()
  } finally {
    machine.fail2ban.thaw()
  }
  await expect(async () => {
    await bans.getByRole('button', { name: 'Retry' }).click({ timeout: 1_000 })
    await expect(banRow(bans, ip)).toHaveCount(0, { timeout: 5_000 })
  }).toPass({ timeout: 30_000 })
  expect(await bannedIn(machine, 'sshd')).not.toContain(ip)
})

test('the menu of a row unbans from all jails, and leads to who knows more of an address', async ({
  bans,
  machine,
}) => {
  const ip = '203.0.113.16'
  for (const jail of ['sshd', 'recidive']) await machine.fail2ban.client('set', jail, 'banip', ip)
  await expect(banRow(bans, ip)).toHaveCount(2)
  await bans.getByRole('button', { name: `More for ${ip} in sshd` }).click()
  for (const name of ['Whois (RDAP)', 'AbuseIPDB', 'Shodan', 'GreyNoise']) {
    const link = bans.getByRole('menuitem', { name })
    await expect(link).toHaveAttribute('href', /^https:\/\/.*203\.0\.113\.16/)
    await expect(link).toHaveAttribute('rel', /noreferrer/)
  }
  await bans.getByRole('menuitem', { name: 'Unban from all jails' }).click()
  await expect(
    toast(bans, /^Unbanned 203\.0\.113\.16 from (recidive and sshd|sshd and recidive)/),
  ).toBeVisible()
  await expect(banRow(bans, ip)).toHaveCount(0)
  for (const jail of ['sshd', 'recidive']) expect(await bannedIn(machine, jail)).not.toContain(ip)
})

test('an address is unbanned and allowed from its row', async ({ bans, machine }) => {
  const ip = '203.0.113.22'
  await machine.fail2ban.client('set', 'sshd', 'banip', ip)
  await bans.getByRole('button', { name: `More for ${ip} in sshd` }).click()
  await bans.getByRole('menuitem', { name: 'Unban and allow' }).click()
  const dialog = bans.getByRole('alertdialog')
  await dialog.getByRole('button', { name: /^Unban and allow|^Allow/ }).click()
  await expect(banRow(bans, ip)).toHaveCount(0)
  expect(await bannedIn(machine, 'sshd')).not.toContain(ip)
  expect(await machine.fail2ban.client('get', 'sshd', 'ignoreip')).toContain(ip)
  for (const jail of ['sshd', 'nginx-http-auth', 'recidive']) {
    await machine.fail2ban.client('set', jail, 'delignoreip', ip)
  }
})

test('addresses in any spelling, and networks, are banned as fail2ban writes them', async ({
  bans,
  machine,
}) => {
  const dialog = await openBanDialog(bans)
  await dialog.getByLabel('Jail').selectOption({ label: 'sshd, 10 min' })
  await dialog.getByLabel('Addresses or networks').fill('2001:DB8:0:0::00bb, 198.51.100.77/24\n203.0.113.17')
  await dialog.getByRole('button', { name: 'Ban 3 addresses' }).click()
  await expect(toast(bans, 'Banned 3 addresses in sshd')).toBeVisible()
  await expect(dialog).toBeHidden()
  for (const ip of ['2001:db8::bb', '198.51.100.0/24', '203.0.113.17']) {
    await expect(banRow(bans, ip, 'sshd')).toBeVisible()
    expect(await bannedIn(machine, 'sshd')).toContain(ip)
  }
})

test('each address gets its own answer, and mistakes stay on the screen', async ({ bans, machine }) => {
  const dialog = await openBanDialog(bans)
  await dialog.getByLabel('Jail').selectOption({ label: 'sshd, 10 min' })
  await dialog.getByLabel('Addresses or networks').fill('203.0.113.18 203.0.113.999')
  await dialog.getByRole('button', { name: 'Ban 2 addresses' }).click()
  const results = dialog.getByRole('list', { name: 'Results' })
  await expect(results.getByRole('listitem').filter({ hasText: '203.0.113.999' })).toContainText(
    'Not an address',
  )
  await expect(results.getByRole('listitem').filter({ hasText: '203.0.113.18' })).toContainText('Banned')
  expect(await bannedIn(machine, 'sshd')).toEqual(['203.0.113.18'])
})

test('nobody bans himself by a slip; who insists sees it at once and can take it back', async ({
  bans,
  machine,
  complaints,
}) => {
  complaints.expect(REFUSED)
  const dialog = await openBanDialog(bans)
  await dialog.getByLabel('Jail').selectOption({ label: 'sshd, 10 min' })
  await dialog.getByLabel('Addresses or networks').fill('127.0.0.1')
  await dialog.getByRole('button', { name: 'Ban', exact: true }).click()
  await expect(dialog.getByRole('alert')).toContainText('127.0.0.1 is your own address')
  expect(await bannedIn(machine, 'sshd')).toEqual([])

  await dialog.getByRole('button', { name: 'Ban it anyway' }).click()
  await expect(bans.getByText('Your own address 127.0.0.1 is banned')).toBeVisible()
  await bans.getByRole('button', { name: 'Unban my address' }).click()
  await expect(bans.getByText('Your own address 127.0.0.1 is banned')).toBeHidden()
  expect(await bannedIn(machine, 'sshd')).toEqual([])
})

test('text from a log is shown as text, whatever it holds', async ({ bans, machine }) => {
  const ip = '203.0.113.19'
  const user = '<img src=x onerror=alert(1)><script>alert(2)</script>{{7*7}}'
  const line = (pid: number) =>
    `${syslogTime()} host sshd[${pid}]: Failed password for invalid user ${user} from ${ip} port 40022 ssh2\n`
  machine.fail2ban.writeLog('auth.log', [90_001, 90_002, 90_003, 90_004].map(line).join(''))
  const row = banRow(bans, ip, 'sshd')
  await expect(row).toContainText(user)
  await row.getByRole('button', { name: 'Why' }).click()
  await expect(bans.getByRole('figure')).toContainText(user)
  expect(await bans.locator('img').count()).toBe(0)
})

function syslogTime(): string {
  const now = new Date()
  const month = now.toLocaleString('en', { month: 'short' })
  return `${month} ${String(now.getDate()).padStart(2)} ${now.toTimeString().slice(0, 8)}`
}

test('without bans the page says that this is fine', async ({ bans }) => {
  await expect(bans.getByText('No bans right now')).toBeVisible()
  await expect(bans.getByText('3 jails are watching.')).toBeVisible()
  await expect(bans.getByRole('link', { name: 'See what is checked' })).toHaveAttribute('href', /\/health$/)
})

test('B7 a ban is a card whose buttons a thumb can hit', async ({ bans, machine, isMobile }) => {
  test.skip(!isMobile, 'on a desktop bans are rows of a table')
  const long = '2001:db8:1111:2222:3333:4444:5555:6666'
  const ip = '203.0.113.60'
  await machine.fail2ban.client('set', 'sshd', 'banip', long)
  machine.fail2ban.writeFailures('sshd', ip, 4)
  const row = banRow(bans, ip, 'sshd')
  for (const control of [
    unbanButton(bans, ip, 'sshd'),
    row.getByRole('button', { name: 'More for' }),
    row.getByRole('button', { name: 'Why' }),
    row.locator('label'),
    bans.getByRole('button', { name: 'Ban an IP', exact: true }),
    bans.getByRole('button', { name: 'Export' }),
    bans.getByLabel('Order'),
  ]) {
    const box = await control.boundingBox()
    expect(box?.height, String(control)).toBeGreaterThanOrEqual(TOUCH_PX)
    expect(box?.width, String(control)).toBeGreaterThanOrEqual(TOUCH_PX)
  }
  for (const width of [390, 320]) {
    await bans.setViewportSize({ width, height: 844 })
    await expectNoSidewaysScroll(bans)
    const address = banRow(bans, long).getByRole('link', { name: long })
    const isWhole = await address.evaluate((element) => {
      const cell = element.closest('th')
      return cell !== null && cell.scrollWidth <= cell.clientWidth
    })
    expect(isWhole, `the longest address at ${width} px`).toBe(true)
  }
  await unbanButton(bans, ip, 'sshd').tap()
  await expect(toast(bans, `Unbanned ${ip} from sshd`)).toBeVisible()
  await expect(banRow(bans, ip)).toHaveCount(0)
  expect(await bannedIn(machine, 'sshd')).not.toContain(ip)
})

test('A0 the page passes the automatic rules: with bans, one of them open, some selected, and without any', async ({
  bans,
  machine,
}) => {
  test.slow()
  await expectAccessible(bans)
  machine.fail2ban.writeFailures('sshd', '203.0.113.61', 4)
  await machine.fail2ban.client('set', 'recidive', 'banip', '203.0.113.62', '2001:db8::62')
  // While a row is open, no other comes in.
  const other = bans.getByRole('checkbox', { name: 'Select 203.0.113.62 in recidive' })
  await expect(other).toBeVisible()
  await banRow(bans, '203.0.113.61').getByRole('button', { name: 'Why' }).click()
  await expect(bans.getByRole('figure')).toBeVisible()
  await other.check()
  await expectAccessible(bans)
  await filterBox(bans).fill('192.0.2.')
  await expect(bans.getByText('No active ban matches “192.0.2.”')).toBeVisible()
  await expectAccessible(bans)
})

test('a private address is banned only once more is said than its number', async ({ bans, machine }) => {
  const dialog = await openBanDialog(bans)
  await dialog.getByLabel('Addresses or networks').fill('10.11.12.13')
  await dialog.getByRole('button', { name: 'Ban', exact: true }).click()
  await expect(dialog.getByRole('alert')).toContainText('10.11.12.13 belongs to a private network')
  expect(await bannedIn(machine, 'sshd')).toEqual([])
  await dialog.getByRole('button', { name: 'Ban it anyway' }).click()
  await expect(banRow(bans, '10.11.12.13')).toBeVisible()
})
