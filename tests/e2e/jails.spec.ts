import { renameSync } from 'node:fs'
import { join } from 'node:path'
import type { Locator, Page } from '@playwright/test'
import { bannedIn, expect, signIn, test as base, REFUSED, UNREACHABLE, type Machine } from './console.ts'
import { toast } from './pages.ts'
import { addPerson, signInAs } from './persons.ts'

/** Begins signed in, with every jail at work as its files say and nobody banned. */
const test = base.extend<{ jails: Page }>({
  jails: async ({ page, machine }, use) => {
    await machine.fail2ban.client('unban', '--all')
    await machine.fail2ban.client('reload')
    await signIn(page, machine)
    await use(page)
  },
})

/** How far behind fail2ban the screen may be. */
const LAG_MS = 2_000

function row(page: Page, jail: string): Locator {
  const name = page.getByRole('rowheader', { name: jail, exact: true })
  return page.getByRole('table', { name: 'Jails' }).getByRole('row').filter({ has: name })
}

async function openList(page: Page, machine: Machine): Promise<void> {
  await page.goto(`${machine.url}/jails`)
  await expect(row(page, 'sshd')).toContainText('Active')
}

async function openJail(page: Page, machine: Machine, jail: string): Promise<void> {
  await page.goto(`${machine.url}/jails/${jail}`)
  await expect(page.getByRole('heading', { name: 'What it looks for' })).toBeVisible()
}

/** From the menu of the jail's row; resolves with the dialog that asks. */
async function choose(page: Page, jail: string, action: string): Promise<Locator> {
  await page.getByRole('button', { name: `Actions for ${jail}` }).click()
  await page.getByRole('menuitem', { name: new RegExp(`^${action}`) }).click()
  return page.getByRole('alertdialog')
}

async function get(machine: Machine, jail: string, setting: string): Promise<string> {
  return (await machine.fail2ban.client('get', jail, setting)).trim()
}

test('J1 stopping a jail says first how many bans that lifts, and wants its name', async ({
  jails: page,
  machine,
}) => {
  await machine.fail2ban.client('set', 'recidive', 'banip', '203.0.113.7', '203.0.113.8')
  await openList(page, machine)
  await expect(row(page, 'recidive')).toContainText(/2\s*(?:banned)?/)
  const dialog = await choose(page, 'recidive', 'Stop')
  await expect(dialog).toContainText('Stop recidive and lift its 2 bans?')
  const stop = dialog.getByRole('button', { name: 'Stop recidive' })
  await expect(stop).toHaveAttribute('aria-disabled', 'true')
  await stop.press('Enter')
  expect(await bannedIn(machine, 'recidive')).toHaveLength(2)
  await dialog.getByRole('textbox', { name: 'Type recidive to confirm' }).fill('recidive')
  await stop.click()
  await expect(toast(page, 'Stopped recidive, 2 bans lifted')).toBeVisible()
  await expect(row(page, 'recidive')).toContainText('Stopped')
  expect(await machine.fail2ban.client('status')).not.toContain('recidive')

  await choose(page, 'recidive', 'Start')
  await expect(toast(page, 'Started recidive')).toBeVisible()
  await expect(row(page, 'recidive')).toContainText('Active')
  await expect.poll(() => bannedIn(machine, 'recidive')).toHaveLength(2)
})

test('J2 what fail2ban-client does to a jail shows within two seconds', async ({ jails: page, machine }) => {
  await openList(page, machine)
  await machine.fail2ban.client('set', 'sshd', 'banip', '203.0.113.7', '203.0.113.8', '203.0.113.9')
  await expect(row(page, 'sshd')).toContainText('3', { timeout: LAG_MS })
  await machine.fail2ban.client('stop', 'recidive')
  await expect(row(page, 'recidive')).toContainText('Stopped', { timeout: LAG_MS })
  await machine.fail2ban.client('reload')
  await expect(row(page, 'recidive')).toContainText('Active', { timeout: LAG_MS })
})

