import type { Browser, Locator, Page } from '@playwright/test'
import { Cluster } from '../../src/shared/cluster.ts'
import { ADMIN } from '../support/console-process.ts'
import { freePort, startRedis, type RedisServer } from '../support/redis-server.ts'
import {
  bannedIn,
  expect,
  openOverview,
  REFUSED,
  signIn,
  startMachine,
  test,
  UNREACHABLE,
  type Machine,
} from './console.ts'
import { openBanDialog, toast } from './pages.ts'

/** How soon a browser is told that its session has been revoked. */
const REVOKED_MS = 5_000
/** How soon the screen says that nobody answers. */
const OFFLINE_MS = 12_000
/** How soon everything is as it was, once what was away is back. */
const HEALED_MS = 15_000

/** How soon another process talks to fail2ban when the one that did is killed, and a ban is made. */
const TAKEN_OVER_MS = 60_000

const ENDED = 'Your session has ended. Sign in to go on where you were.'
const INTERRUPTED = 'Connection to the session store is interrupted. You are still signed in. Retrying…'
const OFFLINE = /No connection to BanGUI since \d\d:\d\d\./

/** Servers are stopped and started, and each takes its time. */
test.describe.configure({ timeout: 120_000 })

test.describe('the plug is pulled while somebody types', () => {
  test('the session is revoked: nothing is to be seen, and all is there again after the sign-in', async ({
    overview: page,
    machine,
    browser,
    complaints,
  }) => {
    complaints.expect(REFUSED)
    const form = await typeAddresses(page, '203.0.113.60\n203.0.113.61')
    await revokeOthers(browser, machine)
    await expect(page.getByText(ENDED)).toBeVisible({ timeout: REVOKED_MS })
    await expect(form.addresses).toBeHidden()
    await expect(page.getByRole('banner')).toBeHidden()
    await expect(page).toHaveTitle('Sign in · BanGUI')
    await signInAgain(page)
    await form.isUntouched()
    await expect(form.addresses).toBeFocused()
    await expect(page).toHaveTitle('Active bans · BanGUI')
    await form.send(machine)
  })

  test('the session ends while a user is added: even the password is there again', async ({
    page,
    machine,
    browser,
    complaints,
  }) => {
    complaints.expect(REFUSED)
    await signIn(page, machine)
    await page.goto(`${machine.url}/users/all`)
    await page.getByRole('button', { name: 'Add a user' }).click()
    const dialog = page.getByRole('dialog', { name: 'Add a user' })
    const password = dialog.getByRole('textbox', { name: 'First password' })
    await dialog.getByLabel('User name').fill('night.shift')
    await password.fill('a few words in a row')
    await revokeOthers(browser, machine)
    await expect(page.getByText(ENDED)).toBeVisible({ timeout: REVOKED_MS })
    await expect(dialog).toBeHidden()
    await signInAgain(page)
    await expect(dialog.getByLabel('User name')).toHaveValue('night.shift')
    await expect(password).toHaveValue('a few words in a row')
  })

  test('the session ends while a jail is set: it can be applied afterwards', async ({
    page,
    machine,
    browser,
    complaints,
  }) => {
    complaints.expect(REFUSED)
    await signIn(page, machine)
    await page.goto(`${machine.url}/jails/sshd`)
    const settings = page.getByRole('form', { name: 'Settings of sshd' })
    const retries = settings.getByRole('textbox', { name: 'Retries' })
    await retries.fill('17')
    await revokeOthers(browser, machine)
    await expect(page.getByText(ENDED)).toBeVisible({ timeout: REVOKED_MS })
    await expect(settings).toBeHidden()
    await signInAgain(page)
    await expect(retries).toHaveValue('17')
    await settings.getByRole('button', { name: 'Apply now' }).click()
    await expect(toast(page, 'Changed sshd')).toBeVisible()
  })

  test('whoever signs in instead sees nothing of it', async ({
    overview: page,
    machine,
    browser,
    complaints,
  }) => {
    complaints.expect(REFUSED)
    const other = { username: 'other', password: 'nine horses in a row' }
    const created = await page.request.post(`${machine.url}/api/v1/users`, {
      data: { ...other, role: 'viewer' },
      headers: { origin: machine.url },
    })
    expect([201, 409]).toContain(created.status())
    const form = await typeAddresses(page, '203.0.113.62')
    await revokeOthers(browser, machine)
    await expect(page.getByText(ENDED)).toBeVisible({ timeout: REVOKED_MS })
    await page.getByLabel('User name').fill(other.username)
    await page.getByLabel('Password', { exact: true }).fill(other.password)
    await page.getByRole('button', { name: 'Sign in' }).click()
    await expect(page.getByRole('button', { name: 'Account: other' })).toBeVisible()
    await expect(page.getByRole('dialog')).toBeHidden()
    expect(await form.isSameLoad()).toBe(false)
  })

  test('one tab signs in, and the others go on with it', async ({
    overview: page,
    machine,
    browser,
    complaints,
  }) => {
    complaints.expect(REFUSED)
    const form = await typeAddresses(page, '203.0.113.63')
    const second = await page.context().newPage()
    await second.goto(`${machine.url}/health`)
    await expect(second.getByText('Live', { exact: true })).toBeVisible()
    await revokeOthers(browser, machine)
    for (const tab of [page, second])
      await expect(tab.getByText(ENDED)).toBeVisible({ timeout: REVOKED_MS * 2 })
    await signInAgain(second)
    await expect(page.getByText(ENDED)).toBeHidden()
    await form.isUntouched()
    await second.close()
  })
})

