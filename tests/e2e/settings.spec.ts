import type { Locator, Page } from '@playwright/test'
import { expectAccessible } from './accessible.ts'
import { expect, signIn, test, type Machine } from './console.ts'
import { toast } from './pages.ts'
import { addPerson, signInAs } from './persons.ts'

test.use({
  machineOptions: {
    env: {
      BANGUI_TIME_ZONE: 'Europe/Lisbon',
      SESSION_SECRET: 'a secret of these tests and of nobody else',
      BANGUI_METRICS: 'off',
    },
  },
})

async function openSettings(page: Page, machine: Pick<Machine, 'url'>): Promise<void> {
  await page.goto(`${machine.url}/settings`)
  await expect(page.getByRole('heading', { level: 1, name: 'Settings' })).toBeVisible()
}

const ofInstance = (page: Page): Locator => page.getByRole('region', { name: 'For everybody' })
const own = (page: Page): Locator => page.getByRole('region', { name: 'For you' })
const historyDays = (page: Page): Locator =>
  ofInstance(page).getByRole('textbox', { name: 'Days of history' })
const save = (page: Page): Locator => ofInstance(page).getByRole('button', { name: 'Save changes' })

test.describe('for an administrator', () => {
  test.beforeEach(async ({ page, machine }) => {
    await signIn(page, machine)
    await page.request.patch(`${machine.url}/api/v1/settings`, {
      data: { historyDays: null, lookupLinks: null },
    })
    await openSettings(page, machine)
  })

  test('T1 T4 what the environment fixes is locked, and says by which variable', async ({
    page,
    machine,
  }) => {
    const zone = ofInstance(page).getByRole('combobox', { name: 'Time zone' })
    await expect(zone).toHaveValue('Europe/Lisbon')
    await expect(zone).toHaveAttribute('aria-disabled', 'true')
    await expect(ofInstance(page).getByText('Fixed by BANGUI_TIME_ZONE')).toBeVisible()
    await expect(zone).not.toBeEditable()
    const refused = await page.request.patch(`${machine.url}/api/v1/settings`, { data: { timeZone: 'UTC' } })
    expect(refused.status()).toBe(409)

    const fixed = page.getByRole('region', { name: 'Fixed at the start' })
    const row = (name: string) => fixed.getByRole('row').filter({ hasText: name })
    await expect(row('BANGUI_METRICS')).toContainText('off')
    await expect(row('BANGUI_METRICS')).toContainText('Environment')
    await expect(row('SESSION_SECRET')).toContainText('Set, and secret')
    await expect(row('REDIS_SENTINELS')).toBeHidden()
    await fixed.getByRole('radio', { name: 'All', exact: true }).check()
    await expect(row('REDIS_SENTINELS')).toContainText('Not set')
    await expect(row('PORT')).toBeVisible()
    await expect(fixed.getByRole('textbox')).toHaveCount(0)
    await expect(page.getByText('a secret of these tests')).toBeHidden()
    await expectAccessible(page)
  })

  test('T2 theme and density survive a reload and reach a second tab', async ({ page, machine, context }) => {
    const second = await context.newPage()
    await openSettings(second, machine)
    await own(page).getByRole('radio', { name: 'Dark', exact: true }).check()
    await own(page).getByRole('radio', { name: 'Compact', exact: true }).check()
    for (const one of [page, second]) {
      await expect(one.locator('html')).toHaveAttribute('data-theme', 'dark')
      await expect(one.locator('html')).toHaveAttribute('data-density', 'compact')
      await expect(own(one).getByRole('radio', { name: 'Dark' })).toBeChecked()
    }
    await page.reload()
    await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark')
    await expect(page.locator('html')).toHaveAttribute('data-density', 'compact')
  })

  test('T2 language, zone, times and switches are kept, too', async ({ page }) => {
    await expect(page.getByText('Times in Europe/Lisbon')).toBeVisible()
    const zone = own(page).getByRole('combobox', { name: 'Time zone' })
    await zone.fill('toky')
    await page.getByRole('option', { name: 'Asia/Tokyo' }).click()
    await expect(page.getByText('Times in Asia/Tokyo (UTC+9)')).toBeVisible()
    await own(page).getByRole('radio', { name: 'Date and time', exact: true }).check()
    await own(page).getByRole('switch', { name: 'Single-key shortcuts' }).uncheck()
    await own(page).getByRole('switch', { name: 'Links to services' }).uncheck()
    await page.reload()
    await expect(page.getByText('Times in Asia/Tokyo (UTC+9)')).toBeVisible()
    await expect(own(page).getByRole('radio', { name: 'Date and time' })).toBeChecked()
    await expect(own(page).getByRole('switch', { name: 'Single-key shortcuts' })).not.toBeChecked()
    await expect(own(page).getByRole('switch', { name: 'Links to services' })).not.toBeChecked()
    await own(page).getByLabel('Language').selectOption('Deutsch')
    await expect(page.locator('html')).toHaveAttribute('lang', 'de')
    await page.reload()
    await expect(page.locator('html')).toHaveAttribute('lang', 'de')
  })

  test('T3 an invalid value is refused at its field and keeps the others', async ({ page, machine }) => {
    const links = ofInstance(page).getByRole('checkbox', { name: 'Offer links' })
    await links.uncheck()
    await historyDays(page).fill('0')
    await save(page).click()
    await expect(historyDays(page)).toBeFocused()
    await expect(historyDays(page)).toHaveAttribute('aria-invalid', 'true')
    await expect(ofInstance(page).getByText('Enter a whole number from 1 to 36,500.')).toBeVisible()
    await expect(links).not.toBeChecked()
    const untouched = await page.request.get(`${machine.url}/api/v1/settings`)
    expect(await untouched.json()).toMatchObject({
      historyDays: { value: 365 },
      lookupLinks: { value: true },
    })
    await expectAccessible(page)

    await historyDays(page).fill('400')
    await save(page).click()
    await expect(toast(page, 'Settings saved')).toBeVisible()
    await page.reload()
    await expect(historyDays(page)).toHaveValue('400')
    await expect(links).not.toBeChecked()
    await expect(own(page).getByRole('switch', { name: 'Links to services' })).not.toBeChecked()
    await expect(own(page).getByText('Switched off for this installation.')).toBeVisible()
  })

  test('asks before a shorter history deletes something, and returns to the default', async ({ page }) => {
    await historyDays(page).fill('30')
    await save(page).click()
    const dialog = page.getByRole('alertdialog', { name: 'Delete what is older than 30 days?' })
    await expect(dialog).toBeVisible()
    await expectAccessible(page, '[role=alertdialog]')
    await dialog.getByRole('button', { name: 'Cancel' }).click()
    await expect(historyDays(page)).toHaveValue('30')
    await save(page).click()
    await dialog.getByRole('button', { name: 'Save and delete' }).click()
    await expect(toast(page, 'Settings saved')).toBeVisible()

    await ofInstance(page).getByRole('button', { name: 'Reset to default: Days of history' }).click()
    await expect(historyDays(page)).toHaveValue('365')
    await save(page).click()
    await expect(save(page)).toHaveAttribute('aria-disabled', 'true')
    await page.reload()
    await expect(historyDays(page)).toHaveValue('365')
    await expect(ofInstance(page).getByRole('button', { name: 'Reset to default' })).toHaveCount(0)
  })

  test('asks before unsaved edits are left behind', async ({ page }) => {
    await historyDays(page).fill('500')
    await page.getByRole('link', { name: 'Overview', exact: true }).first().click()
    const dialog = page.getByRole('alertdialog', { name: 'Leave without saving?' })
    await dialog.getByRole('button', { name: 'Cancel' }).click()
    await expect(historyDays(page)).toHaveValue('500')
    await page.getByRole('link', { name: 'Overview', exact: true }).first().click()
    await dialog.getByRole('button', { name: 'Discard changes' }).click()
    await expect(page.getByRole('heading', { level: 1, name: 'Overview' })).toBeVisible()
  })
})

test('others see what holds for everybody, and why they cannot change it', async ({
  page,
  browser,
  machine,
}) => {
  await signInAs(page, machine, await addPerson(browser, machine, 'operator'))
  await openSettings(page, machine)
  await expect(historyDays(page)).toHaveValue('365')
  await expect(historyDays(page)).not.toBeEditable()
  await expect(ofInstance(page).getByText('Only administrators can change this.').first()).toBeVisible()
  await expect(save(page)).toBeHidden()
  await expect(page.getByRole('region', { name: 'Fixed at the start' })).toBeHidden()
  await own(page).getByRole('radio', { name: 'Compact', exact: true }).check()
  await expect(page.locator('html')).toHaveAttribute('data-density', 'compact')
})
