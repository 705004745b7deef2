import type { Page } from '@playwright/test'
import { ADMIN } from '../support/console-process.ts'
import { expectAccessible } from './accessible.ts'
import { expect, openOverview, startMachine, test, REFUSED } from './console.ts'

async function signIn(page: Page, username: string, password: string): Promise<void> {
  await page.getByLabel('User name').fill(username)
  await page.getByLabel('Password', { exact: true }).fill(password)
  await page.getByRole('button', { name: 'Sign in' }).click()
}

test('whoever is not signed in comes to the sign-in, and from there to where he wanted to go', async ({
  page,
  machine,
}) => {
  await page.goto(`${machine.url}/?q=203.0.113&jail=sshd`)
  await expect(page.getByRole('heading', { name: 'Sign in' })).toBeVisible()
  await expectAccessible(page)
  await signIn(page, ADMIN.username, ADMIN.password)
  await expect(page.getByRole('heading', { name: 'Overview' })).toBeVisible()
  expect(new URL(page.url()).search).toBe('?q=203.0.113&jail=sshd')

  await page.goBack()
  await expect(page.getByLabel('Password', { exact: true })).toBeHidden()
})

for (const next of ['https://evil.example/', '//evil.example/', '/\\evil.example', 'javascript:alert(1)']) {
  test(`a sign-in does not lead to ${next}`, async ({ page, machine }) => {
    await page.goto(`${machine.url}/login?next=${encodeURIComponent(next)}`)
    await signIn(page, ADMIN.username, ADMIN.password)
    await expect(page.getByRole('heading', { name: 'Overview' })).toBeVisible()
    expect(page.url()).toBe(`${machine.url}/`)
  })
}

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

test('an empty field is named before anything is sent', async ({ page, machine }) => {
  await page.goto(`${machine.url}/login`)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await expect(page.getByText('Enter your user name.')).toBeVisible()
  await expect(page.getByLabel('User name')).toBeFocused()
})

test('password managers recognise the fields, and the password can be shown', async ({ page, machine }) => {
  await page.goto(`${machine.url}/login`)
  const password = page.getByLabel('Password', { exact: true })
  await expect(page.getByLabel('User name')).toHaveAttribute('autocomplete', 'username')
  await expect(password).toHaveAttribute('autocomplete', 'current-password')
  await expect(password).toHaveAttribute('type', 'password')
  await page.getByRole('button', { name: 'Show password' }).click()
  await expect(password).toHaveAttribute('type', 'text')
})

test('too many attempts are told with the time to wait, which counts down', async ({ page, complaints }) => {
  // The budget is one for all tests, so this one needs a console of its own.
  await using machine = await startMachine()
  complaints.expect(REFUSED)
  await page.goto(`${machine.url}/login`)
  const submit = page.getByRole('button', { name: 'Sign in' })
  const tooMany = page.getByText('Too many attempts.')
  await expect(async () => {
    await signIn(page, ADMIN.username, 'not the password')
    await expect(page.getByRole('alert')).toBeVisible()
    await expect(tooMany).toBeVisible({ timeout: 500 })
  }).toPass({ timeout: 40_000 })
  await expect(submit).toBeDisabled()
  const timer = page.getByRole('timer')
  const before = await timer.textContent()
  expect(before).toMatch(/^\d+:\d\d$/)
  await expect(timer).not.toHaveText(before ?? '')
  await expectAccessible(page)
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
