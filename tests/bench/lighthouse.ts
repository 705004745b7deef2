import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { z } from 'zod'
import { ADMIN, signIn, spawnConsole } from '../support/console-process.ts'
import { startFail2ban } from '../support/fail2ban-server.ts'
import { ensureSystemPackages } from '../support/system-packages.ts'
import { waitFor } from '../support/wait-for.ts'

/**
 * What Lighthouse says of the pages people see most, on a phone with a slow connection and on a desk. npx fetches it: it is
 * large and serves nothing else. LIGHTHOUSE names an installed one.
 */
const PAGES = ['/login', '/', '/bans']
const FORMS = { phone: [], desk: ['--preset=desktop'] }
const DIST = process.env['BANGUI_DIST'] ?? resolve(import.meta.dirname, '../../dist')
const MAIN = resolve(DIST, 'server/main.js')
const CATEGORIES = ['performance', 'accessibility', 'best-practices'] as const

const Score = z.object({ score: z.number().nullable() })
const Report = z.object({
  categories: z.record(z.enum(CATEGORIES), Score),
  audits: z.record(
    z.string(),
    z.object({ title: z.string(), score: z.number().nullable(), displayValue: z.string().optional() }),
  ),
})

async function inspect(
  url: string,
  cookie: string,
  form: readonly string[],
): Promise<z.infer<typeof Report>> {
  const folder = mkdtempSync(join(tmpdir(), 'bangui-lighthouse-'))
  try {
    const file = join(folder, 'report.json')
    const installed = process.env['LIGHTHOUSE']
    const program = installed === undefined ? ['npx', '--yes', 'lighthouse@13.5.0'] : [installed]
    const [command = '', ...args] = program
    await promisify(execFile)(
      command,
      [
        ...args,
        url,
        ...form,
        '--quiet',
        '--output=json',
        `--output-path=${file}`,
        `--only-categories=${CATEGORIES.join(',')}`,
        `--extra-headers=${JSON.stringify({ cookie })}`,
        '--chrome-flags=--headless=new --no-sandbox --disable-gpu',
      ],
      { env: { ...process.env, CHROME_PATH: '/usr/bin/chromium' } },
    )
    return Report.parse(JSON.parse(readFileSync(file, 'utf8')))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const METRICS = [
  'first-contentful-paint',
  'largest-contentful-paint',
  'total-blocking-time',
  'cumulative-layout-shift',
]

function lineOf(what: string, { categories, audits }: z.infer<typeof Report>): string {
  const scores = CATEGORIES.map((name) => Math.round((categories[name].score ?? 0) * 100)).join(' / ')
  const metrics = METRICS.map((name) => `${name} ${audits[name]?.displayValue ?? '?'}`).join(', ')
  return `${what.padEnd(16)} ${scores.padEnd(16)} ${metrics}`
}

ensureSystemPackages(['fail2ban', 'chromium'])
const fail2ban = await startFail2ban()
const folder = mkdtempSync(join(tmpdir(), 'bangui-lighthouse-'))
const console_ = spawnConsole(
  {
    DATABASE_URL: `sqlite:${join(folder, 'bangui.db')}`,
    FAIL2BAN_SOCKET: fail2ban.socket,
    FAIL2BAN_CONFIG_DIR: fail2ban.configDir,
    BANGUI_ADMIN_USER: ADMIN.username,
    BANGUI_ADMIN_PASSWORD: ADMIN.password,
  },
  MAIN,
)
try {
  const isReady = async () => console_.url() !== '' && (await fetch(`${console_.url()}/readyz`)).ok
  await waitFor(isReady, { what: 'the console to be ready', timeoutMs: 30_000 })
  const ips = Array.from({ length: 200 }, (_, index) => `198.51.100.${index + 1}`)
  await fail2ban.client('set', 'nginx-http-auth', 'banip', ...ips)
  const cookie = await signIn(console_.url())
  console.log('performance / accessibility / best practices')
  for (const [form, options] of Object.entries(FORMS)) {
    for (const path of PAGES) {
      const report = await inspect(console_.url() + path, path === '/login' ? '' : cookie, options)
      console.log(lineOf(`${path} ${form}`, report))
      for (const { title, score } of Object.values(report.audits)) {
        if (score === 0) console.log(`    ${title}`)
      }
    }
  }
} finally {
  await console_.stop()
  await fail2ban.stop()
  rmSync(folder, { recursive: true, force: true })
}
