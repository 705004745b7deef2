import { randomUUID } from 'node:crypto'
import { ADMIN } from '../support/console-process.ts'
import { startRedis } from '../support/redis-server.ts'
import { expectAccessible } from './accessible.ts'
import { expect, REFUSED, signIn, startMachine, test } from './console.ts'
import { toast } from './pages.ts'
import {
  addPerson,
  elsewhere,
  expectSignedOut,
  giveRole,
  IPHONE,
  manage,
  sessionRows,
  signInAs,
  TOLD_MS,
  userRow,
} from './persons.ts'

const NEW_PASSWORD = 'violet kettle orbit ninety'

test.describe('users', () => {
  test.beforeEach(async ({ page, machine }) => {
    await signIn(page, machine)
  })

  test('are listed with role, state and when they were last there', async ({
    page,
    machine,
    browser,
    isMobile,
  }) => {
    const person = await addPerson(browser, machine, 'operator')
    await page.goto(`${machine.url}/users/all`)
    await expect(page).toHaveTitle('Users · BanGUI')
    const row = userRow(page, person.username)
    for (const text of ['Operator', 'Enabled', 'never', 'nowhere']) await expect(row).toContainText(text)
    await expect(userRow(page, ADMIN.username).first()).toContainText('you')
    await expectAccessible(page)
    if (!isMobile) return
    const box = await page.getByRole('button', { name: `Manage ${person.username}` }).boundingBox()
    expect(box?.height).toBeGreaterThanOrEqual(44)
  })

  test('are added with a role and a first password, which can be suggested', async ({
    page,
    machine,
    complaints,
  }) => {
    const username = `ben-${randomUUID().slice(0, 8)}`
    await page.goto(`${machine.url}/users/all`)
    const add = page.getByRole('button', { name: 'Add a user…' })
    await add.focus()
    await page.keyboard.press('Enter')
    const dialog = page.getByRole('dialog', { name: 'Add a user' })
    const name = dialog.getByLabel('User name')
    await expect(name).toBeFocused()
    await page.keyboard.press('Enter')
    await expect(dialog.getByText('Enter a user name.')).toBeVisible()

    complaints.expect(REFUSED)
    await name.fill(ADMIN.username.toUpperCase())
    await dialog.getByRole('radio', { name: 'Operator' }).check()
    await expect(dialog.getByText('Sees everything, bans, unbans and allows addresses.')).toBeVisible()
    await dialog.getByRole('button', { name: 'Suggest one' }).click()
    const password = await dialog.getByLabel('First password').inputValue()
    expect(password).toMatch(/^(?:[a-z2-9]{5}-){3}[a-z2-9]{5}$/)
    await expect(dialog.getByText('Strong.')).toBeVisible()
    await expectAccessible(page)
    await dialog.getByRole('button', { name: 'Add user' }).click()
    await expect(dialog.getByText('There is a user called ADMIN already')).toBeVisible()
    await expect(name).toBeFocused()
    await name.fill(username)
    await page.keyboard.press('Enter')
    await expect(toast(page, `Added ${username}`)).toBeVisible()
    await expect(userRow(page, username)).toContainText('Operator')
    await expect(add).toBeFocused()
    const answer = await page.request.post(`${machine.url}/api/v1/session`, { data: { username, password } })
    expect(answer.status()).toBe(200)
  })

  test('U3 another role counts from the next request on, also on the screen', async ({
    page,
    machine,
    browser,
  }) => {
    const person = await addPerson(browser, machine, 'viewer')
    const other = await elsewhere(browser, machine, person, { path: '/users/all' })
    await expect(other.getByText('Users are managed by administrators')).toBeVisible()
    await expectAccessible(other)
    await page.goto(`${machine.url}/users/all`)
    await giveRole(page, person.username, 'Administrator')
    expect((await other.request.get(`${machine.url}/api/v1/users`)).status()).toBe(200)
    await expect(userRow(other, person.username)).toBeVisible({ timeout: TOLD_MS })
    await giveRole(page, person.username, 'Viewer')
    expect((await other.request.get(`${machine.url}/api/v1/users`)).status()).toBe(403)
    await expect(other.getByText('Users are managed by administrators')).toBeVisible({ timeout: TOLD_MS })
  })

  test('who is disabled is signed out, and may come back when enabled', async ({
    page,
    machine,
    browser,
  }) => {
    const person = await addPerson(browser, machine, 'viewer')
    const other = await elsewhere(browser, machine, person)
    await page.goto(`${machine.url}/users/all`)
    const disabling = await manage(page, person.username, 'Disable…')
    await expect(disabling).toContainText('is signed out of 1 browser at once')
    await expectAccessible(page)
    await disabling.getByRole('button', { name: `Disable ${person.username}` }).click()
    await expectSignedOut(other)
    await expect(userRow(page, person.username)).toContainText('Disabled')
    const enabling = await manage(page, person.username, 'Enable…')
    await enabling.getByRole('button', { name: `Enable ${person.username}` }).click()
    await expect(userRow(page, person.username)).toContainText('Enabled')
    await signInAs(other, machine, person)
  })

  test('who gets a new password is signed out, and signs in with it', async ({ page, machine, browser }) => {
    const person = await addPerson(browser, machine, 'viewer')
    const other = await elsewhere(browser, machine, person)
    await page.goto(`${machine.url}/users/all`)
    const dialog = await manage(page, person.username, 'Reset password…')
    await expect(dialog).toContainText(`${person.username} is signed out everywhere at once`)
    await dialog.getByLabel('New password').fill(NEW_PASSWORD)
    await expectAccessible(page)
    await dialog.getByRole('button', { name: 'Reset password' }).click()
    await expect(toast(page, `${person.username} has a new password`)).toBeVisible()
    await expectSignedOut(other)
    await signInAs(other, machine, { ...person, password: NEW_PASSWORD })
  })

  test('who is deleted is signed out and gone', async ({ page, machine, browser }) => {
    const person = await addPerson(browser, machine, 'viewer')
    const other = await elsewhere(browser, machine, person)
    await page.goto(`${machine.url}/users/all`)
    const dialog = await manage(page, person.username, 'Delete…')
    await expect(dialog).toContainText('the account is removed for good')
    await dialog.getByRole('button', { name: `Delete ${person.username}` }).click()
    await expectSignedOut(other)
    await expect(userRow(page, person.username)).toHaveCount(0)
    await expect(page.getByRole('button', { name: 'Add a user…' })).toBeFocused()
  })

  test('what was typed stays when the server refuses or is not there', async ({
    page,
    machine,
    complaints,
  }) => {
    complaints.expect(/Failed to load resource/)
    await page.goto(`${machine.url}/users/all`)
    await page.getByRole('button', { name: 'Add a user…' }).click()
    const dialog = page.getByRole('dialog', { name: 'Add a user' })
    await dialog.getByLabel('User name').fill('carla')
    await dialog.getByLabel('First password').fill(NEW_PASSWORD)
    await page.route('**/api/v1/users', (route) => route.abort())
    await dialog.getByRole('button', { name: 'Add user' }).click()
    await expect(dialog.getByRole('alert')).toContainText('BanGUI does not answer.')
    await expect(dialog.getByLabel('User name')).toHaveValue('carla')
    await expect(dialog.getByLabel('First password')).toHaveValue(NEW_PASSWORD)
  })
})

