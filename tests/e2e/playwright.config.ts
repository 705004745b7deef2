import { defineConfig, type ReporterDescription } from '@playwright/test'
import { IS_PRODUCTION, LEFT_OUT } from './topology.ts'

const reportFile = process.env['BANGUI_TEST_REPORT']
const reporter: ReporterDescription[] = [['list']]
if (reportFile !== undefined) reporter.push(['json', { outputFile: reportFile }])

const DESKTOP = { viewport: { width: 1440, height: 900 } }
/** What sees to every width by itself, or shows none. */
const LOOKS_ITSELF = ['base-path.spec.ts', 'kit.spec.ts', 'live.spec.ts']
const PHONE = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true }

export default defineConfig({
  testDir: '.',
  outputDir: '../../test-results',
  reporter,
  workers: 2,
  retries: 0,
  forbidOnly: process.env['CI'] !== undefined,
  timeout: IS_PRODUCTION ? 120_000 : 60_000,
  grepInvert: LEFT_OUT,
  expect: { timeout: 10_000 },
  use: {
    locale: 'en-GB',
    timezoneId: 'Europe/Vienna',
    // There Caddy's own authority vouches for localhost.
    ignoreHTTPSErrors: IS_PRODUCTION,
    // The console's own timings are measured, not its fades.
    contextOptions: { reducedMotion: 'reduce' },
    launchOptions: {
      executablePath: '/usr/bin/chromium',
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
        // What `ignoreHTTPSErrors` ignores it tries again, on a connection of its own each time, until there were too many.
        ...(IS_PRODUCTION ? ['--ignore-certificate-errors'] : []),
      ],
    },
  },
  // A trace costs a third of the time: `--trace on` makes them.
  // `npm test` runs the first two, which between them see both widths and both themes; the others swap the themes.
  projects: [
    { name: 'desktop', use: { ...DESKTOP, colorScheme: 'light' } },
    { name: 'phone', testIgnore: LOOKS_ITSELF, use: { ...PHONE, colorScheme: 'dark' } },
    { name: 'desktop-dark', use: { ...DESKTOP, colorScheme: 'dark' } },
    { name: 'phone-light', testIgnore: LOOKS_ITSELF, use: { ...PHONE, colorScheme: 'light' } },
  ],
})
