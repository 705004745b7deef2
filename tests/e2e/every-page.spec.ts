import type { Page } from '@playwright/test'
import { expectAccessible } from './accessible.ts'
import { expect, signIn, startMachine, test, type Machine } from './console.ts'
import { expectNoSidewaysScroll } from './pages.ts'
import { PLACES } from './places.ts'

const WIDTHS = [1440, 1024, 760, 390, 320]

async function fill({ fail2ban }: Machine): Promise<void> {
  fail2ban.writeFailures('sshd', '203.0.113.50', 4)
  await fail2ban.client(
    'set',
    'nginx-http-auth',
    'banip',
    '2001:db8:85a3:8d3:1319:8a2e:370:7348',
    '198.51.100.0/24',
  )
}

/** Opens the page as a link from elsewhere does; resolves once it shows what it is about. */
async function open(page: Page, machine: Pick<Machine, 'url'>, path: string): Promise<string> {
  await page.goto(machine.url + path)
  return heading(page)
}

async function heading(page: Page): Promise<string> {
  const title = page.getByRole('heading', { level: 1 })
  await expect(title).toHaveCount(1)
  await expect(page.locator('[aria-busy=true]')).toHaveCount(0)
  return title.innerText()
}

for (const path of PLACES) {
  test.describe(`A0 ${path}`, () => {
    test.beforeEach(async ({ page, machine }) => {
      await fill(machine)
      await signIn(page, machine)
    })

    test('is accessible and fits every width, in both themes', async ({ page, machine, isMobile }) => {
      await open(page, machine, path)
      await expectAccessible(page)
      if (isMobile) return
      for (const width of WIDTHS) {
        await page.setViewportSize({ width, height: 800 })
        await expectNoSidewaysScroll(page)
      }
    })

    test('shows the same after a reload, and the way back works', async ({ page, machine }) => {
      const start = await open(page, machine, path === '/' ? '/bans' : '/')
      const title = await open(page, machine, path)
      await expect(page).toHaveTitle(/ · BanGUI$/)
      await page.reload()
      expect(await heading(page)).toBe(title)
      await page.goBack()
      await expect(page.getByRole('heading', { level: 1 })).toHaveText(start)
    })

    test('can be gone through with the keyboard alone', async ({ page, machine, isMobile }) => {
      if (isMobile) return
      await open(page, machine, path)
      expect(await goThrough(page)).toEqual([])
    })
  })
}

/** Presses Tab until the focus leaves the page; what is wrong with the places it comes to. */
async function goThrough(page: Page): Promise<string[]> {
  const faults: string[] = []
  for (let presses = 0; presses < 400; presses += 1) {
    await page.keyboard.press('Tab')
    const fault = await page.evaluate(() => {
      const focused = document.activeElement
      if (!(focused instanceof HTMLElement) || focused === document.body) return 'end'
      const { width, height } = focused.getBoundingClientRect()
      const name = focused.outerHTML.slice(0, 120)
      if (width === 0 || height === 0) return `has no size: ${name}`
      // The mark may be drawn by what is around it, as with a checkbox.
      const marked = [focused, focused.parentElement].some((element) => {
        if (!element) return false
        const { outlineStyle, boxShadow } = getComputedStyle(element)
        return outlineStyle !== 'none' || boxShadow !== 'none'
      })
      return marked ? '' : `does not show that it has the focus: ${name}`
    })
    if (fault === 'end') return faults
    if (fault !== '') faults.push(fault)
  }
  return [...faults, 'the focus does not leave the page']
}

test('A0 the pages before the sign-in are accessible and fit', async ({ browser, page }) => {
  await using fresh = await startMachine({ setupToken: 'a token for the first administrator' })
  await page.goto(fresh.url)
  await expect(page).toHaveURL(/\/setup$/)
  await heading(page)
  await expectAccessible(page)
  await page.close()
  await using ready = await startMachine()
  const context = await browser.newContext()
  const login = await context.newPage()
  await login.goto(`${ready.url}/login`)
  await heading(login)
  for (const width of WIDTHS) {
    await login.setViewportSize({ width, height: 800 })
    await expectAccessible(login)
  }
  await context.close()
})
