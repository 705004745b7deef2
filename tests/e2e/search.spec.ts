import { isDeepStrictEqual } from 'node:util'
import { readFile } from 'node:fs/promises'
import type { Locator, Page } from '@playwright/test'
import { bannedIn, expect, test as base, type Machine } from './console.ts'
import { banRow, filterBox, openBans, toast } from './pages.ts'

const rows = (page: Page) => page.getByRole('table', { name: 'Active bans' }).getByRole('rowheader')
const scroller = (page: Page) => page.getByRole('region', { name: 'List of active bans' })
const counts = (page: Page, text: string) => page.getByText(text, { exact: true })

const test = base.extend<{ bans: Page }>({
  /** Sixty bans in sshd, and two in another jail. */
  bans: async ({ page, machine }, use) => {
    await machine.fail2ban.client('unban', '--all')
    const network = Array.from({ length: 60 }, (_, index) => `198.51.100.${index + 1}`)
    await machine.fail2ban.client('set', 'sshd', 'banip', ...network)
    await machine.fail2ban.client('set', 'nginx-http-auth', 'banip', '203.0.113.30', '2001:db8::30')
    await openBans(page, machine)
    await expect(counts(page, '62 of 62 bans')).toBeVisible()
    await use(page)
  },
})

async function selectAllMatching(page: Page): Promise<void> {
  await rows(page).first().locator('xpath=..').getByRole('checkbox').check()
  await page.getByRole('button', { name: /^Select all .* that match$/ }).click()
}

test('B2 fast typing loses no character, and the address bar follows once', async ({ bans }) => {
  const before = await bans.evaluate(() => history.length)
  const asked: string[] = []
  bans.on('request', (request) => {
    if (request.url().includes('q=')) asked.push(new URL(request.url()).searchParams.get('q') ?? '')
  })
  await filterBox(bans).pressSequentially('198.51.100.55', { delay: 5 })
  await expect(filterBox(bans)).toHaveValue('198.51.100.55')
  await expect(bans).toHaveURL(/\?q=198\.51\.100\.55$/)
  await expect(rows(bans)).toHaveCount(1)
  await expect(filterBox(bans)).toHaveValue('198.51.100.55')
  expect(await bans.evaluate(() => history.length)).toBe(before)
  expect(asked.at(-1)).toBe('198.51.100.55')

  await bans.reload()
  await expect(filterBox(bans)).toHaveValue('198.51.100.55')
  await expect(rows(bans)).toHaveCount(1)
})

test('a part of an address, of a jail’s name, and a network find', async ({ bans }) => {
  await filterBox(bans).fill('.100.5')
  await expect(counts(bans, '11 of 62 bans')).toBeVisible()
  await filterBox(bans).fill('198.51.100.0/29')
  await expect(counts(bans, '7 of 62 bans')).toBeVisible()
  await filterBox(bans).fill('NGINX')
  await expect(counts(bans, '2 of 62 bans')).toBeVisible()
  await filterBox(bans).fill('2001:DB8:0:0::30')
  await expect(banRow(bans, '2001:db8::30')).toBeVisible()
  await expect(rows(bans)).toHaveCount(1)
})

test('filters show as chips that go one by one, also when nothing matches', async ({ bans }) => {
  await bans.getByLabel('Jail', { exact: true }).selectOption('nginx-http-auth')
  await expect(bans).toHaveURL(/\?jail=nginx-http-auth$/)
  await expect(counts(bans, '2 of 62 bans')).toBeVisible()
  await filterBox(bans).fill('192.0.2.')
  await expect(bans.getByText('No active ban matches “192.0.2.” in nginx-http-auth')).toBeVisible()
  await bans.getByRole('button', { name: 'Remove filter Jail: nginx-http-auth' }).click()
  await expect(bans.getByText('No active ban matches “192.0.2.”', { exact: true })).toBeVisible()
  await bans.getByRole('button', { name: 'Clear filters' }).click()
  await expect(counts(bans, '62 of 62 bans')).toBeVisible()
  await expect(bans).toHaveURL(/\/bans$/)
})

