import { bannedIn, expect, test, REFUSED, UNREACHABLE } from './console.ts'
import { banRow, checkAddress, openBanDialog, toast, unbanButton } from './pages.ts'

/** What the console promises for everything that happens on the machine. */
const LIVE_MS = 2_000

test('a ban made on the command line is on the screen within two seconds, and so is its end', async ({
  overview,
  machine,
}) => {
  const ip = '203.0.113.10'
  await machine.fail2ban.client('set', 'sshd', 'banip', ip)
  await expect(banRow(overview, ip, 'sshd')).toBeVisible({ timeout: LIVE_MS })
  await machine.fail2ban.client('set', 'sshd', 'unbanip', ip)
  await expect(banRow(overview, ip)).toHaveCount(0, { timeout: LIVE_MS })
})

test('a ban shows how often the address failed and the lines that matched', async ({ overview, machine }) => {
  const ip = '203.0.113.11'
  machine.fail2ban.writeFailures('sshd', ip, 4)
  const row = banRow(overview, ip, 'sshd')
  await expect(row).toContainText(`Failed password for invalid user root from ${ip}`)
  const why = row.getByRole('button', { name: `Why ${ip} is banned in sshd` })
  await why.click()
  await expect(why).toHaveAttribute('aria-expanded', 'true')
  await expect(overview.getByRole('figure')).toContainText('matched line')
  await expect(overview.getByRole('figure').locator('pre')).toContainText(`from ${ip} port 40022 ssh2`)
})

test('an unban leaves the list when fail2ban has done it, and Undo bans again', async ({
  overview,
  machine,
}) => {
  const ip = '203.0.113.12'
  await machine.fail2ban.client('set', 'sshd', 'banip', ip)
  await unbanButton(overview, ip, 'sshd').click()
  await expect(banRow(overview, ip)).toHaveCount(0)
  expect(await bannedIn(machine, 'sshd')).not.toContain(ip)

  const message = toast(overview, `Unbanned ${ip} from sshd`)
  await expect(message).toContainText('Undo bans it again for 10 min.')
  await message.getByRole('button', { name: 'Undo' }).click()
  await expect(toast(overview, `${ip} is banned again in sshd`)).toBeVisible()
  await expect(banRow(overview, ip, 'sshd')).toBeVisible()
  expect(await bannedIn(machine, 'sshd')).toContain(ip)
})

test('after an unban by keyboard the focus is on the next row', async ({ overview, machine }) => {
  await machine.fail2ban.client('set', 'sshd', 'banip', '203.0.113.13')
  await expect(banRow(overview, '203.0.113.13')).toBeVisible()
  await machine.fail2ban.client('set', 'sshd', 'banip', '203.0.113.14')
  await expect(banRow(overview, '203.0.113.14')).toBeVisible()
  await unbanButton(overview, '203.0.113.14', 'sshd').focus()
  await overview.keyboard.press('Enter')
  await expect(banRow(overview, '203.0.113.14')).toHaveCount(0)
  await expect(unbanButton(overview, '203.0.113.13', 'sshd')).toBeFocused()
})

test('an unban that fails says why, keeps the row and can be tried again', async ({
  overview,
  machine,
  complaints,
}) => {
  complaints.expect(UNREACHABLE)
  const ip = '203.0.113.15'
  await machine.fail2ban.client('set', 'sshd', 'banip', ip)
  await expect(banRow(overview, ip, 'sshd')).toBeVisible()
  machine.fail2ban.freeze()
  try {
    await unbanButton(overview, ip, 'sshd').click()
    await expect(overview.getByText(`${ip} is still banned.`)).toBeVisible({ timeout: 40_000 })
    await expect(banRow(overview, ip, 'sshd')).toBeVisible()
  } finally {
    machine.fail2ban.thaw()
  }
  await expect(overview.getByText('Protection is working')).toBeVisible({ timeout: 20_000 })
  await overview.getByRole('button', { name: 'Retry' }).click()
  await expect(banRow(overview, ip)).toHaveCount(0)
  expect(await bannedIn(machine, 'sshd')).not.toContain(ip)
})

test('one click unbans from all jails', async ({ overview, machine }) => {
  const ip = '203.0.113.16'
  for (const jail of ['sshd', 'recidive']) await machine.fail2ban.client('set', jail, 'banip', ip)
  await expect(banRow(overview, ip)).toHaveCount(2)
  await overview.getByRole('button', { name: `More for ${ip} in sshd` }).click()
  await overview.getByRole('menuitem', { name: 'Unban from all jails' }).click()
  await expect(
    toast(overview, /^Unbanned 203\.0\.113\.16 from (recidive and sshd|sshd and recidive)/),
  ).toBeVisible()
  await expect(banRow(overview, ip)).toHaveCount(0)
  for (const jail of ['sshd', 'recidive']) expect(await bannedIn(machine, jail)).not.toContain(ip)
})

