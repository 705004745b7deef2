import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { randomBytes, randomInt } from 'node:crypto'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { EXIT } from '../../src/server/startup/exit-status.ts'
import { isAlive } from '../../src/server/startup/process-identity.ts'
import { startDemoConsoles, type DemoConsoles } from './demo-consoles.ts'
import { startFail2ban, type Fail2banServer } from './fail2ban-server.ts'
import { DEMO_BANTIMES, DEMO_JAILS, DEMO_JAILS_TEXT, writePastAttacks } from './past-attacks.ts'
import { startRedis, type RedisServer } from './redis-server.ts'
import { childrenOf } from './replicas.ts'
import { ensureSystemPackages } from './system-packages.ts'

/**
 * BanGUI with something to look at: a private fail2ban of its own (harmless actions, nothing of this machine's is touched) with a
 * past of some days, and attackers that keep failing to sign in, so that bans keep coming. With `--redis` there is a Redis of its
 * own, too, and any number of workers and replicas. Ends, and leaves nothing behind, with Ctrl C.
 */
const USAGE = 'Usage: npm run demo -- [--replicas 1…9] [--workers NUMBER|auto] [--redis]'
const NETWORKS = ['192.0.2.', '198.51.100.', '203.0.113.', '2001:db8:77::']
const JAILS = ['sshd', 'sshd', 'sshd', 'nginx-http-auth'] as const
/** So that the first look shows more than what has happened since. */
const PAST = { bans: 3_000, days: 6, seed: 11 }
/** How long a Redis that was shut down stays away: long enough to see what the screens say. */
const REDIS_AWAY_MS = 15_000

interface Demo {
  readonly replicas: number
  readonly redis: boolean
  /** As given; the console judges it. */
  readonly workers: string | undefined
}

/** Undefined: not understood. */
function readArguments(args: string[]): Demo | undefined {
  try {
    const { replicas, redis, workers } = parseArgs({
      args,
      options: {
        replicas: { type: 'string', default: '1' },
        redis: { type: 'boolean', default: false },
        workers: { type: 'string' },
      },
    }).values
    if (!/^[1-9]$/.test(replicas)) return undefined
    return { replicas: Number(replicas), workers, redis: redis || replicas !== '1' }
  } catch {
    return undefined
  }
}

async function untilReady(url: string, ended: AbortSignal): Promise<void> {
  while (!ended.aborted) {
    const answer = await fetch(`${url}/readyz`).catch(() => undefined)
    if (answer?.ok) return
    await pause(100)
  }
}

function openBrowser(url: string): void {
  const opener = ['/usr/bin/xdg-open', '/usr/bin/open'].find((path) => existsSync(path))
  if (opener && (process.env['DISPLAY'] ?? process.env['WAYLAND_DISPLAY'])) {
    spawn(opener, [url], { stdio: 'ignore', detached: true }).unref()
  }
}

function whatToTry(consoles: DemoConsoles, redis: RedisServer): string {
  const running = consoles.running()
  const [first] = running
  const [worker] = childrenOf(first?.pid ?? 0)
  const ofReplicas = [
    ...running.map(({ url, pid }, index) => `    Replica ${index + 1}           ${url}   process ${pid}`),
    `    Kill a replica      kill -9 ${first?.pid}    (nobody is signed out, no ban is lost)`,
  ]
  const ofWorkers = [
    `    Kill a worker       kill -9 ${worker}`,
    `    Renew all workers   kill -HUP ${first?.pid}`,
  ]
  return [
    `  Watch ${consoles.url}/health and try`,
    ...(running.length > 1 ? ofReplicas : []),
    ...(worker === undefined ? [] : ofWorkers),
    `    Stop Redis          redis-cli -p ${redis.port} shutdown    (started again after ${REDIS_AWAY_MS / 1000} s)`,
    `    Hang Redis          kill -STOP ${redis.pid()}; sleep 10; kill -CONT ${redis.pid()}`,
    '',
  ].join('\n')
}