test('columns sort, say so, and are chosen', async ({ bans, machine, isMobile }) => {
  if (isMobile) {
    await bans.getByLabel('Order').selectOption('ip')
    await expect(bans).toHaveURL(/sort=ip$/)
    await expect(rows(bans).first()).toContainText('198.51.100.1')
    return
  }
  const title = bans.getByRole('columnheader', { name: 'IP address' })
  await title.getByRole('button').click()
  await expect(bans).toHaveURL(/sort=ip$/)
  await expect(title).toHaveAttribute('aria-sort', 'ascending')
  await expect(rows(bans).first()).toContainText('198.51.100.1')
  await title.getByRole('button').click()
  await expect(title).toHaveAttribute('aria-sort', 'descending')
  await expect(rows(bans).first()).toContainText('2001:db8::30')

  await bans.getByRole('button', { name: 'Columns' }).click()
  await bans.getByRole('menuitemcheckbox', { name: 'Times banned' }).click()
  await bans.getByRole('menuitemcheckbox', { name: 'Ends' }).click()
  await bans.keyboard.press('Escape')
  await bans.reload()
  await expect(bans.getByRole('columnheader', { name: 'Times banned' })).toBeVisible()
  await expect(bans.getByRole('columnheader', { name: 'Ends' })).toHaveCount(0)

  await openBans(bans, machine, '?jail=sshd&sort=ip&q=198.51.100.6')
  await expect(rows(bans)).toHaveCount(2)
})

test('a filtered list stays live', async ({ bans, machine }) => {
  await filterBox(bans).fill('203.0.113.')
  await expect(rows(bans)).toHaveCount(1)
  await machine.fail2ban.client('set', 'sshd', 'banip', '203.0.113.31', '192.0.2.31')
  await expect(banRow(bans, '203.0.113.31')).toBeVisible({ timeout: 3_000 })
  await expect(counts(bans, '2 of 64 bans')).toBeVisible()
})

test('B3 "select all that match" sends the filter, and the dialog names what the server counts', async ({
  bans,
  machine,
}) => {
  await filterBox(bans).fill('198.51.100.')
  await expect(counts(bans, '60 of 62 bans')).toBeVisible()
  await selectAllMatching(bans)
  await bans.getByRole('button', { name: 'Unban 60', exact: true }).click()
  const dialog = bans.getByRole('alertdialog', { name: 'Lift 60 bans?' })
  await expect(dialog).toContainText('all bans that match “198.51.100.”')
  const sent = bans.waitForRequest(/\/bans\/unban-matching$/)
  await dialog.getByRole('button', { name: 'Unban 60 addresses' }).click()
  const body: unknown = (await sent).postDataJSON()
  expect(body).toEqual({ filter: { q: '198.51.100.' }, expected: 60, mark: expect.any(Number) })

  const progress = bans.getByRole('region', { name: 'Unbanning all bans that match “198.51.100.”' })
  await expect(progress).toContainText('Done')
  await expect(progress).toContainText('60 of 60')
  await expect(bans.getByText('No active ban matches “198.51.100.”')).toBeVisible()
  expect(await bannedIn(machine, 'sshd')).toEqual([])
  expect(await bannedIn(machine, 'nginx-http-auth')).toHaveLength(2)

  await bans.reload()
  await expect(progress).toContainText('60 unbanned')
  await progress.getByRole('button', { name: 'Dismiss' }).click()
  await expect(progress).toHaveCount(0)
})

test('a few selected bans are lifted at once and can be taken back; more are asked about', async ({
  bans,
  machine,
  isMobile,
}) => {
  await openBans(bans, machine, '?sort=ip&q=198.51.100.1')
  await expect(counts(bans, '11 of 62 bans')).toBeVisible()
  const box = (ip: string) => bans.getByRole('checkbox', { name: `Select ${ip} in sshd`, exact: true })
  await box('198.51.100.10').check()
  await box('198.51.100.11').check()
  await bans.getByRole('button', { name: 'Unban 2', exact: true }).click()
  const message = toast(bans, 'Unbanned 2 addresses from sshd')
  await message.getByRole('button', { name: 'Undo' }).click()
  await expect(toast(bans, '2 addresses are banned again in sshd')).toBeVisible()
  expect(await bannedIn(machine, 'sshd')).toHaveLength(60)

  await bans
    .getByRole('button', { name: /new bans?$/ })
    .or(counts(bans, '11 of 62 bans'))
    .first()
    .waitFor()
  if (isMobile) return
  await box('198.51.100.12').check()
  await box('198.51.100.15').click({ modifiers: ['Shift'] })
  await expect(bans.getByText('4 selected', { exact: true })).toBeVisible()
  await bans.getByRole('button', { name: 'Clear selection' }).click()
  await bans.getByRole('checkbox', { name: 'Select the loaded bans' }).check()
  await bans.getByRole('button', { name: /^Unban \d+$/ }).click()
  await expect(bans.getByRole('alertdialog', { name: /^Lift \d+ bans\?$/ })).toContainText(
    'the selected bans',
  )
  await bans.getByRole('button', { name: 'Cancel' }).click()
  expect(await bannedIn(machine, 'sshd')).toHaveLength(60)
})

