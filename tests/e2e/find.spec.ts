import type { Locator, Page } from '@playwright/test'
import { manyIp, MANY_JAIL, writeManyBans } from '../support/many-bans.ts'
import { expectAccessible } from './accessible.ts'
import {
  bannedIn,
  expect,
  openOverview,
  signIn,
  startMachine,
  test,
  UNREACHABLE,
  type Machine,
} from './console.ts'
import { checkAddress, expectNoSidewaysScroll, findDialog, findField, openFind, toast } from './pages.ts'

const IP = '203.0.113.77'
const BANS = 100_000

async function ban(machine: Pick<Machine, 'fail2ban'>, jail: string, ...ips: string[]): Promise<void> {
  await machine.fail2ban.client('set', jail, 'banip', ...ips)
}

/** What fail2ban itself never bans in a jail. */
async function ignoredIn(machine: Pick<Machine, 'fail2ban'>, jail: string): Promise<string> {
  return machine.fail2ban.client('get', jail, 'ignoreip')
}

/** Opens the page of an address; resolves once its report is there. */
async function openIp(page: Page, machine: Pick<Machine, 'url'>, ip: string): Promise<Locator> {
  await signIn(page, machine)
  await page.goto(`${machine.url}/ip/${encodeURIComponent(ip)}`)
  await expect(page.getByRole('button', { name: 'Copy' }).first()).toBeVisible()
  return page.getByRole('main')
}

test.beforeEach(async ({ machine }) => {
  await machine.fail2ban.client('unban', '--all')
})

test.describe('C1 an address is read in any spelling', () => {
  for (const [typed, canonical] of [
    ['  203.0.113.77 ', IP],
    ['::ffff:203.0.113.77', IP],
    ['203.0.113.77:22', IP],
    ['[2001:DB8::7]:443', '2001:db8::7'],
    ['2001:0db8:0:0:0:0:0:7', '2001:db8::7'],
    ['203.0.113.77/24', '203.0.113.0/24'],
  ] as const) {
    test(`in the box: ${typed}`, async ({ overview, machine }) => {
      await ban(machine, 'sshd', canonical)
      const dialog = await checkAddress(overview, typed)
      await expect(dialog.getByRole('heading', { name: 'Banned in 1 jail' })).toBeVisible()
      await expect(dialog.getByRole('button', { name: `Unban ${canonical} from sshd` })).toBeVisible()
    })
  }

  test('in the address of its page, which is then the canonical one and survives a reload', async ({
    page,
    machine,
  }) => {
    await ban(machine, 'sshd', '2001:db8::7')
    await openIp(page, machine, '2001:DB8:0::0007')
    await expect(page).toHaveURL(`${machine.url}/ip/2001:db8::7`)
    await expect(page).toHaveTitle('2001:db8::7 · BanGUI')
    await page.reload()
    await expect(page.getByRole('heading', { level: 1, name: '2001:db8::7' })).toBeVisible()
    await expect(page.getByRole('heading', { name: 'Banned in 1 jail' })).toBeVisible()
  })

  test('what is no address has no page, but a way to search', async ({ page, machine, complaints }) => {
    complaints.expect(/status of 400/)
    await signIn(page, machine)
    await page.goto(`${machine.url}/ip/example.org`)
    await expect(page.getByText('This is not an address')).toBeVisible()
    await page.getByRole('main').getByRole('button', { name: 'Search' }).click()
    await expect(findField(page)).toBeFocused()
  })
})

