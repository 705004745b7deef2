import type { Locator, Page } from '@playwright/test'
import { expectAccessible } from './accessible.ts'
import { expect, openOverview, signIn, startMachine, test } from './console.ts'
import { findDialog, findField, pathIn } from './pages.ts'

/** Where the navigation leads, by the words in it, and the title of the page there. */
const PAGES = [
  ['Overview', '/', 'Overview'],
  ['Active bans', '/bans', 'Active bans'],
  ['Jails', '/jails', 'Jails'],
  ['Users & sessions', '/users', /^(?:Users & sessions|My sessions)$/],
  ['Health & cluster', '/health', /^Health/],
  ['Settings', '/settings', 'Settings'],
] as const

const SHORT: Readonly<Record<string, string>> = { 'Active bans': 'Bans', 'Health & cluster': 'Health' }

function navigation(page: Page): Locator {
  return page.getByRole('navigation', { name: 'Main' })
}

/** Goes to a page as a thumb or a mouse does. */
async function goTo(page: Page, name: string, isMobile: boolean): Promise<void> {
  const inBar = navigation(page).getByRole('link', {
    name: new RegExp(`^${isMobile ? (SHORT[name] ?? name) : name}(?: \\d|$)`),
  })
  if (!isMobile || (await inBar.count()) > 0) return inBar.click()
  await page.getByRole('button', { name: 'More', exact: true }).click()
  return page.getByRole('dialog', { name: 'More' }).getByRole('link', { name }).click()
}

test('every page is reached, has its title, and begins with the focus on its heading', async ({
  overview,
  machine,
  isMobile,
}) => {
  test.slow()
  for (const [name, path, heading] of [...PAGES.slice(1), PAGES[0]]) {
    await goTo(overview, name, isMobile)
    await expect.poll(() => pathIn(machine, overview)).toBe(path)
    const title = overview.getByRole('heading', { level: 1, name: heading })
    await expect(title).toHaveCount(1)
    await expect(title).toBeFocused()
    await expect(overview).toHaveTitle(/ · BanGUI$/)
  }
})

test('the navigation marks where one is, and counts the bans', async ({ overview, machine, isMobile }) => {
  test.skip(isMobile, 'the bar of a phone has no numbers')
  const bans = navigation(overview).getByRole('link', { name: /^Active bans/ })
  await expect(bans).toHaveAccessibleName('Active bans 0 addresses')
  await machine.fail2ban.client('set', 'sshd', 'banip', '203.0.113.91', '203.0.113.92')
  await expect(bans).toHaveAccessibleName('Active bans 2 addresses')
  await bans.click()
  await expect(bans).toHaveAttribute('aria-current', 'page')
  await expect(navigation(overview).getByRole('link', { name: 'Overview' })).not.toHaveAttribute(
    'aria-current',
  )
})

test('the way back leads to where one was on the page', async ({ overview, isMobile }) => {
  await overview.setViewportSize({ width: isMobile ? 390 : 1440, height: 400 })
  const scrolled = () => overview.evaluate(() => Math.round(window.scrollY))
  await overview.evaluate(() => window.scrollTo(0, 180))
  await expect.poll(scrolled).toBe(180)
  await goTo(overview, 'Jails', isMobile)
  await expect(overview.getByRole('heading', { level: 1, name: 'Jails' })).toBeVisible()
  await expect.poll(scrolled).toBe(0)
  await overview.goBack()
  await expect(overview.getByRole('heading', { level: 1, name: 'Overview' })).toBeVisible()
  await expect.poll(scrolled).toBe(180)
})

test('the first Tab offers to skip to the content', async ({ page, machine }) => {
  await openOverview(page, machine)
  await page.keyboard.press('Tab')
  const skip = page.getByRole('button', { name: 'Skip to the content' })
  await expect(skip).toBeFocused()
  await page.keyboard.press('Enter')
  await expect(page.getByRole('main')).toBeFocused()
})

test('there are landmarks for the navigation, the head and the content', async ({ overview }) => {
  for (const role of ['navigation', 'banner', 'main'] as const) {
    await expect(overview.getByRole(role).first()).toBeVisible()
  }
  await expect(overview.getByRole('main')).toHaveCount(1)
})

test.describe('on a phone', () => {
  test.beforeEach(({ isMobile }) => test.skip(!isMobile))

  test('a thumb hits everything in the head and the bar', async ({ overview }) => {
    const targets = [
      ...(await overview.getByRole('banner').getByRole('button').all()),
      ...(await navigation(overview).getByRole('link').all()),
      ...(await navigation(overview).getByRole('button').all()),
    ]
    expect(targets.length).toBeGreaterThanOrEqual(8)
    for (const target of targets) {
      const box = await target.boundingBox()
      const name = await target.evaluate((element) => element.outerHTML.slice(0, 120))
      expect(box?.height, name).toBeGreaterThanOrEqual(44)
      expect(box?.width, name).toBeGreaterThanOrEqual(44)
    }
  })

  test('the bar hides nothing at the end of a page', async ({ overview }) => {
    await overview.evaluate(() => window.scrollTo(0, document.documentElement.scrollHeight))
    const bar = await navigation(overview).boundingBox()
    const last = await overview.getByRole('main').locator('> *').last().boundingBox()
    expect((last?.y ?? 0) + (last?.height ?? 0)).toBeLessThanOrEqual(bar?.y ?? 0)
  })

  test('the rest is behind More, which also says what runs here', async ({ overview }) => {
    await overview.getByRole('button', { name: 'More', exact: true }).click()
    const sheet = overview.getByRole('dialog', { name: 'More' })
    await expect(sheet.getByRole('link')).toHaveText([/Users & sessions/, /Settings/])
    await expect(sheet.getByText(/^fail2ban \d/)).toBeVisible()
    await expect(sheet.getByText(/^BanGUI \d/)).toBeVisible()
    await expectAccessible(overview)
    await sheet.getByRole('link', { name: 'Settings' }).click()
    await expect(sheet).toBeHidden()
    await expect(overview.getByRole('heading', { level: 1, name: 'Settings' })).toBeVisible()
  })
})