test.describe('the last administrator', () => {
  test('cannot be demoted, disabled or deleted', async ({ page, browser, complaints }) => {
    await using machine = await startMachine()
    await signIn(page, machine)
    await page.goto(`${machine.url}/users/all`)
    await page.getByRole('button', { name: `Manage ${ADMIN.username}` }).click()
    await expect(page.getByText('The only administrator who can sign in has to stay one.')).toBeVisible()
    for (const name of ['Change role…', 'Disable…', 'Delete…']) {
      await expect(page.getByRole('menuitem', { name })).toHaveAttribute('aria-disabled', 'true')
    }
    await expectAccessible(page)
    await page.keyboard.press('Escape')

    // Another one comes, and stops being one while the dialog is open here.
    const second = await addPerson(browser, machine, 'admin')
    await page.reload()
    const dialog = await manage(page, ADMIN.username, 'Change role…')
    await dialog.getByRole('radio', { name: 'Viewer' }).check()
    await expect(dialog).toContainText('This is your own account')
    const users = (await (await page.request.get(`${machine.url}/api/v1/users`)).json()) as {
      items: Array<{ id: string; username: string }>
    }
    const id = users.items.find(({ username }) => username === second.username)?.id ?? ''
    await page.request.patch(`${machine.url}/api/v1/users/${id}`, { data: { role: 'viewer' } })
    complaints.expect(REFUSED)
    await dialog.getByRole('button', { name: 'Change role' }).click()
    await expect(dialog.getByRole('alert')).toContainText('This is the last administrator who can sign in.')
    await expect(dialog.getByRole('alert')).toContainText('Give another user the role admin')
    await page.close()
  })
})

test.describe('with two workers on one Redis', () => {
  test('U1 U2 U3 hold as well', async ({ page, browser }) => {
    await using opened = new AsyncDisposableStack()
    const redis = await startRedis()
    opened.defer(() => redis.stop())
    const env = { STATE_BACKEND: 'redis', REDIS_URL: redis.url, BANGUI_WORKERS: '2' }
    const machine = opened.use(await startMachine({ env }))
    const person = await addPerson(browser, machine, 'viewer')
    const revoked = await elsewhere(browser, machine, person)
    const other = await elsewhere(browser, machine, person, { userAgent: IPHONE, path: '/users/all' })
    await signInAs(page, machine, ADMIN)
    await page.goto(`${machine.url}/users/all`)
    await giveRole(page, person.username, 'Administrator')
    await expect(userRow(other, person.username)).toBeVisible({ timeout: TOLD_MS })

    await other.goto(`${machine.url}/users`)
    await other.getByRole('button', { name: 'Sign out Firefox on Windows from 127.0.0.1' }).click()
    await expectSignedOut(revoked)
    await signInAs(revoked, machine, person)
    await revoked.goto(`${machine.url}/users`)
    await other.getByRole('button', { name: 'Sign out all others…' }).click()
    await other.getByRole('button', { name: 'Sign out 1 browser' }).click()
    await expectSignedOut(revoked)
    await expect(sessionRows(other).filter({ hasText: 'This browser' })).toBeVisible()
    await page.close()
  })
})