test.describe('C2 bans in several jails', () => {
  test('are all shown, with reasons, and lifted at once; Undo sets them again', async ({
    overview,
    machine,
  }) => {
    machine.fail2ban.writeFailures('sshd', IP, 4)
    await ban(machine, 'recidive', IP)
    const dialog = await checkAddress(overview, IP)
    await expect(dialog.getByRole('heading', { name: 'Banned in 2 jails' })).toBeVisible()
    await expect(dialog.getByText(/3 failures|4 failures/).first()).toBeVisible()
    await expect(dialog.getByText(`Failed password for invalid user root from ${IP}`)).toBeVisible()
    await dialog.getByRole('button', { name: 'Unban from all jails' }).click()
    await expect(dialog.getByText(`${IP} is not banned in any jail`).first()).toBeVisible()
    for (const jail of ['sshd', 'recidive']) expect(await bannedIn(machine, jail)).not.toContain(IP)
    await toast(overview, `Unbanned ${IP}`).getByRole('button', { name: 'Undo' }).click()
    await expect.poll(() => bannedIn(machine, 'sshd')).toContain(IP)
    await expect.poll(() => bannedIn(machine, 'recidive')).toContain(IP)
  })

  test('are lifted one by one', async ({ page, machine }) => {
    for (const jail of ['sshd', 'recidive']) await ban(machine, jail, IP)
    const main = await openIp(page, machine, IP)
    await main.getByRole('button', { name: `Unban ${IP} from sshd` }).click()
    await expect(main.getByRole('heading', { name: 'Banned in 1 jail' })).toBeVisible()
    expect(await bannedIn(machine, 'sshd')).not.toContain(IP)
    expect(await bannedIn(machine, 'recidive')).toContain(IP)
  })

  test('show up while one looks', async ({ page, machine }) => {
    const main = await openIp(page, machine, IP)
    await expect(main.getByText(`${IP} is not banned in any jail`)).toBeVisible()
    await ban(machine, 'sshd', IP)
    await expect(main.getByRole('heading', { name: 'Banned in 1 jail' })).toBeVisible()
    await machine.fail2ban.client('set', 'sshd', 'unbanip', IP)
    await expect(main.getByText(`${IP} is not banned in any jail`)).toBeVisible()
    await expect(main.getByText('in sshd, lifted before its time').first()).toBeVisible()
  })
})

test.describe('C3 unban and allow', () => {
  test('says what is lifted and where it is added, and does both', async ({ page, machine }) => {
    const ip = '198.51.100.31'
    for (const jail of ['sshd', 'recidive']) await ban(machine, jail, ip)
    const main = await openIp(page, machine, ip)
    await main.getByRole('button', { name: 'Unban and allow' }).click()
    const dialog = page.getByRole('alertdialog', { name: `Unban and allow ${ip}?` })
    await expect(dialog.getByText('2 bans are lifted')).toBeVisible()
    await expect(dialog.getByRole('listitem')).toHaveText(['recidive', 'sshd'])
    await expect(dialog.getByText('nginx-http-auth, recidive and sshd')).toBeVisible()
    await expectAccessible(page, '[role=alertdialog]')
    await dialog.getByRole('button', { name: 'Unban and allow' }).click()
    await expect(toast(page, `Unbanned ${ip} from`)).toBeVisible()
    await expect(main.getByText('On the ignore list of nginx-http-auth, recidive and sshd')).toBeVisible()
    await expect(main.getByText(`${ip} is not banned in any jail`)).toBeVisible()
    for (const jail of ['sshd', 'recidive']) {
      expect(await bannedIn(machine, jail)).not.toContain(ip)
      expect(await ignoredIn(machine, jail)).toContain(ip)
    }
  })

  test('warns that a network around it stays banned', async ({ page, machine }) => {
    const ip = '198.51.100.32'
    await ban(machine, 'sshd', ip)
    await ban(machine, 'recidive', '198.51.100.0/24')
    const main = await openIp(page, machine, ip)
    await main.getByRole('button', { name: 'Unban and allow' }).click()
    const dialog = page.getByRole('alertdialog')
    await expect(dialog.getByText('The ban of 198.51.100.0/24 stays')).toBeVisible()
    await dialog.getByRole('button', { name: 'Cancel' }).click()
    await expect(dialog).toBeHidden()
    expect(await bannedIn(machine, 'sshd')).toContain(ip)
  })
})