test.describe('the plug of a machine of its own is pulled while somebody types', () => {
  test.describe.configure({ mode: 'serial', timeout: 120_000 })
  let machine: Machine & AsyncDisposable

  test.beforeAll(async () => {
    machine = await startMachine()
  })
  test.afterAll(() => machine[Symbol.asyncDispose]())

  test('the server stops', async ({ page, complaints }) => {
    complaints.expect(UNREACHABLE)
    await openOverview(page, machine)
    const form = await typeAddresses(page, '203.0.113.64')
    await machine.stopConsole()
    await expect(page.getByText(OFFLINE)).toBeVisible({ timeout: OFFLINE_MS })
    await expect(form.submit).toHaveAttribute('aria-disabled', 'true')
    await form.addresses.press('End')
    await form.addresses.pressSequentially(' 203.0.113.65')
    await machine.startConsole()
    await expect(page.getByText(OFFLINE)).toBeHidden({ timeout: HEALED_MS })
    await form.isUntouched('203.0.113.64 203.0.113.65')
    await form.send(machine)
  })

  test('fail2ban stops', async ({ page }) => {
    await openOverview(page, machine)
    const form = await typeAddresses(page, '203.0.113.66')
    await machine.fail2ban.shutDown()
    await expect(page.getByText(/fail2ban is not running/).first()).toBeVisible({ timeout: OFFLINE_MS })
    await form.isUntouched()
    await machine.fail2ban.restart()
    await expect(page.getByText(/fail2ban is not running/)).toHaveCount(0, { timeout: HEALED_MS })
    await form.isUntouched()
    await form.send(machine)
  })
})

