import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

export interface Child {
  readonly process: ChildProcess
  /** What it has said on standard output so far, by lines. */
  readonly lines: readonly string[]
  readonly errors: readonly string[]
  /** Resolves with the exit status, or with the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals>
  kill(signal: NodeJS.Signals): void
}

/** Runs a script of tests/support as a process of its own, with this Node. */
export function runScript(script: string, args: readonly string[]): Child {
  const path = fileURLToPath(new URL(script, import.meta.url))
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', path, ...args], {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { ...process.env, NODE_OPTIONS: '' },
  })
  const lines: string[] = []
  const errors: string[] = []
  collect(child.stdout, lines)
  collect(child.stderr, errors)
  const ended = once(child, 'close').then(([status, signal]) => (signal ?? status) as number | NodeJS.Signals)
  return { process: child, lines, errors, ended, kill: (signal) => void child.kill(signal) }
}

function collect(stream: NodeJS.ReadableStream, lines: string[]): void {
  let rest = ''
  stream.setEncoding('utf8')
  stream.on('data', (text: string) => {
    const parts = `${rest}${text}`.split('\n')
    rest = parts.pop() ?? ''
    lines.push(...parts)
  })
  stream.on('end', () => {
    if (rest !== '') lines.push(rest)
  })
}