test.describe('C4 the answer is quick', () => {
  test('with 100,000 bans', async ({ page, isMobile, complaints }) => {
    test.skip(isMobile, 'the same server')
    test.setTimeout(400_000)
    // The console ends before the page does when something fails.
    complaints.expect(UNREACHABLE)
    await using machine = await startMachine({
      fail2ban: {
        extraJails: MANY_JAIL,
        expectedJails: ['sshd', 'nginx-http-auth', 'recidive', 'many'],
      },
    })
    await machine.fail2ban.shutDown()
    writeManyBans(machine.fail2ban.database, BANS)
    await machine.fail2ban.restart()
    await signIn(page, machine)
    const total = async () => {
      const answer = await page.request.get(`${machine.url}/api/v1/bans?limit=1`)
      return ((await answer.json()) as { total: number }).total
    }
    await expect.poll(total, { timeout: 300_000, intervals: [2_000] }).toBe(BANS)
    await openOverview(page, machine)
    const dialog = await openFind(page)
    const times: number[] = []
    for (const index of [99_999, 5, 50_000, 77_777, 12_345]) {
      const ip = manyIp(index)
      const begun = performance.now()
      await findField(page).fill(ip)
      await expect(dialog.getByRole('button', { name: `Unban ${ip} from many` })).toBeVisible()
      times.push(Math.round(performance.now() - begun))
    }
    test.info().annotations.push({ type: 'milliseconds', description: times.join(', ') })
    // What else the machine does comes on top; the console itself has shown what it takes.
    expect(Math.min(...times), times.join(', ')).toBeLessThan(300)
    await page.close()
  })
})

test.describe('C5 Esc closes the box', () => {
  test('and the focus returns to where it was', async ({ overview, isMobile }) => {
    const button = overview.getByRole('banner').getByRole('button', { name: 'Check an IP, jail or page' })
    await button.focus()
    await overview.keyboard.press('Enter')
    await expect(findField(overview)).toBeFocused()
    await findField(overview).fill(IP)
    await overview.keyboard.press('Escape')
    await expect(findDialog(overview)).toBeHidden()
    await expect(button).toBeFocused()
    if (isMobile) return
    // From anywhere else, too.
    const link = overview.getByRole('link', { name: 'Settings' }).first()
    await link.focus()
    await overview.keyboard.press('/')
    await expect(findField(overview)).toBeFocused()
    await overview.keyboard.press('Escape')
    await expect(link).toBeFocused()
  })
})

test.describe('C6 with the keyboard alone', () => {
  test('an address is looked up, unbanned and its page opened', async ({ overview, machine }) => {
    for (const jail of ['sshd', 'recidive']) await ban(machine, jail, IP)
    await overview.keyboard.press('Control+k')
    await expect(findField(overview)).toBeFocused()
    await overview.keyboard.type(IP)
    await expect(findDialog(overview).getByRole('heading', { name: 'Banned in 2 jails' })).toBeVisible()
    await overview.keyboard.press('ArrowDown')
    await expect(overview.getByRole('button', { name: `Unban ${IP} from recidive` })).toBeFocused()
    await overview.keyboard.press('Enter')
    await expect(findDialog(overview).getByRole('heading', { name: 'Banned in 1 jail' })).toBeVisible()
    await overview.keyboard.press('Control+k')
    await expect(findField(overview)).toBeFocused()
    await overview.keyboard.press('ArrowDown')
    await overview.keyboard.press('u')
    await expect(findDialog(overview).getByText('is not banned in any jail').first()).toBeVisible()
    expect(await bannedIn(machine, 'sshd')).not.toContain(IP)
    await overview.keyboard.press('Control+k')
    await findField(overview).press('Enter')
    await expect(overview).toHaveURL(`${machine.url}/ip/${IP}`)
    await expect(findDialog(overview)).toBeHidden()
    await expect(overview.getByRole('heading', { level: 1, name: IP })).toBeFocused()
  })

  test('a page, a jail and bans are found and chosen', async ({ overview, machine }) => {
    await ban(machine, 'sshd', '198.51.100.41', '198.51.100.42')
    await openFind(overview)
    await overview.keyboard.type('sett')
    await expect(findDialog(overview).getByRole('option')).toHaveText(['Settings'])
    await overview.keyboard.press('Enter')
    await expect(overview).toHaveURL(`${machine.url}/settings`)
    await expect(overview.getByRole('heading', { level: 1, name: 'Settings' })).toBeFocused()

    await openFind(overview)
    await overview.keyboard.type('recid')
    await expect(findDialog(overview).getByRole('option', { name: /^recidive/ })).toBeVisible()
    await overview.keyboard.press('Enter')
    await expect(overview).toHaveURL(`${machine.url}/jails/recidive`)

    await openFind(overview)
    await overview.keyboard.type('100.4')
    const options = findDialog(overview).getByRole('option')
    await expect(options).toHaveText([
      /^198\.51\.100\.4[12]/,
      /^198\.51\.100\.4[12]/,
      /^Show all bans with “100\.4”/,
    ])
    await expect(options.first()).toHaveAttribute('data-highlighted')
    await overview.keyboard.press('ArrowDown')
    await expect(findField(overview)).toHaveAttribute(
      'aria-activedescendant',
      (await options.nth(1).getAttribute('id')) ?? '',
    )
    await overview.keyboard.press('ArrowDown')
    await overview.keyboard.press('Enter')
    await expect(overview).toHaveURL(`${machine.url}/bans?q=100.4`)
  })
})

