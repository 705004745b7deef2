import type { Locator, Page } from '@playwright/test'
import { expect, signIn, type Machine } from './console.ts'

/** One ban in the list of active bans. */
export function banRow(page: Page, ip: string, jail?: string): Locator {
  const rows = page.getByRole('table', { name: 'Active bans' }).getByRole('row')
  const ofAddress = rows.filter({ has: page.getByRole('rowheader', { name: ip, exact: false }) })
  return jail === undefined
    ? ofAddress
    : ofAddress.filter({ has: page.getByRole('cell', { name: jail, exact: true }) })
}

export function unbanButton(page: Page, ip: string, jail: string): Locator {
  return page.getByRole('button', { name: `Unban ${ip} from ${jail}`, exact: true })
}

/** The message that appears after an action. */
export function toast(page: Page, text: string | RegExp): Locator {
  return page.getByRole('dialog').filter({ hasText: text })
}

export function verdict(page: Page): Locator {
  return page.getByRole('region', { name: 'State' })
}

/** Opens the page of active bans, signed in; resolves once it shows what is true. */
export async function openBans(page: Page, machine: Pick<Machine, 'url'>, query = ''): Promise<void> {
  await signIn(page, machine)
  await page.goto(`${machine.url}/bans${query}`)
  await expect(page.getByText(/^[\d,]+ of [\d,]+ bans?$/)).toBeVisible()
  await expect(page.getByText('Live', { exact: true })).toBeVisible()
}

export function filterBox(page: Page): Locator {
  return page.getByRole('searchbox', { name: 'Filter active bans by address, network or jail' })
}

export async function openBanDialog(page: Page): Promise<Locator> {
  await page.getByRole('button', { name: 'Ban an IP', exact: true }).click()
  const dialog = page.getByRole('dialog', { name: 'Ban an IP' })
  await expect(dialog).toBeVisible()
  return dialog
}

/** The box that finds addresses, jails and pages. */
export function findDialog(page: Page): Locator {
  return page.getByRole('dialog', { name: 'Check an IP, jail or page' })
}

export function findField(page: Page): Locator {
  return findDialog(page).getByRole('combobox', { name: 'Address, network, jail or page' })
}

export async function openFind(page: Page): Promise<Locator> {
  await page.getByRole('banner').getByRole('button', { name: 'Check an IP, jail or page' }).click()
  await expect(findField(page)).toBeFocused()
  return findDialog(page)
}

/** Types an address into the box of the header, whose answer follows. */
export async function checkAddress(page: Page, text: string): Promise<Locator> {
  const dialog = await openFind(page)
  await findField(page).fill(text)
  return dialog
}

/** Where in the console the page is, whatever path that lives below. */
export function pathIn(machine: Pick<Machine, 'url'>, page: Page): string {
  const { origin, pathname } = new URL(page.url())
  const path = origin + pathname
  return path.startsWith(machine.url) ? path.slice(machine.url.length) : path
}

export async function expectNoSidewaysScroll(page: Page): Promise<void> {
  const hidden = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
  expect(hidden, 'pixels of the page that are beyond the right edge').toBeLessThanOrEqual(0)
}
