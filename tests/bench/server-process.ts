import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { once } from 'node:events'

const TICKS_PER_SECOND = 100
const TASKSET = '/usr/bin/taskset'

/** The core for what is measured, and the one for what asks it: load and Redis. */
export const SERVER_CORE = '0'
export const OTHER_CORE = '1'

/** A program under measurement, pinned to the first core where `taskset` exists; load comes from the other cores. */
export interface ServerProcess {
  readonly pid: number
  /** Milliseconds from spawn until its first line on standard output that matched `ready`. */
  readonly readyMs: number
  /** CPU spent so far by it and the processes it forked, user and system, in microseconds. */
  cpuMicros(): number
  rssBytes(): number
  stop(): Promise<void>
}

export async function startServer(options: {
  script: string
  env?: Record<string, string>
  ready: (line: string) => boolean
  /** In the words of `taskset`, such as `0,1`. */
  cores?: string
}): Promise<ServerProcess> {
  const startedAt = performance.now()
  const [program = '', ...args] = pinned(options.cores ?? SERVER_CORE, [process.execPath, options.script])
  const child = spawn(program, args, {
    env: { PATH: process.env['PATH'] ?? '', NODE_ENV: 'production', ...options.env },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const readyMs = await readyTime(child, options.ready, startedAt)
  const pid = child.pid ?? 0
  return {
    pid,
    readyMs,
    cpuMicros: () => familyOf(pid).reduce((sum, each) => sum + cpuMicrosOf(each), 0),
    rssBytes: () => familyOf(pid).reduce((sum, each) => sum + rssBytesOf(each), 0),
    stop: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return
      const ended = once(child, 'exit')
      child.kill('SIGTERM')
      await ended
    },
  }
}

/** The command that runs `command` on these cores alone, where that can be had. */
function pinned(cores: string, command: readonly string[]): readonly string[] {
  return existsSync(TASKSET) ? [TASKSET, '-c', cores, ...command] : command
}

/** Moves a process that runs already, with all its threads. */
export function pin(pid: number, cores: string): void {
  if (existsSync(TASKSET)) execFileSync(TASKSET, ['-a', '-c', '-p', cores, String(pid)], { stdio: 'ignore' })
}

function cpuMicrosOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ')
  return ((Number(fields[11]) + Number(fields[12])) * 1_000_000) / TICKS_PER_SECOND
}

function rssBytesOf(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) * 1024
}

/** The process and those it forked. */
function familyOf(pid: number): number[] {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim()
  return [pid, ...children.split(' ').filter(Boolean).map(Number)]
}

async function readyTime(
  child: ChildProcess,
  ready: (line: string) => boolean,
  startedAt: number,
): Promise<number> {
  return new Promise((resolve, reject) => {
    let buffered = ''
    child.stdout?.on('data', (chunk: Buffer) => {
      buffered += chunk.toString()
      const lines = buffered.split('\n')
      buffered = lines.pop() ?? ''
      if (lines.some(ready)) resolve(performance.now() - startedAt)
    })
    child.once('exit', (code) =>
      reject(new Error(`The program ended with status ${code} before it was ready.`)),
    )
  })
}
