import { randomUUID } from 'node:crypto'
import type { Browser, Locator, Page } from '@playwright/test'
import type { Role } from '../../src/shared/session.ts'
import { ADMIN } from '../support/console-process.ts'
import { expect, type Machine } from './console.ts'

/** How soon a browser whose session was ended says so. */
export const TOLD_MS = 5_000

export const FIREFOX = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0'
export const IPHONE =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 Version/18.5 Mobile/15E148 Safari/604.1'

export interface Person {
  readonly username: string
  readonly password: string
}

type At = Pick<Machine, 'url'>

/** A user of one test's own, whom no other test signs in or changes. */
export async function addPerson(browser: Browser, machine: At, role: Role): Promise<Person> {
  const person = { username: `maria-${randomUUID().slice(0, 8)}`, password: ADMIN.password }
  const admin = await browser.newContext()
  const api = `${machine.url}/api/v1`
  expect((await admin.request.post(`${api}/session`, { data: ADMIN })).status()).toBe(200)
  expect((await admin.request.post(`${api}/users`, { data: { ...person, role } })).status()).toBe(201)
  await admin.close()
  return person
}

export async function signInAs(page: Page, machine: At, person: Person): Promise<void> {
  const answer = await page.request.post(`${machine.url}/api/v1/session`, { data: person })
  expect(answer.status()).toBe(200)
}

/** A session of a person in another browser, which shows nothing. */
export async function signedInElsewhere(
  browser: Browser,
  machine: At,
  person: Person,
  userAgent: string,
): Promise<{ status: () => Promise<number> }> {
  const context = await browser.newContext({ userAgent })
  const api = `${machine.url}/api/v1/session`
  expect((await context.request.post(api, { data: person })).status()).toBe(200)
  return { status: async () => (await context.request.get(api)).status() }
}

/** A person in another browser, looking at Users & sessions. */
export async function elsewhere(
  browser: Browser,
  machine: At,
  person: Person,
  { userAgent = FIREFOX, path = '/users' } = {},
): Promise<Page> {
  const context = await browser.newContext({ userAgent })
  const page = await context.newPage()
  await signInAs(page, machine, person)
  await page.goto(machine.url + path)
  await expect(page.getByRole('heading', { name: 'Users & sessions' })).toBeVisible()
  return page
}

export async function expectSignedOut(page: Page): Promise<void> {
  await expect(page.getByRole('heading', { name: 'Sign in' })).toBeVisible({ timeout: TOLD_MS })
  await expect(page.getByRole('heading', { name: 'Users & sessions' })).toBeHidden()
}

export function sessionRows(page: Page): Locator {
  return page.getByRole('table', { name: 'My sessions' }).getByRole('row')
}

export function userRow(page: Page, username: string): Locator {
  return page.getByRole('table', { name: 'Users' }).getByRole('row').filter({ hasText: username })
}

const DIALOGS = {
  'Change role…': (name: string) => `Role of ${name}`,
  'Reset password…': (name: string) => `Reset the password of ${name}`,
  'Disable…': (name: string) => `Disable ${name}?`,
  'Enable…': (name: string) => `Enable ${name}?`,
  'Delete…': (name: string) => `Delete ${name}?`,
} as const

/** Opens the menu of a user and chooses from it; resolves with the dialog that asks. */
export async function manage(page: Page, username: string, choice: keyof typeof DIALOGS): Promise<Locator> {
  await page.getByRole('button', { name: `Manage ${username}` }).click()
  await page.getByRole('menuitem', { name: choice }).click()
  const name = DIALOGS[choice](username)
  const dialog = page
    .getByRole('dialog', { name, exact: true })
    .or(page.getByRole('alertdialog', { name, exact: true }))
  await expect(dialog).toBeVisible()
  return dialog
}

export async function giveRole(page: Page, username: string, role: string): Promise<void> {
  const dialog = await manage(page, username, 'Change role…')
  await dialog.getByRole('radio', { name: role }).check()
  await dialog.getByRole('button', { name: 'Change role' }).click()
  await expect(dialog).toBeHidden()
  await expect(userRow(page, username)).toContainText(role)
}
