import type { Page } from '@playwright/test'
import { expect, signIn, test } from './console.ts'
import { filterBox } from './pages.ts'

const MANY = 100_000
const PER_COMMAND = 5_000
/** What may be in the document of any list, however long it is. */
const MOST_ROWS = 60
const FIRST_ROWS_MS = 1_000
const ROW = 'tr[data-row]'

test.use({
  machineOptions: {
    fail2ban: {
      // Its bans run no command, so that filling it does not take minutes.
      extraJails:
        '[many]\nenabled = true\nfilter = sshd\nlogpath = %(root)s/log/extra.log\nbantime = -1\naction =\n',
      expectedJails: ['sshd', 'nginx-http-auth', 'recidive', 'many'],
    },
  },
})

const address = (index: number) =>
  `2001:db8:${(Math.floor(index / 0xffff) + 1).toString(16)}::${((index % 0xffff) + 1).toString(16)}`

const rowsInDocument = (page: Page) => page.locator('tr').count()
const counts = (page: Page, text: string) => page.getByText(text, { exact: true })

test('B1 100,000 bans: the first rows within a second, never more than 60 in the document, scrolled to any place', async ({
  page,
  machine,
}) => {
  test.setTimeout(600_000)
  const all = Array.from({ length: MANY }, (_, index) => address(index))
  for (let from = 0; from < MANY; from += PER_COMMAND) {
    await machine.fail2ban.client('set', 'many', 'banip', ...all.slice(from, from + PER_COMMAND))
  }
  await signIn(page, machine)
  await expect
    .poll(async () => (await (await page.request.get(`${machine.url}/api/v1/bans?limit=1`)).json()).total, {
      timeout: 400_000,
      intervals: [1_000],
    })
    .toBe(MANY)

  // Twice: the first visit loads the page's files, the second one shows how long the bans take.
  await page.goto(`${machine.url}/bans?sort=ip`)
  await expect(counts(page, '100,000 of 100,000 bans')).toBeVisible()
  await page.goto(`${machine.url}/health`)
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
  const took = await page.evaluate(async (row) => {
    const startedAt = performance.now()
    document.querySelector<HTMLElement>('a[href$="/bans"]')?.click()
    while (!document.querySelector(`${row} th`)) await new Promise(requestAnimationFrame)
    return performance.now() - startedAt
  }, ROW)
  expect(took, 'milliseconds to the first rows').toBeLessThanOrEqual(FIRST_ROWS_MS)

  await page.goto(`${machine.url}/bans?sort=ip`)
  await expect(page.locator(ROW).first()).toContainText('2001:db8:1::1')
  expect(await rowsInDocument(page)).toBeLessThanOrEqual(MOST_ROWS)
  await expect(page.getByRole('table', { name: 'Active bans' })).toHaveAttribute('aria-rowcount', '100001')

  const list = page.getByRole('region', { name: 'List of active bans' })
  for (const share of [0.5, 0.25, 0.9]) {
    await list.evaluate((element, part) => element.scrollTo({ top: element.scrollHeight * part }), share)
    const middle = page.locator(ROW).nth(10)
    const index = async () => Number(await middle.getAttribute('data-index'))
    await expect.poll(async () => Math.abs((await index()) / MANY - share)).toBeLessThan(0.01)
    await expect(middle.locator('th')).toBeVisible()
    expect(await rowsInDocument(page)).toBeLessThanOrEqual(MOST_ROWS)
    await expect(middle).toContainText(address(await index()))
  }

  await list.focus()
  await page.keyboard.press('End')
  await expect(page.locator(ROW).last()).toContainText(address(MANY - 1))
  await expect(page.locator(ROW).last()).toHaveAttribute('aria-rowindex', '100001')
  await page.keyboard.press('Home')
  await expect(page.locator(ROW).first()).toContainText('2001:db8:1::1')

  await filterBox(page).pressSequentially('2001:db8:2::8', { delay: 10 })
  await expect(filterBox(page)).toHaveValue('2001:db8:2::8')
  await expect(page.getByText(/^[\d,]+ of 100,000 bans$/)).not.toHaveText('100,000 of 100,000 bans')
  await expect(page.locator(ROW).first()).toContainText('2001:db8:2::8')
})
