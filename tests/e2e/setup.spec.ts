import { execFile } from 'node:child_process'
import { chmodSync } from 'node:fs'
import { promisify } from 'node:util'
import type { Page } from '@playwright/test'
import { expectAccessible } from './accessible.ts'
import { expect, REFUSED, startMachine, test, type Machine } from './console.ts'
import { expectNoSidewaysScroll, pathIn } from './pages.ts'

const TOKEN = 'token-from-the-log'
const ADA = { username: 'ada', password: 'a long enough sentence' }
const run = promisify(execFile)

type At = Pick<Machine, 'url'>

async function createAccount(page: Page, machine: At): Promise<void> {
  await page.goto(`${machine.url}/setup`)
  await page.getByLabel('Setup token').fill(TOKEN)
  await page.getByLabel('User name').fill(ADA.username)
  await page.getByLabel('Password', { exact: true }).fill(ADA.password)
  await page.keyboard.press('Enter')
  await expectStep(page, 'Connect fail2ban')
}

async function signIn(page: Page, machine: At): Promise<void> {
  const answer = await page.request.post(`${machine.url}/api/v1/session`, { data: ADA })
  expect(answer.status()).toBe(200)
}

/** The only title of the page. */
async function expectStep(page: Page, title: string): Promise<void> {
  await expect(page.getByRole('heading', { level: 1, name: title })).toBeVisible()
  await expect(page.getByRole('heading', { level: 1 })).toHaveCount(1)
}

async function goOn(page: Page, button = 'Continue'): Promise<void> {
  await page.getByRole('button', { name: button, exact: true }).click()
}

test.describe('the first start', () => {
  test.describe.configure({ mode: 'serial' })
  let fresh: Machine & AsyncDisposable

  test.beforeAll(async () => {
    fresh = await startMachine({ setupToken: TOKEN })
  })
  test.afterAll(() => fresh[Symbol.asyncDispose]())

  test('S1 leads to the setup, whatever is opened', async ({ page }) => {
    for (const path of ['/', '/login', '/setup', '/?q=203.0.113', '/settings']) {
      await page.goto(fresh.url + path)
      await expect(page.getByRole('heading', { name: 'Set up BanGUI' })).toBeVisible()
      expect(pathIn(fresh, page)).toBe('/setup')
    }
    await expectAccessible(page)
  })

  test('S2 refuses weak and reused passwords at the field, with the focus there', async ({ page }) => {
    await page.goto(`${fresh.url}/setup`)
    await expect(page.getByLabel('Setup token')).toBeFocused()
    await page.getByLabel('Setup token').fill(TOKEN)
    await page.getByLabel('User name').fill('lovelace')
    const password = page.getByLabel('Password', { exact: true })
    for (const [weak, why] of [
      ['short', 'Use at least 12 characters'],
      ['Lovelace-1815', 'the user name'],
      ['Token from the log', 'the setup token'],
      ['password12345', 'tried first'],
      ['abcabcabcabcabc', 'repeats'],
    ] as const) {
      await password.fill(weak)
      await page.getByLabel('User name').focus()
      await goOn(page, 'Create administrator')
      await expect(page.getByText(why).first()).toBeVisible()
      await expect(password).toBeFocused()
      await expect(password).toHaveAttribute('aria-invalid', 'true')
    }
    await expectAccessible(page)
  })

  test('S2 refuses a wrong token at its field', async ({ page, complaints }) => {
    complaints.expect(REFUSED)
    await page.goto(`${fresh.url}/setup`)
    await page.getByLabel('Setup token').fill('another token')
    await page.getByLabel('User name').fill(ADA.username)
    await page.getByLabel('Password', { exact: true }).fill(ADA.password)
    await goOn(page, 'Create administrator')
    await expect(page.getByText('The setup token does not match')).toBeVisible()
    await expect(page.getByLabel('Setup token')).toBeFocused()
  })

  test('creates the administrator and tries fail2ban out', async ({ page }) => {
    await createAccount(page, fresh)
    await expect(page.getByRole('heading', { level: 1 })).toBeFocused()
    await expect(page.getByText('fail2ban answers')).toBeVisible()
    await expect(page.getByText('3 jails are running')).toBeVisible()
    await expectAccessible(page)
    await goOn(page)
    await expectStep(page, 'Never ban yourself')
  })

  test('S6 goes on in step 3 after a reload and a restart, and can go back', async ({ page, complaints }) => {
    // While the console is restarted, the open page may ask in vain.
    complaints.expect(/Failed to load resource/)
    await signIn(page, fresh)
    await page.goto(`${fresh.url}/setup`)
    await expectStep(page, 'Never ban yourself')
    await page.reload()
    await expectStep(page, 'Never ban yourself')
    await fresh.stopConsole()
    await fresh.startConsole()
    await page.goto(fresh.url)
    await page.getByRole('link', { name: 'Continue' }).click()
    await expectStep(page, 'Never ban yourself')
    await expect(page.getByText('Step 3 of 5')).toBeVisible()

    await goOn(page, 'Back')
    await expectStep(page, 'Connect fail2ban')
    await page.reload()
    await expectStep(page, 'Connect fail2ban')
    await goOn(page)
    await expectStep(page, 'Never ban yourself')
  })

  test('S4 knows one’s own address, and lets it be ignored until fail2ban is reloaded', async ({ page }) => {
    await signIn(page, fresh)
    await page.goto(`${fresh.url}/setup`)
    const addresses = page.getByLabel('Addresses and networks to ignore')
    await expect(addresses).toHaveValue('127.0.0.1')
    await addresses.fill('203.0.113.7 nonsense')
    await goOn(page, 'Add to the ignore list')
    await expect(addresses).toBeFocused()
    await expect(page.getByText('nonsense: ')).toBeVisible()
    await addresses.fill('203.0.113.7, 192.168.1.77/24')
    await goOn(page, 'Add to the ignore list')
    await expect(page.getByText('203.0.113.7 is ignored in 3 jails now')).toBeVisible()
    await expect(page.getByText('ignoreip = 127.0.0.1/8 ::1 203.0.113.7 192.168.1.0/24')).toBeVisible()
    const ignored = await fresh.fail2ban.client('get', 'sshd', 'ignoreip')
    expect(ignored).toContain('203.0.113.7')
    expect(ignored).toContain('192.168.1.0/24')
    await expectAccessible(page)
    await expectNoSidewaysScroll(page)
    await goOn(page)
    await expectStep(page, 'History and time zone')
  })

  test('keeps what is chosen for the history, and ends with the checks', async ({ page }) => {
    await signIn(page, fresh)
    await page.goto(`${fresh.url}/setup`)
    const days = page.getByRole('textbox', { name: 'Days of history' })
    await days.fill('0')
    await goOn(page, 'Save and continue')
    await expect(days).toBeFocused()
    await expect(days).toHaveAttribute('aria-invalid', 'true')
    await days.fill('30')
    await expectAccessible(page)
    await goOn(page, 'Save and continue')
    await expect(page.getByText('Step 5 of 5')).toBeVisible()
    await expect(page.getByText('30 days')).toBeVisible()
    await expect(page.getByRole('list', { name: 'Checks' })).toContainText('fail2ban')
    await expectAccessible(page)
    await goOn(page, 'Finish and open the overview')
    await expectStep(page, 'Overview')
    const settings = await page.request.get(`${fresh.url}/api/v1/settings`)
    expect(await settings.json()).toMatchObject({ historyDays: { value: 30, source: 'database' } })
  })

  test('S5 is over for good: the page leads on, and the server refuses', async ({ page }) => {
    const { url } = fresh
    await page.goto(`${url}/setup`)
    await expect(page.getByRole('heading', { name: 'Sign in' })).toBeVisible()
    await signIn(page, fresh)
    await page.goto(`${url}/setup`)
    await expectStep(page, 'Overview')
    await expect(page.getByText('The setup is not finished')).toBeHidden()
    const again = { token: TOKEN, username: 'eve', password: ADA.password }
    expect((await page.request.post(`${url}/api/v1/setup`, { data: again })).status()).toBe(409)
    const step = { step: 'allow', outcome: 'done' }
    expect((await page.request.put(`${url}/api/v1/setup/step`, { data: step })).status()).toBe(409)
    await page.context().clearCookies()
    expect((await page.request.put(`${url}/api/v1/setup/step`, { data: step })).status()).toBe(401)
  })
})