test('J3 a changed setting is fail2ban’s at once, is said to last until a reload, and a reload takes it back', async ({
  jails: page,
  machine,
}) => {
  await openJail(page, machine, 'sshd')
  const form = page.getByRole('form', { name: 'Settings of sshd' })
  await expect(form).toContainText(
    'Runtime only: a reload or restart of fail2ban brings back what the files say',
  )
  await form.getByLabel('Ban time').fill('1d 12h')
  await form.getByLabel('Retries').fill('7')
  await form.getByRole('button', { name: 'Apply now' }).click()
  await expect(toast(page, 'Changed sshd')).toContainText('until fail2ban is reloaded')
  expect([await get(machine, 'sshd', 'bantime'), await get(machine, 'sshd', 'maxretry')]).toEqual([
    '129600',
    '7',
  ])
  await expect(page.getByText('Changed while running', { exact: true })).toBeVisible()
  await expect(form).toContainText('the files say 10 min')
  await page.reload()
  await expect(page.getByText('Changed while running', { exact: true })).toBeVisible()

  await page.getByRole('button', { name: 'Reload', exact: true }).click()
  const dialog = page.getByRole('alertdialog', { name: 'Reload sshd and lose these changes?' })
  await expect(dialog).toContainText('Ban time: 1 d 12 h → 10 min')
  await dialog.getByRole('button', { name: 'Reload sshd' }).click()
  await expect(toast(page, 'Reloaded sshd')).toBeVisible()
  await expect(form.getByLabel('Ban time')).toHaveValue('10m')
  await expect(page.getByText('Changed while running', { exact: true })).toBeHidden()
  expect(await get(machine, 'sshd', 'bantime')).toBe('600')
})

test('J3 what cannot be a setting is not sent, and permanent is', async ({ jails: page, machine }) => {
  await openJail(page, machine, 'sshd')
  const form = page.getByRole('form', { name: 'Settings of sshd' })
  const apply = form.getByRole('button', { name: 'Apply now' })
  for (const text of ['soon', '2*3600', '0', '-2']) {
    await form.getByLabel('Ban time').fill(text)
    await expect(apply).toHaveAttribute('aria-disabled', 'true')
  }
  await form.getByLabel('Find time').fill('-1')
  await expect(apply).toHaveAttribute('aria-disabled', 'true')
  await form.getByRole('button', { name: 'Discard' }).click()
  await expect(form.getByLabel('Ban time')).toHaveValue('10m')
  await form.getByLabel('Ban time').fill('-1')
  await apply.click()
  await expect(toast(page, 'Changed sshd')).toBeVisible()
  expect(await get(machine, 'sshd', 'bantime')).toBe('-1')
})

test('J3 what is typed is asked about before one leaves', async ({ jails: page, machine }) => {
  await openJail(page, machine, 'sshd')
  const bantime = page.getByLabel('Ban time')
  await bantime.fill('3h')
  await page.getByRole('navigation', { name: 'Where you are' }).getByRole('link', { name: 'Jails' }).click()
  const dialog = page.getByRole('alertdialog', { name: 'Leave without saving?' })
  await dialog.getByRole('button', { name: 'Cancel' }).click()
  await expect(bantime).toHaveValue('3h')
  await page.getByRole('navigation', { name: 'Where you are' }).getByRole('link', { name: 'Jails' }).click()
  await dialog.getByRole('button', { name: 'Discard changes' }).click()
  await expect(page.getByRole('heading', { name: 'Jails', exact: true })).toBeVisible()
  expect(await get(machine, 'sshd', 'bantime')).toBe('600')
})

test('J3 what is typed survives a server that goes away and comes back', async ({
  jails: page,
  machine,
  complaints,
}) => {
  complaints.expect(UNREACHABLE)
  // A console that has just started does not know the jails yet.
  complaints.expect(REFUSED)
  await openJail(page, machine, 'sshd')
  const form = page.getByRole('form', { name: 'Settings of sshd' })
  await form.getByLabel('Find time').fill('45m')
  await page.getByLabel('Add addresses or networks').fill('203.0.113.200')
  await machine.stopConsole()
  await expect(page.getByText('No connection to BanGUI', { exact: false }).first()).toBeVisible({
    timeout: 15_000,
  })
  await expect(form.getByRole('button', { name: 'Apply now' })).toHaveAttribute('aria-disabled', 'true')
  await machine.startConsole()
  await expect(form.getByLabel('Find time')).toHaveValue('45m')
  await expect(page.getByLabel('Add addresses or networks')).toHaveValue('203.0.113.200')
  await expect(form.getByRole('button', { name: 'Apply now' })).not.toHaveAttribute('aria-disabled', 'true', {
    timeout: 20_000,
  })
  await form.getByRole('button', { name: 'Apply now' }).click()
  await expect(toast(page, 'Changed sshd')).toBeVisible()
  expect(await get(machine, 'sshd', 'findtime')).toBe('2700')
})