test('what is not found is explained', async ({ overview }) => {
  await openFind(overview)
  await findField(overview).fill('no such thing')
  await expect(findDialog(overview).getByText('Nothing contains “no such thing”')).toBeVisible()
  await expectAccessible(overview)
})

test('a network tells of the bans inside it, and an address of networks around it', async ({
  overview,
  machine,
}) => {
  await ban(machine, 'sshd', '198.51.100.51', '198.51.100.52')
  await ban(machine, 'recidive', '198.51.100.0/24')
  const dialog = await checkAddress(overview, '198.51.100.0/26')
  await expect(dialog.getByText('a network around it is').first()).toBeVisible()
  await expect(dialog.getByRole('heading', { name: '2 bans inside the network' })).toBeVisible()
  await findField(overview).fill('198.51.100.53')
  await expect(dialog.getByRole('heading', { name: 'Blocked as part of a network' })).toBeVisible()
  await expect(dialog.getByRole('button', { name: 'Unban 198.51.100.0/24 from recidive' })).toBeVisible()
  await dialog.getByRole('link', { name: '198.51.100.0/24' }).click()
  await expect(overview).toHaveURL(`${machine.url}/ip/198.51.100.0%2F24`)
  await expect(overview.getByRole('heading', { name: 'Banned in 1 jail' })).toBeVisible()
})

test('an address that fail2ban ignores, and what a private one means, are told', async ({
  page,
  machine,
}) => {
  const main = await openIp(page, machine, '192.0.2.1')
  await expect(main.getByText(/On the ignore list of .*sshd.* as 192\.0\.2\.1/)).toBeVisible()
  await openIp(page, machine, '10.1.2.3')
  await expect(main.getByText('Private: such addresses belong to local networks')).toBeVisible()
  await expect(main.getByRole('button', { name: 'Look up' })).toHaveCount(0)
})

test('an address is banned in a jail, and looked up elsewhere without telling from where', async ({
  page,
  machine,
}) => {
  const main = await openIp(page, machine, IP)
  await main.getByRole('button', { name: 'Look up' }).click()
  const link = page.getByRole('menuitem', { name: 'AbuseIPDB' })
  await expect(link).toHaveAttribute('href', `https://www.abuseipdb.com/check/${IP}`)
  await expect(link).toHaveAttribute('rel', /noreferrer/)
  await page.keyboard.press('Escape')
  await main.getByRole('button', { name: 'Ban in a jail' }).click()
  const dialog = page.getByRole('dialog', { name: /^Ban an/ })
  await expect(dialog.getByLabel('Addresses or networks')).toHaveValue(IP)
  await dialog.getByLabel('Jail', { exact: true }).selectOption({ label: 'sshd, 10 min' })
  await dialog.getByRole('button', { name: 'Ban', exact: true }).click()
  await expect(main.getByRole('heading', { name: 'Banned in 1 jail' })).toBeVisible()
  expect(await bannedIn(machine, 'sshd')).toContain(IP)
})

test('the box and its answer are accessible and fit', async ({ overview, machine }) => {
  machine.fail2ban.writeFailures('sshd', IP, 4)
  const dialog = await checkAddress(overview, IP)
  await expect(dialog.getByRole('heading', { name: 'Banned in 1 jail' })).toBeVisible()
  await expectAccessible(overview)
  await overview.setViewportSize({ width: 320, height: 640 })
  await expectNoSidewaysScroll(overview)
  await findField(overview).fill('s')
  await expect(dialog.getByRole('option').first()).toBeVisible()
  await expectAccessible(overview)
})
