import type { Locator, Page } from '@playwright/test'
import { ADMIN } from '../support/console-process.ts'
import { expectAccessible } from './accessible.ts'
import { expect, openOverview, startMachine, test, REFUSED, UNREACHABLE } from './console.ts'

async function signIn(page: Page, username: string, password: string): Promise<void> {
  await page.getByLabel('User name').fill(username)
  await page.getByLabel('Password', { exact: true }).fill(password)
  await page.getByRole('button', { name: 'Sign in' }).click()
}

test('L1 whoever is not signed in comes to the sign-in, and from there to where he wanted to go', async ({
  page,
  machine,
}) => {
  await page.goto(`${machine.url}/bans?q=203.0.113&jail=sshd`)
  await expect(page.getByRole('heading', { name: 'Sign in' })).toBeVisible()
  expect(new URL(page.url()).searchParams.get('next')).toBe('/bans?q=203.0.113&jail=sshd')
  await expectAccessible(page)
  await signIn(page, ADMIN.username, ADMIN.password)
  await expect(page.getByRole('heading', { name: 'Active bans', level: 1 })).toBeVisible()
  expect(new URL(page.url()).search).toBe('?q=203.0.113&jail=sshd')
})

for (const next of ['https://evil.example/', '//evil.example/', '/\\evil.example', 'javascript:alert(1)']) {
  test(`L1 a sign-in does not lead to ${next}`, async ({ page, machine }) => {
    await page.goto(`${machine.url}/login?next=${encodeURIComponent(next)}`)
    await signIn(page, ADMIN.username, ADMIN.password)
    await expect(page.getByRole('heading', { name: 'Overview' })).toBeVisible()
    expect(page.url()).toBe(`${machine.url}/`)
  })
}

test('L2 after five wrong tries one has to wait, and the time counts down', async ({ page, complaints }) => {
  // The budget is one for all tests, so this one needs a console of its own.
  await using machine = await startMachine()
  complaints.expect(REFUSED)
  await page.goto(`${machine.url}/login`)
  const answerTo = async (password: string): Promise<{ status: number; retryAfter: string | undefined }> => {
    const answered = page.waitForResponse((response) => response.request().method() === 'POST')
    await signIn(page, ADMIN.username, password)
    const response = await answered
    return { status: response.status(), retryAfter: response.headers()['retry-after'] }
  }
  for (let count = 0; count < 5; count += 1) {
    expect((await answerTo('not the password')).status).toBe(401)
    await expect(page.getByRole('alert')).toContainText('User name or password is wrong.')
  }
  const refused = await answerTo(ADMIN.password)
  expect(refused.status).toBe(429)
  expect(Number(refused.retryAfter)).toBeGreaterThan(500)
  await expect(page.getByText('Too many attempts.')).toBeVisible()
  await expect(page.getByRole('button', { name: 'Sign in' })).toBeDisabled()
  const timer = page.getByRole('timer')
  const before = await timer.textContent()
  expect(before).toMatch(/^(?:9|10):\d\d$/)
  await expect(timer).not.toHaveText(before ?? '')
  await expectAccessible(page)
})

test('L3 password managers recognise the fields, and the password can be shown', async ({
  page,
  machine,
}) => {
  await page.goto(`${machine.url}/login`)
  const password = page.getByLabel('Password', { exact: true })
  await expect(page.getByLabel('User name')).toHaveAttribute('autocomplete', 'username')
  await expect(page.getByLabel('User name')).toBeFocused()
  await expect(password).toHaveAttribute('autocomplete', 'current-password')
  await expect(password).toHaveAttribute('type', 'password')
  await page.getByRole('button', { name: 'Show password' }).click()
  await expect(password).toHaveAttribute('type', 'text')
})

test('L4 signing in works under the strict policy without an error', async ({ page, machine }) => {
  const response = await page.goto(`${machine.url}/login`)
  const policy = (await response?.headerValue('content-security-policy')) ?? ''
  expect(policy).toContain("default-src 'none'")
  expect(policy).toContain("script-src 'self'")
  expect(policy).toContain("require-trusted-types-for 'script'")
  await signIn(page, ADMIN.username, ADMIN.password)
  await expect(page.getByRole('heading', { name: 'Overview' })).toBeVisible()
})

test('L5 after the sign-in the way back does not show the form with the password', async ({
  page,
  machine,
}) => {
  await page.goto(`${machine.url}/login`)
  await signIn(page, ADMIN.username, ADMIN.password)
  await expect(page.getByRole('heading', { name: 'Overview' })).toBeVisible()
  await page.goBack()
  await expect(page.getByLabel('Password', { exact: true })).toBeHidden()
  await page.goto(`${machine.url}/login`)
  await expect(page.getByRole('heading', { name: 'Overview' })).toBeVisible()
})

