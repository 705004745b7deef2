import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { createAttackLogs, type AttackLogs } from './attack-logs.ts'
import { waitFor } from './wait-for.ts'

const run = promisify(execFile)

export interface Fail2banOptions {
  /** Seconds by jail, -1 permanent; otherwise sshd 600, nginx-http-auth 3600, recidive -1. */
  readonly bantimeSeconds?: Readonly<Record<string, number>>
  /** Text of further jails, written to `jail.d/extra.conf`; `%(root)s/log/extra.log` exists for them. */
  readonly extraJails?: string
  /** Whose appearance means ready; the three standard jails unless named. */
  readonly expectedJails?: readonly string[]
  /** false: the server keeps no database. */
  readonly database?: boolean
  /** Stock actions that its jails name, besides ours. */
  readonly stockActions?: readonly string[]
  /** Shell text before each ban action, such as `sleep 2;` or `exit 1;`. */
  readonly actionPrelude?: string
  /** What it calls itself, such as `0.10.6`; otherwise what it is. */
  readonly version?: string
}

export interface Fail2banServer extends AttackLogs {
  /** Folder of everything below; gone after `stop`. */
  readonly root: string
  readonly socket: string
  readonly database: string
  readonly configDir: string
  /** What the actions did, a line each: `ban JAIL IP BANTIME FAILURES`, `unban JAIL IP`, `start JAIL`… */
  actionLog(): string
  /** The server's own log. */
  log(): string
  /** Runs the real fail2ban-client and returns its output; rejects with it when the client fails. */
  client(...args: readonly string[]): Promise<string>
  /** Stops the process where it stands, as a hung server; `thaw` lets it go on. */
  freeze(): void
  thaw(): void
  /** Ends it without cleaning up, as a crash: the socket stays behind. */
  kill(): Promise<void>
  /** Ends it properly and leaves the folder. */
  shutDown(): Promise<void>
  /** Starts it again on the same folder, ending it properly first where it still runs. */
  restart(): Promise<void>
  /** Ends it and removes the folder. Idempotent. */
  stop(): Promise<void>
}

/**
 * A real fail2ban-server of our own under a temporary folder: no firewall, no DNS, nothing of this machine's is touched. It
 * is ready when the expected jails are listed, and it dies with this process whatever happens.
 */
export async function startFail2ban(options: Fail2banOptions = {}): Promise<Fail2banServer> {
  const root = mkdtempSync(join(tmpdir(), 'bangui-fail2ban-'))
  const configDir = join(root, 'etc')
  writeConfiguration(root, configDir, options)
  if (options.version !== undefined) writeVersion(root, options.version)
  const expectedJails = options.expectedJails ?? ['sshd', 'nginx-http-auth', 'recidive']
  let server: ChildProcess | undefined

  const client = async (...args: readonly string[]): Promise<string> => {
    const { stdout } = await run('/usr/bin/fail2ban-client', ['-c', configDir, ...args], {
      maxBuffer: 64 << 20,
    })
    return stdout
  }
  const end = async (signal: 'SIGTERM' | 'SIGKILL'): Promise<void> => {
    const ending = server
    server = undefined
    if (!ending || ending.exitCode !== null || ending.signalCode !== null) return
    const gone = once(ending, 'exit')
    ending.kill(signal)
    // A frozen one hears only SIGKILL.
    if (signal === 'SIGTERM') ending.kill('SIGCONT')
    const impatience = setTimeout(() => ending.kill('SIGKILL'), 15_000)
    await gone
    clearTimeout(impatience)
  }
  const start = async (): Promise<void> => {
    server = launch(root, configDir)
    try {
      await untilListed(server, client, expectedJails)
    } catch (error) {
      await end('SIGKILL')
      throw new Error(`fail2ban-server did not start:\n${readOrNothing(join(root, 'console.log'))}`, {
        cause: error,
      })
    }
  }
  const stop = async (): Promise<void> => {
    await end('SIGTERM')
    rmSync(root, { recursive: true, force: true })
  }
  try {
    await start()
  } catch (error) {
    rmSync(root, { recursive: true, force: true })
    throw error
  }
  return {
    root,
    socket: join(root, 'fail2ban.sock'),
    database: join(root, 'fail2ban.sqlite3'),
    configDir,
    ...createAttackLogs(join(root, 'log')),
    actionLog: () => readOrNothing(join(root, 'actions.log')),
    log: () => readOrNothing(join(root, 'fail2ban.log')),
    client,
    freeze: () => void server?.kill('SIGSTOP'),
    thaw: () => void server?.kill('SIGCONT'),
    kill: () => end('SIGKILL'),
    shutDown: () => end('SIGTERM'),
    restart: async () => {
      await end('SIGTERM')
      await start()
    },
    stop,
  }
}

