import { expect, startMachine, test, REFUSED, type Machine } from './console.ts'
import { expectAccessible } from './accessible.ts'

const TOKEN = 'token-from-the-log'

test.describe('the first start', () => {
  test.describe.configure({ mode: 'serial' })
  let fresh: Machine & AsyncDisposable

  test.beforeAll(async () => {
    fresh = await startMachine({ setupToken: TOKEN })
  })
  test.afterAll(() => fresh[Symbol.asyncDispose]())

  test('leads to the setup, whatever is opened', async ({ page }) => {
    for (const path of ['/', '/login', '/setup', '/?q=203.0.113']) {
      await page.goto(fresh.url + path)
      await expect(page.getByRole('heading', { name: 'Set up BanGUI' })).toBeVisible()
      expect(new URL(page.url()).pathname).toBe('/setup')
    }
    await expectAccessible(page)
  })

  test('refuses a weak password and a wrong token at the field, with the focus there', async ({
    page,
    complaints,
  }) => {
    await page.goto(`${fresh.url}/setup`)
    const token = page.getByLabel('Setup token')
    const password = page.getByLabel('Password', { exact: true })
    await expect(token).toBeFocused()
    await token.fill('wrong')
    await page.getByLabel('User name').fill('ada')
    await password.fill('short')
    await expect(page.getByText('Too short.')).toBeVisible()
    await page.getByRole('button', { name: 'Create administrator' }).click()
    await expect(page.getByText('Use at least 12 characters')).toBeVisible()
    await expect(password).toBeFocused()
    await expect(password).toHaveAttribute('aria-invalid', 'true')

    complaints.expect(REFUSED)
    await password.fill('a long enough sentence')
    await page.getByRole('button', { name: 'Create administrator' }).click()
    await expect(page.getByText('The setup token does not match')).toBeVisible()
    await expect(token).toBeFocused()
    await expectAccessible(page)
  })

  test('creates the administrator, signs in, and cannot be done twice', async ({ page, complaints }) => {
    await page.goto(`${fresh.url}/setup`)
    await page.getByLabel('Setup token').fill(TOKEN)
    await page.getByLabel('User name').fill('ada')
    await page.getByLabel('Password', { exact: true }).fill('a long enough sentence')
    await page.keyboard.press('Enter')
    await expect(page.getByRole('heading', { name: 'Overview' })).toBeVisible()
    await expect(page.getByRole('button', { name: 'Account: ada' })).toBeVisible()

    await page.goto(`${fresh.url}/setup`)
    await expect(page.getByRole('heading', { name: 'Overview' })).toBeVisible()
    const again = await page.request.post(`${fresh.url}/api/v1/setup`, {
      data: { token: TOKEN, username: 'eve', password: 'a long enough sentence' },
    })
    expect(again.status()).toBe(409)

    // The open page may still ask for something.
    complaints.expect(REFUSED)
    await page.context().clearCookies()
    await page.goto(`${fresh.url}/setup`)
    await expect(page.getByRole('heading', { name: 'Sign in' })).toBeVisible()
  })
})
