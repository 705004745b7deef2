import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { join, resolve } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { EXIT } from '../../src/server/startup/exit-status.ts'
import { startHttpBalancer, type HttpBalancer } from './http-balancer.ts'

/** As a supervisor would; long enough to see on the Health page who is missing. */
const RESTART_AFTER_MS = 5_000

const DIST = process.env['BANGUI_DIST'] ?? resolve(import.meta.dirname, '../../dist')

type Env = Readonly<Record<string, string>>

export interface DemoConsoles {
  /** Where people go. */
  readonly url: string
  /** Of each replica that runs: its own address, and the process to signal, which is the primary where there are several workers. */
  running(): ReadonlyArray<{ url: string; pid: number }>
  /** Resolves with the exit status of one that ended for good, when none is left. */
  readonly ended: Promise<number>
  stop(): void
}

/**
 * The built console: one process, or so many replicas behind a proxy that gives each request to the next of them. One that
 * is killed is started again after some seconds.
 */
export async function startDemoConsoles(options: {
  replicas: number
  env: Env
  /** A free one is taken instead where it is not free. */
  port: number
}): Promise<DemoConsoles> {
  const port = await freePort(options.port)
  const ports = options.replicas === 1 ? [port] : []
  while (ports.length < options.replicas) ports.push(await freePort(0))
  const balancer = ports.length > 1 ? await startHttpBalancer(ports.map(addressOf), { port }) : undefined
  const behind: Env = balancer ? { TRUST_PROXY: '1' } : {}
  const all = ports.map((each) => keepRunning({ ...options.env, ...behind, PORT: String(each) }))
  return {
    url: addressOf(port),
    running: () => all.flatMap((replica) => replica.running()),
    ended: endOf(all, balancer),
    stop: () => all.forEach((replica) => replica.stop()),
  }
}

interface Kept extends Pick<DemoConsoles, 'running' | 'ended' | 'stop'> {}

async function endOf(all: readonly Kept[], balancer: HttpBalancer | undefined): Promise<number> {
  const statuses = await Promise.all(all.map((replica) => replica.ended))
  await balancer?.stop()
  return statuses.find((status) => status !== EXIT.stopped) ?? EXIT.stopped
}

/** One console, started again when a signal has ended it. */
function keepRunning(env: Env): Kept {
  const stopping = new AbortController()
  let child: ChildProcess | undefined
  async function untilItEnds(): Promise<number> {
    while (!stopping.signal.aborted) {
      child = spawnConsole(env)
      const [status] = (await once(child, 'exit')) as [number | null]
      child = undefined
      if (status !== null) return status
      console.log(`  A console was killed. It is started again in ${RESTART_AFTER_MS / 1000} s.`)
      await pause(RESTART_AFTER_MS, undefined, { signal: stopping.signal }).catch(() => undefined)
    }
    return EXIT.stopped
  }
  return {
    running: () =>
      child?.pid === undefined ? [] : [{ url: addressOf(Number(env['PORT'])), pid: child.pid }],
    ended: untilItEnds(),
    stop: () => {
      stopping.abort()
      child?.kill('SIGTERM')
    },
  }
}

/** It ends with this process, even when that is killed. */
function spawnConsole(env: Env): ChildProcess {
  return spawn('setpriv', ['--pdeathsig', 'TERM', process.execPath, join(DIST, 'server/main.js')], {
    stdio: ['ignore', 'inherit', 'inherit'],
    // Ctrl C is for the demo, which then stops it: a second signal would cut what is under way.
    detached: true,
    // What it warns of, such as cookies without Secure, is no matter here.
    env: { PATH: process.env['PATH'] ?? '', LOG_LEVEL: process.env['LOG_LEVEL'] ?? 'error', ...env },
  })
}

const addressOf = (port: number): string => `http://127.0.0.1:${port}`

async function freePort(wanted: number): Promise<number> {
  const server = createServer()
  server.listen(wanted, '127.0.0.1')
  try {
    await once(server, 'listening')
  } catch {
    return freePort(0)
  }
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
