import { readdirSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Page } from '@playwright/test'
import { startKit } from '../support/kit-server.ts'
import { expectAccessible } from './accessible.ts'
import { DIST, expect, test } from './console.ts'
import { expectNoSidewaysScroll, toast } from './pages.ts'

const COMPONENTS = [
  'AlertDialog',
  'Badge',
  'Banner',
  'Breadcrumbs',
  'Button',
  'Card',
  'Checkbox',
  'Combobox',
  'CopyButton',
  'Dialog',
  'Drawer',
  'DurationField',
  'EmptyState',
  'Field',
  'IpCell',
  'Kbd',
  'Menu',
  'NumberField',
  'Progress',
  'RelativeTime',
  'SegmentedControl',
  'Select',
  'Skeleton',
  'Switch',
  'Table',
  'Tabs',
  'Toast',
  'Tooltip',
]

// A trace of so many elements takes longer than the tests.
test.use({ trace: 'off' })

test.describe('the kit', () => {
  test.describe.configure({ mode: 'serial', timeout: 180_000 })
  let kit: Awaited<ReturnType<typeof startKit>>

  test.beforeAll(async () => {
    kit = await startKit()
  })
  test.afterAll(() => kit[Symbol.asyncDispose]())

  for (const density of ['comfortable', 'compact'] as const) {
    test(`shows every component, none too wide, ${density}`, async ({ page }, info) => {
      await open(page, kit.url, density)
      const sections = page.locator('section[id]')
      const names = await sections.evaluateAll((all) => all.map((section) => section.id))
      expect(names.toSorted()).toEqual(COMPONENTS)
      await expectNoSidewaysScroll(page)
      expect(await tooWide(page)).toEqual([])
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme })
        const path = info.outputPath(`${density}-${colorScheme}.png`)
        await page.screenshot({ path, fullPage: true })
      }
      // The density changes no colour and no name, and one look at so many elements takes half a minute.
      if (density === 'comfortable') await expectAccessible(page)
    })
  }

  test('rows and controls are as high as the density says, and a finger needs no less', async ({
    page,
    isMobile,
  }) => {
    const heights: number[][] = []
    for (const density of ['comfortable', 'compact'] as const) {
      await open(page, kit.url, density)
      const row = page.getByRole('row').filter({ hasText: '198.51.100.173' })
      const button = page.getByRole('button', { name: 'Unban 198.51.100.173' })
      const boxes = await Promise.all([row.boundingBox(), button.boundingBox()])
      heights.push(boxes.map((box) => Math.round(box?.height ?? 0)))
    }
    const [comfortable, compact] = heights
    if (isMobile) expect(comfortable?.[1]).toBe(44)
    else
      expect([comfortable, compact]).toEqual([
        [38, 28],
        [32, 26],
      ])
    if (isMobile) expect(compact).toEqual(comfortable)
  })

  test('what opens over the page is accessible, fits, closes with Esc and hands the focus back', async ({
    page,
  }, info) => {
    await open(page, kit.url, 'comfortable')
    const openers = [
      ['Open the dialog', 'dialog'],
      ['Open a long one', 'dialog'],
      ['Open the question', 'alertdialog'],
      ['Open the drawer', 'dialog'],
      ['Open the menu', 'menu'],
    ] as const
    for (const [name, role] of openers) {
      const opener = page.getByRole('button', { name })
      await opener.click()
      await expect(page.getByRole(role)).toBeVisible()
      await page.screenshot({ path: info.outputPath(`${name.replaceAll(' ', '-')}.png`) })
      await expectAccessible(page, `[role=${role}]`)
      await page.keyboard.press('Escape')
      await expect(page.getByRole(role)).toBeHidden()
      await expect(opener).toBeFocused()
    }
  })

  test('a combobox finds by a part and takes what is chosen', async ({ page }, info) => {
    await open(page, kit.url, 'comfortable')
    const box = page.getByRole('combobox', { name: 'Chosen jail' })
    await box.fill('nginx')
    await expect(page.getByRole('option')).toHaveText(['nginx-http-auth', 'nginx-botsearch'])
    await page.screenshot({ path: info.outputPath('combobox.png') })
    await expectAccessible(page, '[role=listbox]')
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Enter')
    await expect(box).toHaveValue('nginx-botsearch')
  })

  test('toasts, hints and what is under the pointer or has the focus', async ({ page, isMobile }, info) => {
    await open(page, kit.url, 'comfortable')
    await page.getByRole('button', { name: 'Show a good one' }).click()
    await page.getByRole('button', { name: 'Show a bad one' }).click()
    await expect(toast(page, 'Unbanned 203.0.113.7')).toBeVisible()
    // Screen readers are told at once; the message itself is theirs only when it has the focus.
    await expect(page.getByRole('alert').filter({ hasText: /is still banned/ })).toBeAttached()
    await expect(page.locator('[role=alertdialog]').filter({ hasText: /is still banned/ })).toBeVisible()
    const hinted = page.getByRole('button', { name: 'Point at me' })
    if (!isMobile) await hinted.hover()
    await hinted.focus()
    await page.screenshot({ path: info.outputPath('toasts.png') })
    await expectAccessible(page, '[role=dialog], [role=alertdialog]')
    const section = page.locator('#Button')
    for (const button of await section.getByRole('button', { name: 'Unban', exact: true }).all()) {
      await button.hover()
      await button.focus()
    }
    await section.screenshot({ path: info.outputPath('focus.png') })
  })

  test('fields say what is wrong when they are left, and count with the arrow keys', async ({ page }) => {
    await open(page, kit.url, 'comfortable')
    const retries = page.locator('#NumberField').getByLabel('maxretry').first()
    await retries.press('ArrowUp')
    await expect(retries).toHaveValue('6')
    await retries.fill('0')
    await retries.blur()
    await expect(retries).toHaveAccessibleDescription(/Enter a whole number from 1 to 100\./)
    const time = page.locator('#DurationField').getByLabel('findtime')
    await expect(time).toHaveAccessibleDescription(/That is 1 d 12 h\./)
    await time.fill('soon')
    await time.blur()
    await expect(time).toHaveAccessibleDescription(/This is not a duration\./)
    await page.locator('#DurationField').getByRole('button', { name: '1 w' }).click()
    await expect(time).toHaveValue('1w')
  })
})

