import { chownSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ADMIN, spawnConsole, type ConsoleProcess } from './console-process.ts'
import { startFail2ban, type Fail2banOptions, type Fail2banServer } from './fail2ban-server.ts'
import { startNameServer, type NameServer } from './name-server.ts'
import { productionSettings, type ProductionSettings } from './production-settings.ts'
import { freePort, startRedis, type RedisServer } from './redis-server.ts'
import { startCaddy, type ReverseProxy } from './reverse-proxy.ts'
import { asUser } from './unprivileged.ts'
import { waitFor } from './wait-for.ts'

type Env = Readonly<Record<string, string>>

export interface ProductionOptions {
  /** The compiled program; the sources unless named. */
  readonly script?: string
  readonly fail2ban?: Fail2banOptions
  /** For the replicas and the agent, beyond what compose.prod.yml says. */
  readonly env?: Env
  /** A program that starts the agent, with its arguments. */
  readonly agentThrough?: readonly string[]
}

/** compose.prod.yml without containers: Caddy, three replicas, an agent, Redis and a fail2ban, all real. */
export interface Production {
  /** `https://localhost:PORT/bangui`: the way through Caddy. */
  readonly url: string
  readonly proxy: ReverseProxy
  readonly fail2ban: Fail2banServer
  readonly redis: RedisServer
  /** The port that all replicas have. */
  readonly port: number
  /** Those that were begun, in the order of their addresses. */
  readonly web: readonly ConsoleProcess[]
  readonly agent: ConsoleProcess
  /** Everything that replicas and agent have logged. */
  log(): string
  /** Ends all replicas. */
  readonly stopWeb: () => Promise<void>
  /** Three replicas again. */
  readonly startWeb: () => Promise<void>
  /** Ends it all. Idempotent. */
  readonly stop: () => Promise<void>
}

/** As in docker/Dockerfile. Whoever is not root cannot become somebody else, and has no socket that others may not reach. */
const UNPRIVILEGED = 1000
export const AS_UNPRIVILEGED = asUser(UNPRIVILEGED)
/** Each has an address of its own and all have the same port, as containers have. */
export const ADDRESSES = ['127.0.0.2', '127.0.0.3', '127.0.0.4'] as const
export const BASE_PATH = '/bangui/'

export async function startProduction(options: ProductionOptions = {}): Promise<Production> {
  const opened = new AsyncDisposableStack()
  try {
    return await openProduction(options, opened)
  } catch (error) {
    await opened.disposeAsync()
    throw error
  }
}

async function openProduction(options: ProductionOptions, opened: AsyncDisposableStack): Promise<Production> {
  const folder = mkdtempSync(join(tmpdir(), 'bangui-production-'))
  opened.defer(() => rmSync(folder, { recursive: true, force: true }))
  const [redisPort, publicPort, port] = [await freePort(), await freePort(), await freePort()]
  const fail2ban = await startFail2ban(options.fail2ban)
  opened.defer(() => fail2ban.stop())
  const settings = productionSettings({
    folder,
    site: `localhost:${publicPort}`,
    basePath: BASE_PATH,
    port,
    redisPort,
    fail2ban,
  })
  const redis = await startRedis({ port: redisPort, ...settings.redis })
  opened.defer(() => redis.stop())
  const names = await startNameServer()
  opened.defer(() => names.stop())
  const proxy = await startCaddy(publicPort, { resolver: names.address, port })
  opened.defer(() => proxy.stop())
  giveAway(folder)
  const replicas = createReplicas({ options, settings, names })
  opened.defer(() => replicas.stop())
  const agent = spawnConsole(changed(settings.agent, options.env), options.script, options.agentThrough)
  opened.defer(() => agent.stop())
  await Promise.all([
    replicas.start(),
    untilReady(agent, async () => agent.output().includes('ready: agent')),
  ])
  return {
    url: `${proxy.origin}${BASE_PATH.slice(0, -1)}`,
    proxy,
    fail2ban,
    redis,
    port,
    web: replicas.all,
    agent,
    log: () => [...replicas.ended, ...replicas.all, agent].map((one) => one.output()).join(''),
    stopWeb: () => replicas.stop(),
    startWeb: () => replicas.start(),
    stop: () => opened.disposeAsync(),
  }
}

/** A secret that is given takes the place of its file. */
function changed(settings: Env, by: Env = {}): Env {
  const kept = Object.entries(settings).filter(([name]) => !(name.replace(/_FILE$/, '') in by))
  return { ...Object.fromEntries(kept), ...by }
}

/** The folder, which stands for the volumes, belongs to whom the replicas run as. */
function giveAway(folder: string): void {
  if (AS_UNPRIVILEGED.length === 0) return
  for (const path of [folder, join(folder, 'data')]) chownSync(path, UNPRIVILEGED, UNPRIVILEGED)
}

function createReplicas(given: {
  options: ProductionOptions
  settings: ProductionSettings
  names: NameServer
}) {
  const { options, settings, names } = given
  const all: ConsoleProcess[] = []
  const ended: ConsoleProcess[] = []
  const admin = { BANGUI_ADMIN_USER: ADMIN.username, BANGUI_ADMIN_PASSWORD: ADMIN.password }

  const startOne = async (address: string): Promise<void> => {
    const isSetUpByHand = options.env?.['BANGUI_SETUP_TOKEN'] !== undefined
    const env = {
      ...changed(settings.web, options.env),
      ...(isSetUpByHand ? {} : admin),
      HOST: address,
    }
    const replica = spawnConsole(env, options.script, AS_UNPRIVILEGED)
    all.push(replica)
    await untilReady(replica, async () => replica.url() !== '' && (await fetch(`${replica.url()}/readyz`)).ok)
  }
  return {
    all,
    ended,
    async start() {
      const [first, ...others] = ADDRESSES
      await startOne(first)
      await Promise.all(others.map(startOne))
      names.use(ADDRESSES)
    },
    async stop() {
      await Promise.all(all.map((replica) => replica.stop()))
      names.use([])
      ended.push(...all.splice(0))
    },
  }
}

async function untilReady(started: ConsoleProcess, isReady: () => Promise<boolean>): Promise<void> {
  let hasEnded = false
  void started.exited.then(() => (hasEnded = true))
  try {
    const condition = async (): Promise<boolean> => hasEnded || (await isReady())
    await waitFor(condition, { what: 'it to be ready', timeoutMs: 60_000, everyMs: 50 })
    if (hasEnded) throw new Error('It ended.')
  } catch (error) {
    throw new Error(`A part of the production did not start:\n${started.output()}`, { cause: error })
  }
}
