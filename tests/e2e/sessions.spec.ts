import { expectAccessible } from './accessible.ts'
import { expect, REFUSED, signIn, test } from './console.ts'
import { pathIn, toast } from './pages.ts'
import {
  addPerson,
  elsewhere,
  expectSignedOut,
  FIREFOX,
  IPHONE,
  sessionRows,
  signedInElsewhere,
  signInAs,
} from './persons.ts'

const NEW_PASSWORD = 'violet kettle orbit ninety'

test.describe('my sessions', () => {
  test('tell which browser is where since when, and which is this one', async ({
    page,
    machine,
    browser,
  }) => {
    const person = await addPerson(browser, machine, 'viewer')
    await signedInElsewhere(browser, machine, person, FIREFOX)
    await signedInElsewhere(browser, machine, person, IPHONE)
    await signInAs(page, machine, person)
    await page.goto(`${machine.url}/users`)
    await expect(page).toHaveTitle('Users & sessions · BanGUI')
    await expect(sessionRows(page).filter({ hasText: 'Firefox on Windows' })).toContainText('127.0.0.1')
    await expect(sessionRows(page).filter({ hasText: 'Safari on iPhone' })).toContainText(/\d+ s ago|now/)
    const own = sessionRows(page).filter({ hasText: 'This browser' })
    await expect(own).toHaveCount(1)
    await expect(own.getByRole('button', { name: 'Sign out' })).toHaveCount(0)
    await expectAccessible(page)
  })

  test('U1 a revoked one is at the sign-in within five seconds, and only it', async ({
    page,
    machine,
    browser,
  }) => {
    const person = await addPerson(browser, machine, 'viewer')
    const revoked = await elsewhere(browser, machine, person)
    const kept = await signedInElsewhere(browser, machine, person, IPHONE)
    await signInAs(page, machine, person)
    await page.goto(`${machine.url}/users`)
    await page.getByRole('button', { name: 'Sign out Firefox on Windows from 127.0.0.1' }).click()
    await expectSignedOut(revoked)
    await expect(toast(page, 'Signed out Firefox on Windows')).toBeVisible()
    await expect(sessionRows(page).filter({ hasText: 'Firefox on Windows' })).toHaveCount(0)
    expect(await kept.status()).toBe(200)
  })

  test('U2 all others are signed out at once, and this one stays', async ({ page, machine, browser }) => {
    const person = await addPerson(browser, machine, 'viewer')
    const other = await elsewhere(browser, machine, person)
    const silent = await signedInElsewhere(browser, machine, person, IPHONE)
    await signInAs(page, machine, person)
    await page.goto(`${machine.url}/users`)
    await page.getByRole('button', { name: 'Sign out all others…' }).click()
    const dialog = page.getByRole('alertdialog', { name: 'Sign out other browsers?' })
    await expect(dialog.getByRole('listitem')).toHaveCount(2)
    await expectAccessible(page)
    await dialog.getByRole('button', { name: 'Sign out 2 browsers' }).click()
    await expectSignedOut(other)
    expect(await silent.status()).toBe(401)
    await expect(sessionRows(page)).toHaveCount(2)
    await page.reload()
    await expect(sessionRows(page).filter({ hasText: 'This browser' })).toBeVisible()
    await expect(page.getByRole('button', { name: 'Sign out all others…' })).toHaveAttribute(
      'aria-disabled',
      'true',
    )
  })
})

test.describe('my password', () => {
  test('is changed with the current one, which signs out all others and keeps this one', async ({
    page,
    machine,
    browser,
    complaints,
  }) => {
    const person = await addPerson(browser, machine, 'viewer')
    const other = await elsewhere(browser, machine, person)
    await signInAs(page, machine, person)
    await page.goto(`${machine.url}/users/password`)
    const current = page.getByLabel('Current password')
    const next = page.getByLabel('New password')
    const submit = page.getByRole('button', { name: 'Change password' })
    await expect(current).toHaveAttribute('autocomplete', 'current-password')
    await expect(next).toHaveAttribute('autocomplete', 'new-password')
    await submit.click()
    await expect(page.getByText('Enter your current password.')).toBeVisible()
    await expect(current).toBeFocused()

    await current.fill('not my password')
    await next.fill('short')
    await expect(page.getByText('Too short.')).toBeVisible()
    await next.fill('passwordpassword')
    await submit.click()
    await expect(next).toBeFocused()
    await expect(page.getByText('This is one of those that are tried first.').first()).toBeVisible()
    await expectAccessible(page)

    complaints.expect(REFUSED)
    await next.fill(NEW_PASSWORD)
    await expect(page.getByText('Strong.')).toBeVisible()
    await submit.click()
    await expect(page.getByText('This is not your current password.')).toBeVisible()
    await expect(current).toBeFocused()
    await expect(next).toHaveValue(NEW_PASSWORD)
    await current.fill(person.password)
    await submit.click()
    await expect(toast(page, 'Your password is changed')).toBeVisible()
    await expect(current).toHaveValue('')
    await expectSignedOut(other)
    await page.reload()
    await expect(page.getByRole('heading', { name: 'Users & sessions' })).toBeVisible()
    await signInAs(other, machine, { ...person, password: NEW_PASSWORD })
  })

  test('wrong tries are counted, and the time to wait counts down', async ({
    page,
    machine,
    browser,
    complaints,
  }) => {
    complaints.expect(REFUSED)
    const person = await addPerson(browser, machine, 'viewer')
    await signInAs(page, machine, person)
    for (let count = 0; count < 10; count += 1) {
      const data = { current: 'not my password', new: NEW_PASSWORD }
      expect((await page.request.post(`${machine.url}/api/v1/password`, { data })).status()).toBe(400)
    }
    await page.goto(`${machine.url}/users/password`)
    await page.getByLabel('Current password').fill(person.password)
    await page.getByLabel('New password').fill(NEW_PASSWORD)
    await page.getByRole('button', { name: 'Change password' }).click()
    await expect(page.getByText('Too many attempts.')).toBeVisible()
    const timer = page.getByRole('timer')
    const before = await timer.textContent()
    expect(before).toMatch(/^\d+:\d\d$/)
    await expect(timer).not.toHaveText(before ?? '')
    await expect(page.getByLabel('New password')).toHaveValue(NEW_PASSWORD)
    await expectAccessible(page)
  })
})

test('each part has an address that survives a reload, and the way back works', async ({ page, machine }) => {
  await signIn(page, machine)
  await page.goto(`${machine.url}/users`)
  const parts = page.getByRole('navigation', { name: 'Parts of this page' })
  await parts.getByRole('link', { name: 'Password' }).click()
  await expect(page.getByLabel('Current password')).toBeVisible()
  await expect(parts.getByRole('link', { name: 'Password' })).toBeFocused()
  expect(pathIn(machine, page)).toBe('/users/password')
  await page.reload()
  await expect(page.getByLabel('Current password')).toBeVisible()
  await parts.getByRole('link', { name: 'Users', exact: true }).click()
  await expect(page.getByRole('button', { name: 'Add a user…' })).toBeVisible()
  await page.goBack()
  await expect(page.getByLabel('Current password')).toBeVisible()
  await page.goBack()
  await expect(page.getByRole('table', { name: 'My sessions' })).toBeVisible()
})