test.describe('keys', () => {
  test.beforeEach(({ isMobile }) => test.skip(isMobile, 'a phone has none'))

  for (const [key, path] of [
    ['b', '/bans'],
    ['j', '/jails'],
    ['u', '/users'],
    ['h', '/health'],
    ['s', '/settings'],
    ['o', '/'],
  ] as const) {
    test(`g ${key} goes to ${path}`, async ({ page, machine }) => {
      await signIn(page, machine)
      await page.goto(`${machine.url}${path === '/' ? '/jails' : '/'}`)
      await expect(page.getByText('Live', { exact: true })).toBeVisible()
      // As fingers do, which do not wait for what the page makes of the first: two seconds later it is forgotten.
      await Promise.all([page.keyboard.press('g'), page.keyboard.press(key)])
      await expect.poll(() => pathIn(machine, page)).toBe(path)
    })
  }

  test('are listed by ?, which Esc closes', async ({ overview }) => {
    await overview.keyboard.press('?')
    const help = overview.getByRole('dialog', { name: 'Keyboard shortcuts' })
    await expect(help).toBeVisible()
    await expect(help.getByRole('heading', { level: 3 })).toHaveText([
      'Everywhere',
      'Go to a page',
      'On the list of active bans',
    ])
    await expectAccessible(overview)
    await overview.keyboard.press('Escape')
    await expect(help).toBeHidden()
  })

  test('do nothing while somebody types', async ({ overview, machine }) => {
    await overview.keyboard.press('/')
    await expect(findField(overview)).toBeFocused()
    await overview.keyboard.type('gb?/')
    await expect(findField(overview)).toHaveValue('gb?/')
    await expect(overview).toHaveURL(`${machine.url}/`)
    await expect(overview.getByRole('dialog', { name: 'Keyboard shortcuts' })).toHaveCount(0)
  })

  test('can be switched off, except for Ctrl K and Esc', async ({ page, machine }) => {
    await page.addInitScript(() => {
      localStorage.setItem('bangui.preferences', JSON.stringify({ singleKeys: false }))
    })
    await openOverview(page, machine)
    for (const key of ['/', '?', 'g', 'b']) await page.keyboard.press(key)
    await expect(page.getByRole('dialog')).toHaveCount(0)
    await expect(page).toHaveURL(`${machine.url}/`)
    await page.keyboard.press('Control+k')
    await expect(findField(page)).toBeFocused()
    await page.keyboard.press('Escape')
    await expect(findDialog(page)).toBeHidden()
    await page.getByRole('button', { name: /^Account/ }).click()
    await page.getByRole('menuitem', { name: 'Keyboard shortcuts' }).click()
    await expect(page.getByText('Single keys are switched off')).toBeVisible()
  })
})

test('the head says who and where one is, and leads to what is known of that address', async ({
  overview,
  machine,
  isMobile,
}) => {
  await overview.getByRole('button', { name: 'Account: admin' }).click()
  await expect(overview.getByText('administrator · from 127.0.0.1')).toBeVisible()
  await overview.keyboard.press('Escape')
  if (isMobile) return
  await overview.getByRole('link', { name: 'You: 127.0.0.1' }).click()
  await expect(overview).toHaveURL(`${machine.url}/ip/127.0.0.1`)
  await expect(overview.getByText('This is your own address.')).toBeVisible()
})

test('a fail2ban that is away is told on every page, with the command that helps', async ({ page }) => {
  test.slow()
  await using machine = await startMachine()
  await openOverview(page, machine)
  await machine.fail2ban.shutDown()
  await page.goto(`${machine.url}/settings`)
  const banner = page.getByRole('alert').filter({ hasText: 'fail2ban is not running' })
  await expect(banner).toBeVisible()
  await expect(banner).toContainText(machine.fail2ban.socket)
  await expect(banner.getByRole('button', { name: 'Copy systemctl start fail2ban' })).toBeVisible()
  await expect(page.getByRole('heading', { level: 1, name: 'Settings' })).toBeVisible()
  await expectAccessible(page)
  await machine.fail2ban.restart()
  await expect(banner).toBeHidden()
  await page.close()
})

test('a page that breaks leaves the rest of the console as it is', async ({ page, machine, complaints }) => {
  complaints.expect(/./)
  await page.route('**/assets/settings-page-*.js', (route) => route.abort())
  await openOverview(page, machine)
  await page.goto(`${machine.url}/settings`)
  await expect(page.getByText('This page could not be shown')).toBeVisible()
  await expect(navigation(page)).toBeVisible()
  await page.unroute('**/assets/settings-page-*.js')
  await page.getByRole('button', { name: 'Load again' }).click()
  await expect(page.getByRole('heading', { level: 1, name: 'Settings' })).toBeVisible()
})
