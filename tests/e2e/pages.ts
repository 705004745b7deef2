import type { Locator, Page } from '@playwright/test'
import { expect } from './console.ts'

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

export function searchBox(page: Page): Locator {
  return page.getByRole('searchbox', { name: 'Search active bans by address or network' })
}

export async function openBanDialog(page: Page): Promise<Locator> {
  await page.getByRole('button', { name: 'Ban an address', exact: true }).click()
  const dialog = page.getByRole('dialog', { name: 'Ban an address' })
  await expect(dialog).toBeVisible()
  return dialog
}

/** Types an address into the box of the header and waits for what is known of it. */
export async function checkAddress(page: Page, text: string): Promise<Locator> {
  await page.getByRole('button', { name: 'Check or unban an address' }).click()
  const dialog = page.getByRole('dialog', { name: 'Check or unban an address' })
  await dialog.getByRole('searchbox').fill(text)
  return dialog
}

export async function expectNoSidewaysScroll(page: Page): Promise<void> {
  const hidden = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
  expect(hidden, 'pixels of the page that are beyond the right edge').toBeLessThanOrEqual(0)
}