test('B4 what could not be unbanned is listed with the reason, and the rest is done', async ({
  bans,
  machine,
}) => {
  // The order of time is still being corrected while fail2ban writes down what it has just done.
  await openBans(bans, machine, '?sort=-ip')
  await bans.getByRole('checkbox', { name: 'Select 203.0.113.30 in nginx-http-auth' }).check()
  await bans.getByRole('checkbox', { name: 'Select 198.51.100.60 in sshd' }).check()
  // A jail that is stopped takes its bans with it, and can lift none.
  await machine.fail2ban.client('stop', 'nginx-http-auth')
  try {
    await expect(banRow(bans, '203.0.113.30')).toHaveCount(0)
    await bans.getByRole('button', { name: 'Unban 2', exact: true }).click()
    const outcome = bans.getByRole('alert').filter({ hasText: '1 address could not be unbanned.' })
    await expect(outcome).toContainText('1 was unbanned.')
    await expect(outcome.getByRole('listitem')).toHaveText(/203\.0\.113\.30 in nginx-http-auth: .*jail/)
    await expect(banRow(bans, '198.51.100.60')).toHaveCount(0)
    expect(await bannedIn(machine, 'sshd')).not.toContain('198.51.100.60')
  } finally {
    await machine.fail2ban.client('reload')
  }
})

test('B5 a new ban does not move the rows that somebody is reading', async ({ bans, machine }) => {
  await scroller(bans).evaluate((element) => element.scrollTo({ top: 380 }))
  const reading = await restingRow(scroller(bans))
  await machine.fail2ban.client('set', 'recidive', 'banip', '192.0.2.1', '192.0.2.2', '192.0.2.3')
  const pill = bans.getByRole('button', { name: 'Show 3 new bans' })
  await expect(pill).toHaveText('3 new')
  expect(await rowInSight(scroller(bans))).toEqual(reading)
  await expect(counts(bans, '62 of 65 bans')).toBeVisible()
  await pill.click()
  for (const ip of ['192.0.2.1', '192.0.2.2', '192.0.2.3']) await expect(banRow(bans, ip)).toBeVisible()
  await expect(counts(bans, '65 of 65 bans')).toBeVisible()
})

/** The row in the middle once the list has come to rest: heights are measured as rows are drawn. */
async function restingRow(list: Locator): ReturnType<typeof rowInSight> {
  let row = await rowInSight(list)
  const rests = async () => {
    const before = row
    row = await rowInSight(list)
    return isDeepStrictEqual(row, before)
  }
  await expect.poll(rests, { intervals: [300] }).toBe(true)
  return row
}

/** The row in the middle, and where it stands. */
async function rowInSight(list: Locator): Promise<{ index: string | null; text: string; top: number }> {
  return list.evaluate((element) => {
    const { top, left, height } = element.getBoundingClientRect()
    const row = document.elementFromPoint(left + 60, top + height / 2)?.closest('tr')
    if (!row) throw new Error('there is no row')
    const text = row.querySelector('th')?.textContent ?? ''
    return { index: row.getAttribute('aria-rowindex'), text, top: row.getBoundingClientRect().top }
  })
}

