import type { Page } from '@playwright/test'
import { ADMIN } from '../support/console-process.ts'
import { expect, REFUSED, signIn, startMachine, test } from './console.ts'
import { expectNoSidewaysScroll } from './pages.ts'
import { PLACES } from './places.ts'

/** Words that no German sentence has. Logs and commands stay English. */
const ENGLISH = /(?<![\w.-])(?:the|and|is|are|has|with|your|not|ban|banned|unban)(?![\w-])/i

/** What the page says, also to those who hear it, without what is quoted from elsewhere. */
function wordsOf(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const isQuoted = (element: Element | null) => element?.closest('pre, code, [data-why], [title]') !== null
    const texts: string[] = []
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
    while (walker.nextNode()) {
      const { parentElement, nodeValue } = walker.currentNode
      if (parentElement?.checkVisibility() === true && !isQuoted(parentElement)) texts.push(nodeValue ?? '')
    }
    for (const attribute of ['aria-label', 'placeholder']) {
      for (const element of document.querySelectorAll(`[${attribute}]:not([data-why])`)) {
        texts.push(element.getAttribute(attribute) ?? '')
      }
    }
    return [document.title, ...texts]
  })
}

test.describe('with a German browser', () => {
  test.use({ locale: 'de-DE' })

  for (const path of PLACES) {
    test(`${path} is German and fits`, async ({ page, machine }) => {
      machine.fail2ban.writeFailures('sshd', '203.0.113.50', 4)
      await machine.fail2ban.client('set', 'nginx-http-auth', 'banip', '2001:db8:85a3:8d3:1319:8a2e:370:7348')
      await signIn(page, machine)
      await page.goto(machine.url + path)
      await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
      await expect(page.locator('[aria-busy=true]')).toHaveCount(0)
      await expect(page.locator('html')).toHaveAttribute('lang', 'de')
      await expectNoSidewaysScroll(page)
      expect((await wordsOf(page)).filter((text) => ENGLISH.test(text))).toEqual([])
    })
  }

  test('dates and numbers are written as in Germany', async ({ page, machine }) => {
    // A log of some thousand bytes; other tests may have made it longer.
    machine.fail2ban.writeFailures('sshd', '203.0.113.51', 40)
    await page.addInitScript(() =>
      localStorage.setItem('bangui.preferences', JSON.stringify({ timeStyle: 'absolute' })),
    )
    await signIn(page, machine)
    await page.goto(`${machine.url}/jails/sshd`)
    await expect(page.getByText(/\b\d{1,2}\.\d{1,2}\.20\d\d, \d\d:\d\d:\d\d\b/).first()).toBeVisible()
    // A round number of them has no comma.
    await expect(async () => {
      if (
        await page
          .getByText(/ \d+ kB\b/)
          .first()
          .isVisible()
      )
        machine.fail2ban.writeFailures('sshd', '203.0.113.51', 2)
      await expect(page.getByText(/\d,\d kB\b/).first()).toBeVisible({ timeout: 1_000 })
    }).toPass({ timeout: 20_000 })
  })

  test('what the server refuses is said in German', async ({ page, machine, complaints }) => {
    complaints.expect(REFUSED)
    await page.goto(`${machine.url}/login`)
    await page.getByLabel('Benutzername').fill(ADMIN.username)
    await page.getByLabel('Passwort', { exact: true }).fill('not this one')
    await page.getByRole('button', { name: 'Anmelden', exact: true }).click()
    await expect(page.getByRole('alert')).toHaveText(
      'Benutzername oder Passwort ist falsch. Benutzernamen und Passwort prüfen und erneut versuchen.',
    )
  })

  test('the setup is German and fits', async ({ page }) => {
    await using fresh = await startMachine({ setupToken: 'a token for the first administrator' })
    await page.goto(fresh.url)
    await expect(page.getByRole('heading', { level: 1, name: 'BanGUI einrichten' })).toBeVisible()
    await expectNoSidewaysScroll(page)
    expect((await wordsOf(page)).filter((text) => ENGLISH.test(text))).toEqual([])
    await page.close()
  })
})

test('choosing a language in the settings takes effect at once, without loading the page again', async ({
  page,
  machine,
}) => {
  await signIn(page, machine)
  await page.goto(`${machine.url}/settings`)
  await page.evaluate(() => Object.assign(window, { isTheSame: true }))
  await page.getByLabel('Language').selectOption('Deutsch')
  await expect(page.getByRole('heading', { level: 1, name: 'Einstellungen' })).toBeVisible()
  await expect(page).toHaveTitle('Einstellungen · BanGUI')
  await expect(page.locator('html')).toHaveAttribute('lang', 'de')
  expect((await wordsOf(page)).filter((text) => ENGLISH.test(text))).toEqual([])
  await page.getByLabel('Sprache').selectOption('English')
  await expect(page.getByRole('heading', { level: 1, name: 'Settings' })).toBeVisible()
  await expect(page.locator('html')).toHaveAttribute('lang', 'en')
  expect(await page.evaluate(() => 'isTheSame' in window)).toBe(true)
})