test('the box in the header says where an address is banned and lifts all of it', async ({
  overview,
  machine,
}) => {
  const ip = '2001:db8::77'
  for (const jail of ['sshd', 'recidive']) await machine.fail2ban.client('set', jail, 'banip', ip)
  await expect(banRow(overview, ip)).toHaveCount(2)

  await overview.keyboard.press('Control+k')
  const dialog = overview.getByRole('dialog', { name: 'Check or unban an address' })
  await dialog.getByRole('searchbox').fill(' [2001:DB8:0::0077] ')
  await expect(dialog.getByRole('heading', { name: `${ip} is banned in 2 jails` })).toBeVisible()
  await expect(dialog.getByRole('button', { name: `Unban ${ip} from recidive` })).toBeVisible()
  await dialog.getByRole('button', { name: 'Unban from all jails' }).click()
  await expect(dialog.getByText(`${ip} is not banned in any jail`)).toBeVisible()
  for (const jail of ['sshd', 'recidive']) expect(await bannedIn(machine, jail)).not.toContain(ip)

  await overview.keyboard.press('Escape')
  await expect(dialog).toBeHidden()
})

test('the box in the header explains what is not an address', async ({ overview, complaints }) => {
  complaints.expect(REFUSED)
  const dialog = await checkAddress(overview, 'example.org')
  await expect(dialog.getByText('Type a whole IPv4 or IPv6 address')).toBeVisible()
})

test('addresses in any spelling, and networks, are banned as fail2ban writes them', async ({
  overview,
  machine,
}) => {
  const dialog = await openBanDialog(overview)
  await dialog.getByLabel('Addresses or networks').fill('2001:DB8:0:0::00bb, 198.51.100.77/24\n203.0.113.17')
  await dialog.getByRole('button', { name: 'Ban 3 addresses' }).click()
  await expect(toast(overview, 'Banned 3 addresses in ')).toBeVisible()
  await expect(dialog).toBeHidden()
  const [jail = ''] =
    (await toast(overview, 'Banned 3 addresses in ').textContent())?.match(/(?<=in )[\w-]+?(?=Undo|$)/) ?? []
  for (const ip of ['2001:db8::bb', '198.51.100.0/24', '203.0.113.17']) {
    await expect(banRow(overview, ip, jail)).toBeVisible()
    expect(await bannedIn(machine, jail)).toContain(ip)
  }
})

test('each address gets its own answer, and mistakes stay on the screen', async ({ overview, machine }) => {
  const dialog = await openBanDialog(overview)
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
  overview,
  machine,
  complaints,
}) => {
  complaints.expect(REFUSED)
  const dialog = await openBanDialog(overview)
  await dialog.getByLabel('Jail').selectOption({ label: 'sshd, 10 min' })
  await dialog.getByLabel('Addresses or networks').fill('127.0.0.1')
  await dialog.getByRole('button', { name: 'Ban', exact: true }).click()
  await expect(dialog.getByRole('alert')).toContainText('127.0.0.1 is your own address')
  expect(await bannedIn(machine, 'sshd')).toEqual([])

  await dialog.getByRole('button', { name: 'Ban it anyway' }).click()
  await expect(overview.getByText('Your own address 127.0.0.1 is banned')).toBeVisible()
  await overview.getByRole('button', { name: 'Unban my address' }).click()
  await expect(overview.getByText('Your own address 127.0.0.1 is banned')).toBeHidden()
  expect(await bannedIn(machine, 'sshd')).toEqual([])
})

test('text from a log is shown as text, whatever it holds', async ({ overview, machine }) => {
  const ip = '203.0.113.19'
  const user = '<img src=x onerror=alert(1)><script>alert(2)</script>{{7*7}}'
  const line = (pid: number) =>
    `${syslogTime()} host sshd[${pid}]: Failed password for invalid user ${user} from ${ip} port 40022 ssh2\n`
  machine.fail2ban.writeLog('auth.log', [90_001, 90_002, 90_003, 90_004].map(line).join(''))
  const row = banRow(overview, ip, 'sshd')
  await expect(row).toContainText(user)
  await row.getByRole('button', { name: 'Why' }).click()
  await expect(overview.getByRole('figure')).toContainText(user)
  expect(await overview.locator('img').count()).toBe(0)
})

function syslogTime(): string {
  const now = new Date()
  const month = now.toLocaleString('en', { month: 'short' })
  return `${month} ${String(now.getDate()).padStart(2)} ${now.toTimeString().slice(0, 8)}`
}

test('new bans wait while the mouse is on the list, so that no row slips away', async ({
  overview,
  machine,
}) => {
  await machine.fail2ban.client('set', 'sshd', 'banip', '203.0.113.20')
  await banRow(overview, '203.0.113.20').hover()
  await machine.fail2ban.client('set', 'sshd', 'banip', '203.0.113.21')
  const pill = overview.getByRole('button', { name: '1 new ban, show' })
  await expect(pill).toBeVisible()
  await expect(banRow(overview, '203.0.113.21')).toHaveCount(0)
  await pill.click()
  await expect(banRow(overview, '203.0.113.21')).toBeVisible()
})

test('without bans the screen says that this is fine', async ({ overview }) => {
  await expect(overview.getByText('No bans right now')).toBeVisible()
  await expect(overview.getByText('That is fine: 3 jails are watching')).toBeVisible()
})