test('B6 what is filtered is saved as CSV with titles, and nothing in it is a formula', async ({
  bans,
  machine,
}) => {
  await downloadAs(bans, 'CSV', async (text) => {
    const [titles, ...lines] = text.trimEnd().split('\r\n')
    expect(titles).toBe('ip,jail,host,banned_at,expires_at,ban_count,failures,matches')
    expect(lines).toHaveLength(62)
  })
  machine.fail2ban.writeFailures('sshd', '203.0.113.31', 4)
  await filterBox(bans).fill('203.0.113.31')
  await expect(banRow(bans, '203.0.113.31')).toBeVisible()
  await downloadAs(bans, 'CSV', async (text) => {
    expect(text).toContain('203.0.113.31,sshd,local,')
    for (const cell of text.match(/(?<=^|,)"?./gm) ?? []) expect(cell).not.toMatch(/^"?[=+\-@\t]/)
  })
  await downloadAs(bans, 'JSON', async (text) => {
    expect(JSON.parse(text)).toMatchObject({ items: [{ ip: '203.0.113.31', reason: { failures: 3 } }] })
  })
})

async function downloadAs(
  page: Page,
  format: 'CSV' | 'JSON',
  check: (text: string) => Promise<void>,
): Promise<void> {
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    (async () => {
      await page.getByRole('button', { name: 'Export' }).click()
      await page.getByRole('menuitem', { name: `As ${format}` }).click()
    })(),
  ])
  expect(download.suggestedFilename()).toMatch(new RegExp(`^bans-[\\d-]{10}\\.${format.toLowerCase()}$`))
  await check(await readFile(await download.path(), 'utf8'))
}

test('keys move through the rows, select, unban, and go to both ends', async ({
  bans,
  machine,
  isMobile,
}) => {
  test.skip(isMobile, 'a phone has no keys')
  await openBans(bans, machine, '?sort=ip')
  await bans.getByRole('heading', { name: 'Active bans' }).click()
  const active = () => bans.evaluate(() => document.activeElement?.querySelector('th')?.textContent ?? '')
  await bans.keyboard.press('j')
  await expect.poll(active).toContain('198.51.100.1')
  await bans.keyboard.press('j')
  await expect.poll(active).toContain('198.51.100.2')
  await bans.keyboard.press('k')
  await expect.poll(active).toContain('198.51.100.1')
  await bans.keyboard.press('x')
  await expect(bans.getByText('1 selected', { exact: true })).toBeVisible()
  await bans.keyboard.press('x')
  await bans.keyboard.press('u')
  await expect(toast(bans, 'Unbanned 198.51.100.1 from sshd')).toBeVisible()
  expect(await bannedIn(machine, 'sshd')).not.toContain('198.51.100.1')

  await bans.getByRole('checkbox', { name: 'Select 198.51.100.2 in sshd' }).focus()
  await bans.keyboard.press('End')
  await expect(banRow(bans, '2001:db8::30')).toBeInViewport()
  await scroller(bans).focus()
  await bans.keyboard.press('Home')
  await expect(rows(bans).first()).toContainText('198.51.100.2')
  await expect(rows(bans).first()).toBeInViewport()
  await bans.keyboard.press('e')
  await expect(bans.getByRole('menuitem', { name: 'As CSV' })).toBeVisible()
})

test('after an unban by keyboard the focus is on the next row', async ({ bans, machine }) => {
  await openBans(bans, machine, '?sort=ip')
  const unban = (ip: string) => bans.getByRole('button', { name: `Unban ${ip} from sshd`, exact: true })
  await unban('198.51.100.3').focus()
  await bans.keyboard.press('Enter')
  await expect(banRow(bans, '198.51.100.3')).toHaveCount(0)
  await expect(unban('198.51.100.4')).toBeFocused()
})

test('a viewer looks, finds and exports, and is told why he cannot unban', async ({ bans, machine }) => {
  await asViewer(bans, machine)
  const unban = bans.getByRole('button', { name: /^Unban 198\.51\.100\.60 from sshd/ })
  await expect(unban).toHaveAttribute('aria-disabled', 'true')
  await expect(bans.getByRole('button', { name: 'Ban an IP' })).toHaveAttribute('aria-disabled', 'true')
  await downloadAs(bans, 'JSON', async (text) => expect(text).toContain('198.51.100.60'))
})

async function asViewer(page: Page, machine: Machine): Promise<void> {
  const user = { username: 'visitor', password: 'correct horse battery staple' }
  const made = await page.request.post(`${machine.url}/api/v1/users`, { data: { ...user, role: 'viewer' } })
  expect([200, 201, 409]).toContain(made.status())
  expect((await page.request.post(`${machine.url}/api/v1/session`, { data: user })).status()).toBe(200)
  await page.goto(`${machine.url}/bans`)
  await expect(counts(page, '62 of 62 bans')).toBeVisible()
}
