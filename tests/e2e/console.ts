import { resolve } from 'node:path'
import { test as base, expect, type Page } from '@playwright/test'
import {
  ADMIN,
  AS_ANYBODY,
  spawnConsole,
  temporaryFolder,
  type ConsoleProcess,
} from '../support/console-process.ts'
import { startFail2ban, type Fail2banOptions, type Fail2banServer } from '../support/fail2ban-server.ts'
import { startProduction } from '../support/production.ts'
import { waitFor } from '../support/wait-for.ts'
import { watchForAftermath } from './aftermath.ts'
import { IS_PRODUCTION } from './topology.ts'

/** What is tested: the build that ships, or another one, so that building again does not pull it away under a run. */
export const DIST = process.env['BANGUI_DIST'] ?? resolve(import.meta.dirname, '../../dist')
const MAIN = resolve(DIST, 'server/main.js')

/** A fail2ban and the console as it is shipped, both real, of a test's own. */
export interface Machine {
  readonly fail2ban: Fail2banServer
  readonly url: string
  /** `http://HOST:PORT` of what serves it, each process by itself. */
  processes(): string[]
  /** Everything the console has logged. */
  log(): string
  stopConsole(): Promise<void>
  /** On the same port and database. */
  startConsole(): Promise<void>
}

export interface MachineOptions {
  /** Names the setup token instead of creating the administrator. */
  readonly setupToken?: string
  readonly fail2ban?: Fail2banOptions
  /** Where browsers find the console, if a proxy were in front of it. */
  readonly publicUrl?: string
  /** For the console the modes of files hold, even where root starts it. */
  readonly isConfined?: boolean
  /** Further settings, as those of a Redis. */
  readonly env?: Readonly<Record<string, string>>
}

/** Those that are not ended yet, of this worker of Playwright. */
const running = new Set<Machine>()

export async function startMachine(options: MachineOptions = {}): Promise<Machine & AsyncDisposable> {
  const machine = await (IS_PRODUCTION ? startProductionMachine(options) : startMonolith(options))
  running.add(machine)
  return {
    ...machine,
    async [Symbol.asyncDispose]() {
      running.delete(machine)
      await machine[Symbol.asyncDispose]()
    },
  }
}

async function startMonolith(options: MachineOptions): Promise<Machine & AsyncDisposable> {
  const fail2ban = await startFail2ban(options.fail2ban)
  const folder = temporaryFolder()
  let spawned: ConsoleProcess | undefined
  let url = ''

  async function start(): Promise<void> {
    spawned = spawnConsole(
      {
        ...(url !== '' && { PORT: new URL(url).port }),
        DATABASE_URL: folder.database,
        FAIL2BAN_SOCKET: fail2ban.socket,
        FAIL2BAN_CONFIG_DIR: fail2ban.configDir,
        ...options.env,
        ...(options.publicUrl !== undefined && { PUBLIC_URL: options.publicUrl }),
        ...(options.setupToken === undefined
          ? { BANGUI_ADMIN_USER: ADMIN.username, BANGUI_ADMIN_PASSWORD: ADMIN.password }
          : { BANGUI_SETUP_TOKEN: options.setupToken }),
      },
      MAIN,
      options.isConfined ? AS_ANYBODY : [],
    )
    await untilReady(spawned)
    url = spawned.url()
  }

  const end = async () => {
    ended.add(url)
    await spawned?.stop()
    await fail2ban.stop()
    folder.dispose()
  }
  try {
    await start()
  } catch (error) {
    await end()
    throw error
  }
  return {
    fail2ban,
    url,
    processes: () => [url],
    log: () => spawned?.output() ?? '',
    stopConsole: async () => spawned?.stop(),
    startConsole: start,
    [Symbol.asyncDispose]: end,
  }
}

/** The console is then three replicas, and stopping it leaves the agent, Redis and the proxy alone. */
async function startProductionMachine(options: MachineOptions): Promise<Machine & AsyncDisposable> {
  const { setupToken, fail2ban } = options
  const production = await startProduction({
    script: MAIN,
    ...(fail2ban && { fail2ban }),
    env: { ...options.env, ...(setupToken !== undefined && { BANGUI_SETUP_TOKEN: setupToken }) },
    agentThrough: options.isConfined ? AS_ANYBODY : [],
  })
  return {
    fail2ban: production.fail2ban,
    url: production.url,
    processes: () => production.web.map((replica) => replica.url()),
    log: () => production.log(),
    stopConsole: production.stopWeb,
    startConsole: production.startWeb,
    async [Symbol.asyncDispose]() {
      ended.add(new URL(production.url).origin)
      await production.stop()
    },
  }
}

