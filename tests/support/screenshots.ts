import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { chromium, type Browser, type BrowserContextOptions, type Page } from '@playwright/test'
import { ADMIN, spawnConsole } from './console-process.ts'
import { startFail2ban } from './fail2ban-server.ts'
import { DEMO_BANTIMES, DEMO_JAILS, DEMO_JAILS_TEXT, writePastAttacks } from './past-attacks.ts'
import { startRedis } from './redis-server.ts'
import { ensureSystemPackages } from './system-packages.ts'
import { waitFor } from './wait-for.ts'

/**
 * Takes the pictures of the documents: the built console with two workers and a Redis, on a private fail2ban with a past.
 * They go to docs/screenshots, under the same names each time.
 */
const DIST = process.env['BANGUI_DIST'] ?? resolve(import.meta.dirname, '../../dist')
const FOLDER = resolve(import.meta.dirname, '../../docs/screenshots')

const DESK: BrowserContextOptions = { viewport: { width: 1440, height: 900 } }
const PHONE: BrowserContextOptions = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true }

interface Picture {
  readonly name: string
  readonly path: string
  readonly form: BrowserContextOptions
  readonly colorScheme?: 'light' | 'dark'
  /** The page below the first screen, too. */
  readonly whole?: boolean
  readonly before?: (page: Page) => Promise<void>
}

const PICTURES: readonly Picture[] = [
  { name: 'overview-light', path: '/', form: DESK, whole: true },
  { name: 'overview-dark', path: '/', form: DESK, colorScheme: 'dark', whole: true },
  { name: 'overview-phone-light', path: '/', form: PHONE },
  { name: 'overview-phone-dark', path: '/', form: PHONE, colorScheme: 'dark' },
  { name: 'bans-light', path: '/bans', form: DESK },
  { name: 'bans-phone-dark', path: '/bans', form: PHONE, colorScheme: 'dark' },
  { name: 'jail-light', path: '/jails/sshd', form: DESK },
  { name: 'health-light', path: '/health', form: DESK, whole: true },
  { name: 'check-address-light', path: '/', form: DESK, before: checkAddress },
]

async function checkAddress(page: Page): Promise<void> {
  await page.keyboard.press('Control+k')
  await page.getByRole('combobox').fill('203.0.113.7')
  await page.getByRole('button', { name: 'Unban and allow' }).waitFor()
}

async function take(browser: Browser, url: string, picture: Picture): Promise<void> {
  const { name, path, form, colorScheme = 'light', whole = false, before } = picture
  const context = await browser.newContext({
    ...form,
    colorScheme,
    locale: 'en-GB',
    timezoneId: 'Europe/Vienna',
    reducedMotion: 'reduce',
    ...(form.isMobile === true && { deviceScaleFactor: 2 }),
  })
  try {
    await context.request.post(`${url}/api/v1/session`, { data: ADMIN })
    const page = await context.newPage()
    await page.goto(url + path)
    await page.getByRole('heading', { level: 1 }).waitFor()
    // Not until the network rests: Playwright never hears that the script of the shared worker has come.
    await page.locator('[aria-busy=true]').first().waitFor({ state: 'hidden' })
    await before?.(page)
    await page.screenshot({ path: join(FOLDER, `${name}.png`), fullPage: whole })
    console.log(name)
  } finally {
    await context.close()
  }
}

ensureSystemPackages(['fail2ban', 'chromium', 'redis-server'])
await using opened = new AsyncDisposableStack()
const fail2ban = await startFail2ban({
  bantimeSeconds: DEMO_BANTIMES,
  extraJails: DEMO_JAILS_TEXT,
  expectedJails: ['sshd', 'nginx-http-auth', 'recidive', ...DEMO_JAILS],
})
opened.defer(() => fail2ban.stop())
await fail2ban.shutDown()
writePastAttacks(fail2ban.database, { bans: 3_000, days: 6, seed: 11 })
await fail2ban.restart()
const redis = await startRedis({ config: ['appendonly yes'] })
opened.defer(() => redis.stop())
const data = mkdtempSync(join(tmpdir(), 'bangui-screenshots-'))
opened.defer(() => rmSync(data, { recursive: true, force: true }))
const console_ = spawnConsole(
  {
    // Workers share a port, which they cannot when each takes a free one.
    PORT: '18080',
    DATABASE_URL: `sqlite:${join(data, 'bangui.db')}`,
    STATE_BACKEND: 'redis',
    REDIS_URL: redis.url,
    BANGUI_WORKERS: '2',
    FAIL2BAN_SOCKET: fail2ban.socket,
    FAIL2BAN_CONFIG_DIR: fail2ban.configDir,
    BANGUI_ADMIN_USER: ADMIN.username,
    BANGUI_ADMIN_PASSWORD: ADMIN.password,
  },
  join(DIST, 'server/main.js'),
)
opened.defer(() => console_.stop())
const isReady = async () => console_.url() !== '' && (await fetch(`${console_.url()}/readyz`)).ok
await waitFor(isReady, { what: 'the console to be ready', timeoutMs: 60_000 })
fail2ban.writeFailures('sshd', '203.0.113.7', 5)
// fail2ban restores the bans of its past one after the other; the archive is read meanwhile.
const banned = async () => fail2ban.client('status', 'sshd')
let last = ''
await waitFor(
  async () => {
    const now = await banned()
    const isSettled = now === last
    last = now
    return isSettled
  },
  { what: 'the bans of the past to be restored', timeoutMs: 120_000, everyMs: 4_000 },
)
const browser = await chromium.launch({
  executablePath: '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu'],
})
opened.defer(() => browser.close())
for (const picture of PICTURES) await take(browser, console_.url(), picture)
