import type { Page } from '@playwright/test'
import { expect, openOverview, test } from './console.ts'
import { banRow, searchBox } from './pages.ts'

const rows = (page: Page) => page.getByRole('table', { name: 'Active bans' }).getByRole('rowheader')

test.describe('finding bans', () => {
  test.beforeEach(async ({ overview, machine }) => {
    const network = Array.from({ length: 60 }, (_, index) => `198.51.100.${index + 1}`)
    await machine.fail2ban.client('set', 'sshd', 'banip', ...network)
    await machine.fail2ban.client('set', 'nginx-http-auth', 'banip', '203.0.113.30', '2001:db8::30')
    await expect(overview.getByText('62 of 62 shown')).toBeVisible()
    await overview.reload()
    await expect(overview.getByText('50 of 62 shown')).toBeVisible()
  })

  test('fast typing loses no character, and the address bar follows once', async ({ overview }) => {
    const before = await overview.evaluate(() => history.length)
    await searchBox(overview).pressSequentially('198.51.100.55', { delay: 5 })
    await expect(searchBox(overview)).toHaveValue('198.51.100.55')
    await expect(overview).toHaveURL(/\?q=198\.51\.100\.55$/)
    await expect(rows(overview)).toHaveCount(1)
    await expect(searchBox(overview)).toHaveValue('198.51.100.55')
    expect(await overview.evaluate(() => history.length)).toBe(before)

    await overview.reload()
    await expect(searchBox(overview)).toHaveValue('198.51.100.55')
    await expect(rows(overview)).toHaveCount(1)
  })

  test('the beginning of an address and a network both find', async ({ overview }) => {
    await searchBox(overview).fill('198.51.100.5')
    await expect(rows(overview)).toHaveCount(11)
    await searchBox(overview).fill('198.51.100.0/29')
    await expect(rows(overview)).toHaveCount(7)
    await searchBox(overview).fill('2001:db8:')
    await expect(banRow(overview, '2001:db8::30')).toBeVisible()
    await expect(rows(overview)).toHaveCount(1)
  })

  test('a jail is chosen in the list of jails, shows as a chip, and goes with it', async ({ overview }) => {
    await overview.getByRole('button', { name: 'nginx-http-auth', exact: true }).click()
    await expect(overview).toHaveURL(/\?jail=nginx-http-auth$/)
    await expect(rows(overview)).toHaveCount(2)
    await searchBox(overview).fill('192.0.2.')
    await expect(overview.getByText('No active ban matches “192.0.2.” in nginx-http-auth')).toBeVisible()
    await overview.getByRole('button', { name: 'Remove filter Jail: nginx-http-auth' }).click()
    await expect(overview.getByText('No active ban matches “192.0.2.”', { exact: true })).toBeVisible()
    await overview.getByRole('button', { name: 'Clear filters' }).click()
    await expect(overview.getByText('50 of 62 shown')).toBeVisible()
    await expect(overview).toHaveURL(/\/$/)
  })

  test('columns sort, and more is loaded on request', async ({ overview, machine }) => {
    await overview.getByRole('button', { name: 'Address', exact: true }).click()
    await expect(overview).toHaveURL(/sort=ip$/)
    await expect(rows(overview).first()).toContainText('198.51.100.1')
    await overview.getByRole('button', { name: 'Address', exact: true }).click()
    await expect(rows(overview).first()).toContainText('2001:db8::30')
    await overview.getByRole('button', { name: 'Load more' }).click()
    await expect(rows(overview)).toHaveCount(62)
    await expect(overview.getByText('62 of 62 shown')).toBeVisible()

    await openOverview(overview, machine, '/?jail=sshd&sort=ip&q=198.51.100.6')
    await expect(rows(overview)).toHaveCount(2)
  })

  test('a filtered list stays live', async ({ overview, machine }) => {
    await searchBox(overview).fill('203.0.113.')
    await expect(rows(overview)).toHaveCount(1)
    await machine.fail2ban.client('set', 'sshd', 'banip', '203.0.113.31')
    await expect(banRow(overview, '203.0.113.31')).toBeVisible({ timeout: 3_000 })
    await machine.fail2ban.client('set', 'sshd', 'banip', '192.0.2.31')
    await expect(overview.getByText('2 matching')).toBeVisible()
  })
})
