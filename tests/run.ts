import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { z } from 'zod'
import { ensureSystemPackages } from './support/system-packages.ts'
import { JestReport, PlaywrightReport } from './support/test-reports.ts'

/**
 * The one test command: installs missing system packages, checks format, lint and types, builds, runs every suite, and closes
 * with the totals. All steps run even when one fails, so that one run shows everything.
 */
const reports = mkdtempSync(join(tmpdir(), 'bangui-tests-'))
const jestReport = (name: string): string => join(reports, `${name}.json`)
const playwrightReport = (name: string): string => join(reports, `playwright-${name}.json`)
const seconds = (since: number): string => `${Math.round((performance.now() - since) / 1000)} s`

const failedSteps: string[] = []
function step(
  name: string,
  command: string,
  args: readonly string[],
  env: Record<string, string> = {},
): void {
  const since = performance.now()
  console.log(`\n── ${name}`)
  const result = spawnSync(command, args, { stdio: 'inherit', env: { ...process.env, ...env } })
  if (result.status !== 0) failedSteps.push(name)
  console.log(`── ${name}: ${result.status === 0 ? 'ok' : 'FAILED'} (${seconds(since)})`)
}

function jest(name: string, report: string, args: readonly string[]): void {
  step(name, 'jest', ['--json', '--outputFile', jestReport(report), ...args], {
    NODE_OPTIONS: '--experimental-vm-modules --disable-warning=ExperimentalWarning',
  })
}

function read<T>(file: string, schema: z.ZodType<T>): T | undefined {
  try {
    return schema.parse(JSON.parse(readFileSync(file, 'utf8')))
  } catch {
    return undefined
  }
}

const startedAt = performance.now()
ensureSystemPackages([
  'fail2ban',
  'chromium',
  'redis-server',
  'redis-sentinel',
  'openssl',
  'caddy',
  'nginx-light',
  'systemd',
  'docker-compose',
])
step('format, lint, types', 'npm', ['run', '--silent', 'check'])
step('build', 'npm', ['run', '--silent', 'build'])
// What starts many processes at once has the machine to itself: others would be judged by how busy that keeps it.
const CROWDED = ['tests/faults/', '-processes.test']
jest('unit, contract, api, architecture', 'quiet', [`--testPathIgnorePatterns=${CROWDED.join('|')}`])
jest('several processes, faults', 'crowded', ['--runInBand', ...CROWDED])
const BROWSER = ['test', '-c', 'tests/e2e/playwright.config.ts']
step('browser', 'playwright', [...BROWSER, '--project', 'desktop', '--project', 'phone'], {
  BANGUI_TEST_REPORT: playwrightReport('browser'),
})
// `npm run test:e2e:production` runs them all so.
const SELECTION = ['production', 'login', 'sessions', 'bans.spec', 'live']
step('browser, through compose.prod.yml', 'playwright', [...BROWSER, ...SELECTION, '--project', 'desktop'], {
  BANGUI_TEST_REPORT: playwrightReport('production'),
  BANGUI_TOPOLOGY: 'production',
})

const results = [
  ...['quiet', 'crowded'].map((report) => read(jestReport(report), JestReport)),
  ...['browser', 'production'].map((report) => read(playwrightReport(report), PlaywrightReport)),
].filter((report) => report !== undefined)
rmSync(reports, { recursive: true })
const passed = results.reduce((sum, report) => sum + report.passed, 0)
const failedTests = results.reduce((sum, report) => sum + report.failed, 0)
// Each was said at length where it happened, which may be far above.
for (const failure of results.flatMap(({ failures }) => failures)) console.log(failure)
// A step that fails without a failed test (lint, a suite that does not load) counts as one.
const failed = Math.max(failedTests, failedSteps.length)
console.log(
  `\n${failedSteps.length > 0 ? `Failed: ${failedSteps.join('; ')}. ` : ''}Took ${seconds(startedAt)}.`,
)
console.log(`${passed} passed, ${failed} failed`)
process.exitCode = failed === 0 ? 0 : 1