function writeConfiguration(root: string, configDir: string, options: Fail2banOptions): void {
  cpSync(join(import.meta.dirname, 'fail2ban-config'), configDir, { recursive: true })
  cpSync('/etc/fail2ban/filter.d', join(configDir, 'filter.d'), { recursive: true })
  for (const action of options.stockActions ?? []) {
    cpSync(`/etc/fail2ban/action.d/${action}.conf`, join(configDir, `action.d/${action}.conf`))
  }
  for (const folder of ['jail.d', 'fail2ban.d']) mkdirSync(join(configDir, folder))
  mkdirSync(join(root, 'log'))
  // One missing log file would stop the whole start.
  for (const name of ['auth', 'nginx-error', 'fail2ban-seen', 'extra']) {
    writeFileSync(join(root, 'log', `${name}.log`), '')
  }
  const database = options.database === false ? 'dbfile = None\n' : ''
  writeFileSync(join(configDir, 'fail2ban.local'), `[DEFAULT]\nroot = ${root}\n${database}`)
  const bantimes = Object.entries(options.bantimeSeconds ?? {}).map(
    ([jail, seconds]) => `[${jail}]\nbantime = ${seconds}\n`,
  )
  const defaults = `[DEFAULT]\nroot = ${root}\nprelude = ${options.actionPrelude ?? ''}\n`
  writeFileSync(join(configDir, 'jail.local'), [defaults, ...bantimes].join('\n'))
  if (options.extraJails !== undefined)
    writeFileSync(join(configDir, 'jail.d/extra.conf'), options.extraJails)
}

/** The program of this machine but for its number, where `launch` has Python look first. */
function writeVersion(root: string, version: string): void {
  const installed = '/usr/lib/python3/dist-packages/fail2ban'
  const folder = join(root, 'python/fail2ban')
  mkdirSync(folder, { recursive: true })
  const rest = readdirSync(installed).filter((name) => name !== 'version.py' && name !== '__pycache__')
  for (const name of rest) symlinkSync(join(installed, name), join(folder, name))
  const text = readFileSync(join(installed, 'version.py'), 'utf8')
  writeFileSync(join(folder, 'version.py'), text.replace(/^version = .*$/m, `version = "${version}"`))
}

function launch(root: string, configDir: string): ChildProcess {
  const command = ['/usr/bin/fail2ban-server', '-c', configDir, '-x', '-f', 'start']
  // setpriv has the kernel end the server when this process ends, even when it is killed.
  const line = `exec setpriv --pdeathsig KILL ${command.join(' ')} > ${join(root, 'console.log')} 2>&1`
  // Detached, as Ctrl C in a terminal is not for it: what uses it ends first.
  const env = { ...process.env, PYTHONPATH: join(root, 'python') }
  return spawn('/bin/sh', ['-c', line], { stdio: 'ignore', detached: true, env })
}

async function untilListed(
  server: ChildProcess,
  client: Fail2banServer['client'],
  jails: readonly string[],
): Promise<void> {
  let exited = false
  server.once('exit', () => (exited = true))
  const listed = async (): Promise<boolean> => {
    if (exited) return true
    const output = await client('status')
    return jails.every((jail) => new RegExp(`[\\s,]${jail}(?:,|\\s|$)`).test(output))
  }
  await waitFor(listed, { what: `the jails ${jails.join(', ')}`, timeoutMs: 20_000, everyMs: 50 })
  if (exited) throw new Error('It exited.')
}

function readOrNothing(path: string): string {
  return existsSync(path) ? readFileSync(path, 'utf8') : ''
}