test('S3 says what keeps it from the socket, by whom and how to mend it; the second try passes', async ({
  page,
}) => {
  await using machine = await startMachine({ setupToken: TOKEN, isConfined: true })
  const { socket } = machine.fail2ban
  chmodSync(socket, 0)
  await createAccount(page, machine)
  await expect(page.getByText('BanGUI may not use the socket of fail2ban')).toBeVisible()
  const { stdout } = await run('id', ['-un'])
  await expect(page.getByText(`runs as the user ${stdout.trim()}`)).toBeVisible()
  await expect(page.getByText(`The socket ${socket} belongs to`)).toBeVisible()
  await expect(page.getByRole('button', { name: 'Continue' })).toBeHidden()
  await expectAccessible(page)
  await expectNoSidewaysScroll(page)

  await goOn(page, 'Try again')
  await expect(page.getByText('BanGUI may not use the socket of fail2ban')).toBeVisible()
  const command = await page.locator('pre').first().innerText()
  expect(command).toContain(socket)
  await run('/bin/sh', ['-c', command.replaceAll('sudo ', '')])
  await goOn(page, 'Try again')
  await expect(page.getByText('fail2ban answers')).toBeVisible()
  await goOn(page)
  await expectStep(page, 'Never ban yourself')
  // Left open it would complain of the console that ends now.
  await page.close()
})

test('a setup without fail2ban can be gone through, and be left for later', async ({ page, complaints }) => {
  complaints.expect(/Failed to load resource: the server responded with a status of 502/)
  await using machine = await startMachine({ setupToken: TOKEN })
  await machine.fail2ban.shutDown()
  await createAccount(page, machine)
  await expect(page.getByText('fail2ban is not running, or uses another socket')).toBeVisible()
  await goOn(page, 'Skip for now')
  await expectStep(page, 'Never ban yourself')
  await goOn(page, 'Add to the ignore list')
  await expect(page.getByRole('alert').or(page.getByText('could not be added')).first()).toBeVisible()
  await goOn(page, 'Skip for now')
  await expectStep(page, 'History and time zone')

  await page.goto(machine.url)
  const reminder = page.getByText('The setup is not finished.')
  await expect(reminder).toBeVisible()
  await page.getByRole('link', { name: 'Continue' }).click()
  await expectStep(page, 'History and time zone')
  await goOn(page, 'Skip for now')
  await expect(page.getByText('Left out')).toBeVisible()
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Almost ready')

  await page.goto(machine.url)
  await page.getByRole('button', { name: 'Not needed' }).click()
  await expect(reminder).toBeHidden()
  await page.goto(`${machine.url}/setup`)
  await expectStep(page, 'Overview')
  await page.close()
})