async function untilReady(started: ConsoleProcess): Promise<void> {
  let hasEnded = false
  void started.exited.then(() => (hasEnded = true))
  const isReady = async () =>
    hasEnded || (started.url() !== '' && (await fetch(`${started.url()}/readyz`)).ok)
  try {
    await waitFor(isReady, { what: 'the console to be ready', timeoutMs: 30_000, everyMs: 50 })
    if (hasEnded) throw new Error('It ended.')
  } catch (error) {
    throw new Error(`The console did not start:\n${started.output()}`, { cause: error })
  }
}

/** Origins of consoles that their tests are done with: a page that is still open misses what it would have fetched next. */
const ended = new Set<string>()

function originOf(url: string): string {
  return URL.canParse(url) ? new URL(url).origin : url
}

/** What the browser complained about. */
export interface Complaints {
  /** From now on such a complaint is what the test wants, as a refused sign-in. */
  expect(pattern: RegExp): void
}

/** What browsers log, and nothing can keep them from it, when a request is refused or nobody answers. */
export const REFUSED = /Failed to load resource: the server responded with a status of 4/
export const UNREACHABLE = /Failed to load resource: (?:net::ERR_|the server responded with a status of 50)/

interface TestFixtures {
  readonly complaints: Complaints
  /** Tells of it when a test has failed. */
  readonly aftermath: undefined
  /** The overview of `machine`, signed in. */
  readonly overview: Page
}

interface WorkerFixtures {
  readonly machineOptions: MachineOptions
  /** Shared by the tests of a worker. Each of them begins without bans. */
  readonly machine: Machine
}

export const test = base.extend<TestFixtures, WorkerFixtures>({
  machineOptions: [{}, { option: true, scope: 'worker' }],

  machine: [
    async ({ machineOptions }, use) => {
      await using machine = await startMachine(machineOptions)
      await use(machine)
    },
    { scope: 'worker', timeout: 90_000 },
  ],

  complaints: [
    async ({ page }, use) => {
      const heard: string[] = []
      const expected: RegExp[] = []
      await page.addInitScript(() => {
        document.addEventListener('securitypolicyviolation', (event) => {
          console.error(`policy violated: ${event.violatedDirective} ${event.blockedURI} ${event.sample}`)
        })
      })
      page.on('console', (message) => {
        if (ended.has(originOf(message.location().url))) return
        if (message.type() === 'error' || message.type() === 'warning') heard.push(message.text())
      })
      page.on('pageerror', (error) => heard.push(String(error)))
      await use({ expect: (pattern) => void expected.push(pattern) })
      const unexpected = heard.filter((text) => !expected.some((pattern) => pattern.test(text)))
      expect(unexpected, 'what the browser complained about').toEqual([])
    },
    { auto: true },
  ],

  aftermath: [
    async ({ context }, use, testInfo) => {
      const tell = watchForAftermath(context)
      await use(undefined)
      await tell(testInfo, running)
    },
    { auto: true },
  ],

  overview: async ({ page, machine }, use) => {
    await machine.fail2ban.client('unban', '--all')
    await openOverview(page, machine)
    await use(page)
  },
})

export { expect } from '@playwright/test'

/** Signs in without the page. */
export async function signIn(page: Page, machine: Pick<Machine, 'url'>): Promise<void> {
  const answer = await page.request.post(`${machine.url}/api/v1/session`, { data: ADMIN })
  expect(answer.status()).toBe(200)
}

/** Signs in without the page and opens the overview; resolves once it shows what is true. */
export async function openOverview(page: Page, machine: Pick<Machine, 'url'>, path = '/'): Promise<void> {
  await signIn(page, machine)
  await page.goto(machine.url + path)
  await expect(page.getByText('Protection is working')).toBeVisible({ timeout: 20_000 })
  await expect(page.getByText('Live', { exact: true })).toBeVisible()
}

/** What fail2ban itself says of a jail. */
export async function bannedIn(machine: Pick<Machine, 'fail2ban'>, jail: string): Promise<string[]> {
  const output = await machine.fail2ban.client('get', jail, 'banip')
  return output.split(/\s+/).filter((word) => word !== '')
}