test('is in no build that ships', () => {
  const files = readdirSync(resolve(DIST, 'web'), { recursive: true, encoding: 'utf8' })
  expect(files.filter((file) => /kit/i.test(file))).toEqual([])
  const scripts = files.filter((file) => file.endsWith('.js'))
  const withKit = scripts.filter((file) =>
    readFileSync(resolve(DIST, 'web', file), 'utf8').includes('longer than anybody had in mind'),
  )
  expect(withKit).toEqual([])
})

async function open(page: Page, url: string, density: 'comfortable' | 'compact'): Promise<void> {
  await page.addInitScript((chosen) => {
    localStorage.setItem('bangui.preferences', JSON.stringify({ density: chosen, language: 'en' }))
  }, density)
  await page.goto(url)
  await expect(page.getByRole('heading', { name: 'Kit', exact: true })).toBeVisible()
}

/** Elements that are cut off by their section, or reach beyond it. */
function tooWide(page: Page): Promise<string[]> {
  return page.locator('section[id]').evaluateAll((sections) => {
    const isSpilling = (style: CSSStyleDeclaration) =>
      style.overflowX === 'visible' && style.display !== 'inline' && style.position !== 'absolute'
    return sections.flatMap((section) => {
      const right = section.getBoundingClientRect().right + 0.5
      const all = [...section.querySelectorAll('*:not(.visually-hidden)')]
      const beyond = all.filter(
        (element) =>
          element.getBoundingClientRect().right > right ||
          (element.scrollWidth > element.clientWidth + 1 && isSpilling(getComputedStyle(element))),
      )
      return beyond.map((element) => `${section.id}: ${element.outerHTML.slice(0, 120)}`)
    })
  })
}
