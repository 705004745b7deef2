import type { BrowserContext, Page } from '@playwright/test'
import { BanPage } from '../../src/shared/ban.ts'
import { ADMIN } from '../support/console-process.ts'
import { waitFor } from '../support/wait-for.ts'
import { expect, startMachine, test, UNREACHABLE, type Machine } from './console.ts'

/** Pages of a browser's own, apart from those of other tests: they have a worker of their own. */
test.describe('live events', () => {
  test.describe.configure({ mode: 'serial' })
  let machine: Machine & AsyncDisposable

  test.beforeAll(async () => {
    machine = await startMachine()
  })
  test.afterAll(() => machine[Symbol.asyncDispose]())
  test.beforeEach(() => machine.fail2ban.client('unban', '--all'))

  test('ten tabs share one connection, all hear of a ban, and it ends with the last of them', async ({
    context,
  }) => {
    await signIn(context, machine)
    const tabs = await openTabs(context, machine, 10)
    expect(await openStreams(machine)).toBe(1)
    await machine.fail2ban.client('set', 'sshd', 'banip', '203.0.113.70')
    for (const tab of tabs) await expect(bannedNow(tab)).toHaveText('1')
    for (const tab of tabs.slice(1)) await tab.close()
    await machine.fail2ban.client('set', 'sshd', 'banip', '203.0.113.71')
    await expect(bannedNow(tabs[0] as Page)).toHaveText('2')
    await tabs[0]?.close()
    await untilStreams(machine, 0)
  })

  test('without workers every tab has a connection, and shows the same', async ({ context }) => {
    await context.addInitScript(() => Reflect.deleteProperty(window, 'SharedWorker'))
    await signIn(context, machine)
    const tabs = await openTabs(context, machine, 2)
    await untilStreams(machine, 2)
    await machine.fail2ban.client('set', 'sshd', 'banip', '203.0.113.72')
    for (const tab of tabs) await expect(bannedNow(tab)).toHaveText('1')
    for (const tab of tabs) await tab.close()
    await untilStreams(machine, 0)
  })

  test('what happens while the stream is still being opened is not missed', async ({ context }) => {
    await context.addInitScript(() => Reflect.deleteProperty(window, 'SharedWorker'))
    await signIn(context, machine)
    const { promise: mayOpen, resolve: open } = Promise.withResolvers<void>()
    await context.route(/\/events$/, async (route) => {
      await mayOpen
      await route.continue()
    })
    const tab = await context.newPage()
    await tab.goto(`${machine.url}/`)
    await expect(bannedNow(tab)).toHaveText('0')
    await machine.fail2ban.client('set', 'sshd', 'banip', '203.0.113.74')
    const hasHeard = async () => (await bansKnown(context, machine)) === 1
    await waitFor(hasHeard, { what: 'the console to know of the ban' })
    open()
    await expect(bannedNow(tab)).toHaveText('1')
    await expect(tab.getByRole('list', { name: 'Latest bans' })).toContainText('203.0.113.74')
    await tab.close()
    await untilStreams(machine, 0)
  })

  test('a worker that cannot be loaded is done without', async ({ context, complaints }) => {
    complaints.expect(/events-worker/)
    await context.route(/events-worker/, (route) => route.abort())
    await signIn(context, machine)
    const [tab] = await openTabs(context, machine, 1)
    await machine.fail2ban.client('set', 'sshd', 'banip', '203.0.113.73')
    await expect(bannedNow(tab as Page)).toHaveText('1')
    await tab?.close()
  })

  test('all tabs tell that the server is gone and that it is back', async ({ context, complaints }) => {
    complaints.expect(UNREACHABLE)
    await signIn(context, machine)
    const tabs = await openTabs(context, machine, 3)
    await machine.stopConsole()
    for (const tab of tabs) {
      await expect(tab.getByText(/No connection to BanGUI since \d\d:\d\d\./)).toBeVisible({
        timeout: 12_000,
      })
    }
    await machine.startConsole()
    for (const tab of tabs)
      await expect(tab.getByText('Live', { exact: true })).toBeVisible({ timeout: 15_000 })
    await untilStreams(machine, 1)
    for (const tab of tabs) await tab.close()
  })
})

async function signIn(context: BrowserContext, machine: Machine): Promise<void> {
  const answer = await context.request.post(`${machine.url}/api/v1/session`, { data: ADMIN })
  expect(answer.status()).toBe(200)
}

async function openTabs(context: BrowserContext, machine: Machine, count: number): Promise<Page[]> {
  const tabs: Page[] = []
  while (tabs.length < count) {
    const tab = await context.newPage()
    await tab.goto(`${machine.url}/`)
    await expect(tab.getByText('Live', { exact: true })).toBeVisible()
    tabs.push(tab)
  }
  return tabs
}

function bannedNow(tab: Page) {
  return tab.getByText('Banned now').locator('..').getByText(/^\d+$/)
}

/** As the server counts them. */
async function openStreams(machine: Machine): Promise<number> {
  const texts = machine.processes().map(async (url) => (await fetch(`${url}/metrics`)).text())
  const counts = (await Promise.all(texts)).map((text) =>
    Number(/^bangui_event_streams(?:\{[^}]*\})? (\d+)$/m.exec(text)?.[1]),
  )
  return counts.reduce((sum, count) => sum + count)
}

async function untilStreams(machine: Machine, count: number): Promise<void> {
  await waitFor(async () => (await openStreams(machine)) === count, {
    what: `${count} open streams on the server`,
    timeoutMs: 10_000,
  })
}

async function bansKnown(context: BrowserContext, machine: Machine): Promise<number> {
  const answer = await context.request.get(`${machine.url}/api/v1/bans`)
  return BanPage.parse(await answer.json()).all
}
