import { ADMIN } from '../support/console-process.ts'
import { expect, startMachine, test } from './console.ts'
import { banRow, filterBox } from './pages.ts'

test('the console works below a path, with deep links, live events and the way out', async ({ page }) => {
  await using machine = await startMachine({ publicUrl: 'http://console.example/tools/bangui' })
  const home = `${machine.url}/tools/bangui/`
  await page.goto(`${home}bans?q=203.0.113.`)
  await expect(page.getByRole('heading', { name: 'Sign in' })).toBeVisible()
  expect(new URL(page.url()).pathname).toBe('/tools/bangui/login')
  await page.getByLabel('User name').fill(ADMIN.username)
  await page.getByLabel('Password', { exact: true }).fill(ADMIN.password)
  await page.keyboard.press('Enter')

  await expect(filterBox(page)).toHaveValue('203.0.113.')
  expect(new URL(page.url()).pathname).toMatch(/^\/tools\/bangui\/bans$/)
  await machine.fail2ban.client('set', 'sshd', 'banip', '203.0.113.70')
  await expect(banRow(page, '203.0.113.70')).toBeVisible()
  await page.reload()
  await expect(banRow(page, '203.0.113.70')).toBeVisible()

  await page.getByRole('button', { name: 'Account' }).click()
  await page.getByRole('menuitem', { name: 'Sign out', exact: true }).click()
  await expect(page.getByRole('heading', { name: 'Sign in' })).toBeVisible()
})