test('J5 a paused jail is shown as paused, and resumed from the message or the page', async ({
  jails: page,
  machine,
}) => {
  await openList(page, machine)
  await choose(page, 'sshd', 'Pause')
  const message = toast(page, 'Paused sshd')
  await expect(message).toBeVisible()
  await expect(row(page, 'sshd')).toContainText('Paused', { timeout: LAG_MS })
  await message.getByRole('button', { name: 'Undo' }).click()
  await expect(row(page, 'sshd')).toContainText('Active', { timeout: LAG_MS })

  await openJail(page, machine, 'sshd')
  await page.getByRole('button', { name: 'Pause', exact: true }).click()
  await expect(page.getByText('sshd is paused: it bans nobody')).toBeVisible()
  await page.getByRole('button', { name: 'Resume', exact: true }).click()
  await expect(page.getByText('sshd is paused: it bans nobody')).toBeHidden()
  machine.fail2ban.writeFailures('sshd', '203.0.113.77', 5)
  // An idle jail looks at its logs again only after ten of its rounds.
  await expect.poll(() => bannedIn(machine, 'sshd'), { timeout: 30_000 }).toEqual(['203.0.113.77'])
})

test('J6 a jail that does not exist has a page that finds those that do', async ({
  jails: page,
  machine,
}) => {
  await page.goto(`${machine.url}/jails/ssh`)
  await expect(page.getByRole('heading', { name: 'There is no jail called ssh' })).toBeVisible()
  await expect(page).toHaveTitle('Not found · BanGUI')
  await page.getByRole('searchbox', { name: 'Search jails' }).fill('ss')
  await expect(page.getByRole('main').getByRole('link', { name: 'recidive' })).toBeHidden()
  await page.getByRole('main').getByRole('link', { name: 'sshd' }).click()
  await expect(page.getByRole('heading', { name: 'sshd', exact: true })).toBeVisible()
})

test('a restart keeps the bans, and unbanning all empties the jail', async ({ jails: page, machine }) => {
  await machine.fail2ban.client('set', 'sshd', 'banip', '203.0.113.7', '203.0.113.8')
  await openList(page, machine)
  const restart = await choose(page, 'sshd', 'Restart')
  await expect(restart).toContainText('Restart sshd with its 2 bans?')
  await restart.getByRole('button', { name: 'Restart sshd' }).click()
  await expect(toast(page, 'Restarted sshd')).toBeVisible()
  await expect.poll(() => bannedIn(machine, 'sshd')).toHaveLength(2)
  await expect(row(page, 'sshd')).toContainText('2')

  const unban = await choose(page, 'sshd', 'Unban all')
  await expect(unban).toContainText('Unban 2 addresses from sshd?')
  await unban.getByRole('button', { name: 'Unban 2 addresses' }).click()
  await expect(toast(page, 'Lifted 2 bans of sshd')).toBeVisible()
  expect(await bannedIn(machine, 'sshd')).toEqual([])
})

test('the ignore list takes many at once, refuses what is no address, and says who is banned all the same', async ({
  jails: page,
  machine,
}) => {
  await machine.fail2ban.client('set', 'sshd', 'banip', '203.0.113.7')
  await openJail(page, machine, 'sshd')
  const field = page.getByLabel('Add addresses or networks')
  const list = page.getByRole('list', { name: 'Ignored by sshd' })
  await field.fill('203.0.113.7\nvpn.example.org')
  await page.getByRole('button', { name: 'Ignore', exact: true }).click()
  await expect(page.getByText('vpn.example.org: Not an IPv4 or IPv6 address', { exact: false })).toBeVisible()
  await field.fill('0.0.0.0/0')
  await page.getByRole('button', { name: 'Ignore', exact: true }).click()
  await expect(page.getByText('The network is too wide', { exact: false })).toBeVisible()

  await field.fill('203.0.113.7\n2001:DB8:0::9, 198.51.100.7/24')
  await page.getByRole('button', { name: 'Ignore', exact: true }).click()
  await expect(list).toContainText('198.51.100.0/24')
  await expect(list).toContainText('2001:db8::9')
  await expect(field).toHaveValue('')
  await expect(list.getByText('until fail2ban is reloaded')).toHaveCount(3)
  expect(await get(machine, 'sshd', 'ignoreip')).toContain('198.51.100.0/24')

  await expect(page.getByText('203.0.113.7 is banned all the same.')).toBeVisible()
  await page.getByRole('button', { name: 'Unban and ignore everywhere' }).click()
  await expect.poll(() => bannedIn(machine, 'sshd')).toEqual([])
  await expect(page.getByText('203.0.113.7 is banned all the same.')).toBeHidden()
  expect(await get(machine, 'recidive', 'ignoreip')).toContain('203.0.113.7')

  await list.getByRole('button', { name: 'Remove 198.51.100.0/24' }).click()
  await expect(toast(page, 'sshd does not ignore 198.51.100.0/24 any more')).toBeVisible()
  await expect(list).not.toContainText('198.51.100.0/24')
  await page.getByRole('button', { name: 'Add my address' }).click()
  await expect(list).toContainText('127.0.0.1')
  expect(await get(machine, 'sshd', 'ignoreip')).toContain('127.0.0.1')
})

