import { spawn, type ChildProcess } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { once } from 'node:events'

const TICKS_PER_SECOND = 100
const TASKSET = '/usr/bin/taskset'

/** A program under measurement, pinned to the first core where `taskset` exists; load comes from the other cores. */
export interface ServerProcess {
  readonly pid: number
  /** Milliseconds from spawn until its first line on standard output that matched `ready`. */
  readonly readyMs: number
  /** CPU spent so far, user and system, in microseconds. */
  cpuMicros(): number
  rssBytes(): number
  stop(): Promise<void>
}

export async function startServer(options: {
  script: string
  env?: Record<string, string>
  ready: (line: string) => boolean
  core?: number
}): Promise<ServerProcess> {
  const startedAt = performance.now()
  const node = [process.execPath, options.script]
  const [program = '', ...args] = existsSync(TASKSET)
    ? [TASKSET, '-c', String(options.core ?? 0), ...node]
    : node
  const child = spawn(program, args, {
    env: { PATH: process.env['PATH'] ?? '', NODE_ENV: 'production', ...options.env },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const readyMs = await readyTime(child, options.ready, startedAt)
  const pid = child.pid ?? 0
  return {
    pid,
    readyMs,
    cpuMicros: () => {
      const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
        .replace(/^.*\) /, '')
        .split(' ')
      return ((Number(fields[11]) + Number(fields[12])) * 1_000_000) / TICKS_PER_SECOND
    },
    rssBytes: () => {
      const status = readFileSync(`/proc/${pid}/status`, 'utf8')
      return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) * 1024
    },
    stop: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return
      const ended = once(child, 'exit')
      child.kill('SIGTERM')
      await ended
    },
  }
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
