import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { resolve } from 'node:path'
import { buffer, text } from 'node:stream/consumers'
import { runPython } from './python.ts'

const MAIN = resolve(import.meta.dirname, '../../src/server/main.ts')

export interface CommandResult {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

type Env = Readonly<Record<string, string>>

const withPath = (env: Env): Env => ({ PATH: process.env['PATH'] ?? '', ...env })

/** Runs `bangui` with these words and waits for its end. Without `input` its standard input is empty. */
export async function bangui(args: readonly string[], env: Env, input?: string): Promise<CommandResult> {
  const { stdout, ...result } = await banguiBytes(args, env, input)
  return { ...result, stdout: stdout.toString('utf8') }
}

/** The same for what writes more than text. */
export async function banguiBytes(
  args: readonly string[],
  env: Env,
  input = '',
): Promise<Omit<CommandResult, 'stdout'> & { readonly stdout: Buffer }> {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', MAIN, ...args], {
    env: withPath(env),
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  // It may have ended without reading it.
  child.stdin.on('error', () => undefined)
  child.stdin.end(input)
  const ended = once(child, 'close')
  const [stdout, stderr] = await Promise.all([buffer(child.stdout), text(child.stderr)])
  const [status] = await ended
  return { status: status as number | null, stdout, stderr }
}

/**
 * Runs it on a terminal: after each text that appears there, its keys are pressed. Gives all that the terminal showed, and the
 * exit status.
 */
export function banguiOnTerminal(
  args: readonly string[],
  env: Env,
  dialogue: ReadonlyArray<readonly [appears: string, keys: string]>,
): { readonly screen: string; readonly status: number } {
  const command = [process.execPath, '--disable-warning=ExperimentalWarning', MAIN, ...args]
  return runPython(ON_TERMINAL, { command, env: withPath(env), dialogue }) as {
    screen: string
    status: number
  }
}

const ON_TERMINAL = `
import json, os, pty, sys
given = json.load(sys.stdin)
pid, terminal = pty.fork()
if pid == 0:
    os.execve(given['command'][0], given['command'], given['env'])
screen, seen = b'', 0
def read():
    global screen
    try:
        more = os.read(terminal, 4096)
    except OSError:
        more = b''
    screen += more
    return more != b''
for appears, keys in given['dialogue']:
    while appears.encode() not in screen[seen:]:
        if not read():
            break
    seen = len(screen)
    os.write(terminal, keys.encode())
while read():
    pass
status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
json.dump({'screen': screen.decode(), 'status': status}, sys.stdout)
`