async function attack(fail2ban: Fail2banServer, stopped: AbortSignal): Promise<void> {
  while (!stopped.aborted) {
    const network = NETWORKS[randomInt(NETWORKS.length)] ?? ''
    const jail = JAILS[randomInt(JAILS.length)] ?? 'sshd'
    fail2ban.writeFailures(jail, `${network}${randomInt(1, 255)}`, randomInt(1, 5))
    await pause(randomInt(300, 2_500), undefined, { signal: stopped }).catch(() => undefined)
  }
}

/** Whoever tries what happens without Redis is to see it come back, too. */
async function keepRunning(redis: RedisServer, stopped: AbortSignal): Promise<void> {
  while (!stopped.aborted) {
    const pid = redis.pid()
    if (pid !== undefined && !isAlive({ pid, startTicks: '' })) {
      console.log(`  Redis has ended. It is started again in ${REDIS_AWAY_MS / 1000} s.`)
      await pause(REDIS_AWAY_MS, undefined, { signal: stopped }).catch(() => undefined)
      if (stopped.aborted) return
      await redis.restart()
      console.log('  Redis is back.')
    }
    await pause(500, undefined, { signal: stopped }).catch(() => undefined)
  }
}

async function run({ replicas, redis: withRedis, workers }: Demo): Promise<number> {
  ensureSystemPackages(withRedis ? ['fail2ban', 'redis-server'] : ['fail2ban'])
  const stopping = new AbortController()
  const stopped = stopping.signal
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stopping.abort())

  await using opened = new AsyncDisposableStack()
  const folder = mkdtempSync(join(tmpdir(), 'bangui-demo-'))
  opened.defer(() => rmSync(folder, { recursive: true, force: true }))
  const fail2ban = await startFail2ban({
    bantimeSeconds: { ...DEMO_BANTIMES, 'nginx-http-auth': 300 },
    extraJails: DEMO_JAILS_TEXT,
    expectedJails: ['sshd', 'nginx-http-auth', 'recidive', ...DEMO_JAILS],
  })
  opened.defer(() => fail2ban.stop())
  await fail2ban.shutDown()
  writePastAttacks(fail2ban.database, PAST)
  await fail2ban.restart()
  // Kept on disk as it should be in earnest: else a restart would sign everybody out.
  const redis = withRedis ? await startRedis({ config: ['appendonly yes'] }) : undefined
  opened.defer(() => redis?.stop())

  const password = randomBytes(9).toString('base64url')
  const consoles = await startDemoConsoles({
    replicas,
    port: 8080,
    env: {
      DATABASE_URL: `sqlite:${join(folder, 'bangui.db')}`,
      BANGUI_ADMIN_USER: 'demo',
      BANGUI_ADMIN_PASSWORD: password,
      FAIL2BAN_SOCKET: fail2ban.socket,
      FAIL2BAN_CONFIG_DIR: fail2ban.configDir,
      ...(workers === undefined ? {} : { BANGUI_WORKERS: workers }),
      ...(redis ? { STATE_BACKEND: 'redis', REDIS_URL: redis.url } : {}),
    },
  })
  void consoles.ended.then(() => stopping.abort())
  for (const { url } of consoles.running()) await untilReady(url, stopped)
  if (!stopped.aborted) {
    console.log(`\n  BanGUI     ${consoles.url}\n  User       demo\n  Password   ${password}\n`)
    if (redis) console.log(whatToTry(consoles, redis))
    console.log('  Attackers are at work. Ctrl C ends everything.\n')
    openBrowser(consoles.url)
  }
  await Promise.all([attack(fail2ban, stopped), redis && keepRunning(redis, stopped)])
  consoles.stop()
  const status = await consoles.ended
  if (status === EXIT.misconfigured && workers !== undefined && !redis) {
    console.error('Here that is: add --redis.')
  }
  return status
}

const demo = readArguments(process.argv.slice(2))
if (demo) {
  process.exitCode = await run(demo)
} else {
  console.error(USAGE)
  process.exitCode = 2
}
