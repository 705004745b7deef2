import { AxeBuilder } from '@axe-core/playwright'
import type { Page } from '@playwright/test'
import { expect } from './console.ts'
import { expectNoSidewaysScroll } from './pages.ts'

/** What keeps the focus in an open menu: it hands on the focus at once, which the rule against such elements cannot see. */
const FOCUS_GUARD = '[data-base-ui-focus-guard]'

const RULES = ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa']

/** What is on the screen passes the automatic rules in both themes, and fits its width. `within`: only that part of it. */
export async function expectAccessible(page: Page, within = ':root'): Promise<void> {
  await expectNoSidewaysScroll(page)
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme })
    const axe = new AxeBuilder({ page }).include(within).withTags(RULES).exclude(FOCUS_GUARD)
    const { violations } = await axe.analyze()
    const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(' | ')}`)
    expect(found, `violations in the ${colorScheme} theme`).toEqual([])
  }
}
