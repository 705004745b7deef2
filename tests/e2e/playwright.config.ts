import { defineConfig, type ReporterDescription } from '@playwright/test'

const reportFile = process.env['BANGUI_TEST_REPORT']
const reporter: ReporterDescription[] = [['list']]
if (reportFile !== undefined) reporter.push(['json', { outputFile: reportFile }])

export default defineConfig({
  testDir: '.',
  outputDir: '../../test-results',
  reporter,
  workers: 2,
  retries: 0,
  forbidOnly: process.env['CI'] !== undefined,
  timeout: 60_000,
  expect: { timeout: 10_000 },
  use: {
    locale: 'en-GB',
    timezoneId: 'Europe/Vienna',
    trace: 'retain-on-failure',
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
      ],
    },
  },
  projects: [
    {
      name: 'desktop',
      testIgnore: 'phone.spec.ts',
      use: { viewport: { width: 1440, height: 900 } },
    },
    {
      name: 'phone',
      testMatch: ['login.spec.ts', 'look.spec.ts', 'phone.spec.ts'],
      use: { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true },
    },
  ],
})