test.describe('the plug of two workers on one Redis is pulled while somebody types', () => {
  test.describe.configure({ mode: 'serial', timeout: 120_000 })
  const opened = new AsyncDisposableStack()
  let redis: RedisServer
  let machine: Machine

  test.beforeAll(async () => {
    redis = await startRedis({ config: ['appendonly yes'] })
    opened.defer(() => redis.stop())
    // With port 0 the system would choose another one once all workers have gone.
    const PORT = String(await freePort())
    const env = { STATE_BACKEND: 'redis', REDIS_URL: redis.url, BANGUI_WORKERS: '2', PORT }
    machine = opened.use(await startMachine({ env }))
  })
  test.afterAll(() => opened.disposeAsync())

  test('both workers are killed', async ({ page, complaints }) => {
    complaints.expect(UNREACHABLE)
    await openOverview(page, machine)
    const form = await typeAddresses(page, '203.0.113.67')
    const answer = await page.request.get(`${machine.url}/api/v1/cluster`)
    const { instances } = Cluster.parse(await answer.json())
    expect(instances).toHaveLength(2)
    for (const { pid } of instances) process.kill(pid, 'SIGKILL')
    await expect(page.getByText('Live', { exact: true })).toBeVisible({ timeout: HEALED_MS })
    await form.isUntouched()
    await form.send(machine)
  })

  test('Redis stops', async ({ page, complaints }) => {
    complaints.expect(UNREACHABLE)
    await openOverview(page, machine)
    const form = await typeAddresses(page, '203.0.113.68')
    await redis.kill()
    await expect(page.getByText(INTERRUPTED)).toBeVisible({ timeout: OFFLINE_MS })
    await form.submit.click()
    await form.isUntouched()
    await redis.restart()
    await expect(page.getByText(INTERRUPTED)).toBeHidden({ timeout: HEALED_MS })
    await form.isUntouched()
    await form.send(machine)
  })

  test('Redis loses everything, all sessions with it', async ({ page, complaints }) => {
    complaints.expect(REFUSED)
    complaints.expect(UNREACHABLE)
    await openOverview(page, machine)
    const form = await typeAddresses(page, '203.0.113.69')
    await redis.cli('flushall')
    await expect(page.getByText(ENDED)).toBeVisible({ timeout: HEALED_MS })
    await signInAgain(page)
    await form.isUntouched()
    await form.send(machine)
  })
})

interface TypedForm {
  readonly addresses: Locator
  readonly submit: Locator
  /** The same page shows the same text. */
  isUntouched(text?: string): Promise<void>
  isSameLoad(): Promise<boolean>
  /** It works as if nothing had happened. */
  send(machine: Machine): Promise<void>
}

const MARK = 'data-load'

/** Somebody is about to ban addresses. */
async function typeAddresses(page: Page, typed: string): Promise<TypedForm> {
  await page.goto(new URL('bans', page.url()).href)
  await expect(page.getByText('Live', { exact: true })).toBeVisible()
  await page.evaluate((mark) => document.documentElement.setAttribute(mark, 'first'), MARK)
  const dialog = await openBanDialog(page)
  const addresses = dialog.getByLabel('Addresses or networks')
  await addresses.fill(typed)
  await dialog.getByLabel('Jail').selectOption({ label: 'recidive, permanent' })
  const isSameLoad = () => page.evaluate((mark) => document.documentElement.hasAttribute(mark), MARK)
  const submit = dialog.getByRole('button', { name: /^Ban( \d+ addresses)?$/ })
  return {
    addresses,
    submit,
    isSameLoad,
    async isUntouched(text = typed) {
      await expect(addresses).toHaveValue(text)
      await expect(dialog.getByLabel('Jail')).toHaveValue(/\/recidive$/)
      expect(await isSameLoad()).toBe(true)
    },
    async send(machine) {
      const wanted = (await addresses.inputValue()).split(/\s+/)
      await expect(async () => {
        // Until another process talks to fail2ban, the answer may be that none does.
        if (await dialog.isVisible()) await submit.click({ timeout: 5_000 })
        await expect(dialog).toBeHidden({ timeout: 8_000 })
      }).toPass({ timeout: TAKEN_OVER_MS })
      expect(await bannedIn(machine, 'recidive')).toEqual(expect.arrayContaining(wanted))
    },
  }
}

async function signInAgain(page: Page): Promise<void> {
  const shown = page.getByRole('main')
  await expect(shown.getByLabel('User name')).toHaveValue(ADMIN.username)
  await expect(shown.getByLabel('Password', { exact: true })).toBeFocused()
  await page.keyboard.type(ADMIN.password)
  await page.keyboard.press('Enter')
  await expect(page.getByText(ENDED)).toBeHidden()
}

/** As somebody who has lost a browser does, from another one. */
async function revokeOthers(browser: Browser, machine: Machine): Promise<void> {
  const other = await browser.newContext()
  const request = other.request
  expect((await request.post(`${machine.url}/api/v1/session`, { data: ADMIN })).status()).toBe(200)
  expect((await request.delete(`${machine.url}/api/v1/sessions`)).status()).toBe(204)
  await other.close()
}