test('a log file that is gone is named, with what that means, and nothing is lost by a reload that cannot work', async ({
  jails: page,
  machine,
  complaints,
}) => {
  // The refusal is what this is about.
  complaints.expect(UNREACHABLE)
  const path = join(machine.fail2ban.root, 'log/nginx-error.log')
  await machine.fail2ban.client('set', 'nginx-http-auth', 'banip', '203.0.113.7')
  renameSync(path, `${path}.away`)
  try {
    await openList(page, machine)
    await expect(row(page, 'nginx-http-auth')).toContainText('No log file')
    await expect(row(page, 'nginx-http-auth')).toContainText(
      `watches a log file that does not exist, so it cannot ban anyone: ${path}`,
    )
    await row(page, 'nginx-http-auth').getByRole('link', { name: 'nginx-http-auth' }).click()
    await expect(page.getByRole('region', { name: 'Log files' })).toContainText('Missing')
    await expect(page.getByText('Its configuration files cannot be read now', { exact: false })).toBeVisible()
    await page.getByRole('button', { name: 'Reload', exact: true }).click()
    await expect(page.getByRole('alert').filter({ hasText: 'Nothing was changed.' })).toBeVisible()
    expect(await bannedIn(machine, 'nginx-http-auth')).toEqual(['203.0.113.7'])
  } finally {
    renameSync(`${path}.away`, path)
  }
  await expect(page.getByText('so it cannot ban anyone', { exact: false })).toHaveCount(0)
})

test('recent bans show why, and are lifted from there', async ({ jails: page, machine }) => {
  machine.fail2ban.writeFailures('sshd', '203.0.113.7', 4)
  await openJail(page, machine, 'sshd')
  const bans = page.getByRole('list', { name: 'Recent bans of sshd' })
  await expect(bans).toContainText('Failed password for invalid user root from 203.0.113.7')
  await bans.getByRole('button', { name: 'Unban 203.0.113.7 from sshd' }).click()
  await expect(toast(page, 'Unbanned 203.0.113.7 from sshd')).toBeVisible()
  await expect(page.getByText('Nobody is banned')).toBeVisible()
  expect(await bannedIn(machine, 'sshd')).toEqual([])
  await expect(page.getByRole('link', { name: 'All bans of sshd' })).toHaveAttribute(
    'href',
    /\/bans\?jail=sshd$/,
  )
})

test('the list is filtered and sorted, and its address keeps both', async ({ jails: page, machine }) => {
  await machine.fail2ban.client('set', 'sshd', 'banip', '203.0.113.7')
  await openList(page, machine)
  await page.getByRole('searchbox', { name: 'Filter jails by name' }).pressSequentially('nginx-http')
  await expect(row(page, 'sshd')).toHaveCount(0)
  await expect(page).toHaveURL(/\?q=nginx-http$/)
  await page.reload()
  await expect(row(page, 'nginx-http-auth')).toBeVisible()
  await expect(row(page, 'sshd')).toHaveCount(0)
  await page.goto(`${machine.url}/jails?sort=-banned`)
  await expect(page.getByRole('rowheader').first()).toHaveText('sshd')
})

test('who may only look sees why nothing can be changed', async ({ jails: page, machine, browser }) => {
  const viewer = await addPerson(browser, machine, 'viewer')
  await page.context().clearCookies()
  await signInAs(page, machine, viewer)
  await openJail(page, machine, 'sshd')
  const pause = page.getByRole('button', { name: 'Pause', exact: true })
  await expect(pause).toHaveAccessibleDescription('Only administrators may do this.')
  await pause.press('Enter')
  await expect(page.getByLabel('Ban time')).not.toBeEditable()
  await expect(page.getByRole('button', { name: 'Remove 192.0.2.1' })).toHaveAccessibleDescription(
    /may only look/,
  )
  await openList(page, machine)
  await page.getByRole('button', { name: 'Actions for sshd' }).click()
  await expect(page.getByRole('menuitem', { name: /^Stop/ })).toHaveAttribute('aria-disabled', 'true')
  expect(await machine.fail2ban.client('status', 'sshd')).toContain('Currently banned')
})