test('a wrong name and a wrong password are told in the same words', async ({
  page,
  machine,
  complaints,
}) => {
  complaints.expect(REFUSED)
  await page.goto(`${machine.url}/login`)
  const alert = page.getByRole('alert')
  await signIn(page, ADMIN.username, 'not the password')
  const words = await alert.textContent()
  expect(words).toContain('User name or password is wrong.')
  await page.reload()
  await signIn(page, 'nobody', ADMIN.password)
  await expect(alert).toHaveText(words ?? '')
  await expect(page.getByLabel('Password', { exact: true })).toBeFocused()
  await expectAccessible(page)
})

test('an empty field is named before anything is sent, and Caps Lock while it is on', async ({
  page,
  machine,
}) => {
  await page.goto(`${machine.url}/login`)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await expect(page.getByText('Enter your user name.')).toBeVisible()
  await expect(page.getByLabel('User name')).toBeFocused()
  const password = page.getByLabel('Password', { exact: true })
  await pressWithCapsLock(password)
  await expect(page.getByText('Caps Lock is on.')).toBeVisible()
  await page.keyboard.press('a')
  await expect(page.getByText('Caps Lock is on.')).toBeHidden()
})

test('a server that is not there is told, nothing typed is lost, and the notice goes when it is back', async ({
  page,
  complaints,
}) => {
  complaints.expect(UNREACHABLE)
  await using machine = await startMachine()
  await page.goto(`${machine.url}/login`)
  await machine.stopConsole()
  await signIn(page, ADMIN.username, ADMIN.password)
  await expect(page.getByRole('alert')).toContainText('BanGUI does not answer.')
  await expect(page.getByLabel('User name')).toHaveValue(ADMIN.username)
  await expect(page.getByLabel('Password', { exact: true })).toHaveValue(ADMIN.password)
  await machine.startConsole()
  await expect(page.getByRole('alert')).toBeHidden()
  await page.getByRole('button', { name: 'Sign in' }).click()
  await expect(page.getByRole('heading', { name: 'Overview' })).toBeVisible()
  await page.close()
})

test('whoever comes with a session that has ended is told so', async ({ page, machine, complaints }) => {
  complaints.expect(REFUSED)
  await openOverview(page, machine)
  const cookies = await page.context().cookies()
  expect((await page.request.delete(`${machine.url}/api/v1/session`)).status()).toBe(204)
  await page.context().addCookies(cookies)
  await page.goto(`${machine.url}/bans`)
  await expect(page.getByText('Your session has ended. Sign in to go on where you were.')).toBeVisible()
  await signIn(page, ADMIN.username, ADMIN.password)
  await expect(page.getByRole('heading', { name: 'Active bans', level: 1 })).toBeVisible()
})

test('signing out ends it, also for the back button and in other windows', async ({
  page,
  machine,
  context,
}) => {
  await openOverview(page, machine)
  const other = await context.newPage()
  await other.goto(machine.url)
  await expect(other.getByText('Protection is working')).toBeVisible()

  await page.getByRole('button', { name: 'Account' }).click()
  await page.getByRole('menuitem', { name: 'Sign out', exact: true }).click()
  await expect(page.getByRole('heading', { name: 'Sign in' })).toBeVisible()
  await page.goBack()
  await expect(page.getByText('Protection is working')).toBeHidden()

  await expect(other.getByText('Your session has ended.')).toBeVisible({ timeout: 15_000 })
})

test('other browsers can be signed out, and this one stays', async ({
  page,
  machine,
  browser,
  complaints,
}) => {
  const elsewhere = await browser.newContext()
  const other = await elsewhere.newPage()
  await openOverview(other, machine)
  await openOverview(page, machine)
  await page.getByRole('button', { name: 'Account' }).click()
  await page.getByRole('menuitem', { name: 'Sign out other browsers…' }).click()
  const dialog = page.getByRole('alertdialog')
  await expect(dialog.getByRole('listitem').first()).toContainText('Chrome on')
  await expectAccessible(page)
  await dialog.getByRole('button', { name: /^Sign out \d+ browsers?$/ }).click()
  await expect(page.getByText(/^Signed out \d+ other browsers?$/)).toBeVisible()

  await expect(other.getByRole('heading', { name: 'Sign in' })).toBeVisible({ timeout: 15_000 })
  await elsewhere.close()
  complaints.expect(REFUSED)
  await page.reload()
  await expect(page.getByText('Protection is working')).toBeVisible()
})

/** Playwright's keyboard has no Caps Lock: the browser is told of a key that was pressed while it was on. */
async function pressWithCapsLock(field: Locator): Promise<void> {
  await field.focus()
  await field.dispatchEvent('keydown', { key: 'A', modifierCapsLock: true })
}
