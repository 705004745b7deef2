import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { JailName } from '../../shared/jail.ts'
import { messageOf } from '../lib/errors.ts'
import { checkJailStream } from './config-stream.ts'
import { Fail2banRefused, type ConfigCommand, type ConfigValue } from './fail2ban-client.ts'
import { printable, textOf, type PickleValue } from './protocol/pickle-values.ts'
import { ProgramMissing, PROGRAM_ENVIRONMENT, tryOut } from './scratch-server.ts'
import { listenForStream } from './stream-listener.ts'

/** The jail cannot be brought up from the configuration files as they are. The message says why, for people. */
export class JailStreamError extends Error {
  override readonly name = 'JailStreamError'
}

export interface JailStreamOptions {
  readonly configDir: string
  readonly jail: string
  readonly clientPath?: string
  readonly serverPath?: string
}

const CLIENT_TIMEOUT_MS = 20_000

/**
 * The commands that bring up one jail as the configuration files describe it, proven on a server of our own: a jail that the
 * real server refuses half-way would be gone, with all its bans. Takes about half a second. Rejects with JailStreamError only.
 */
export async function captureJailStream(options: JailStreamOptions): Promise<ConfigCommand[]> {
  const { serverPath = 'fail2ban-server' } = options
  return inFolder(options, async (folder) => {
    const stream = await readStream(options, folder)
    await tryOut(withoutEffects(stream), { folder, serverPath })
    return stream
  })
}

/** The same without the proof, to be looked at only: a tenth of a second. */
export async function readJailStream(options: JailStreamOptions): Promise<ConfigCommand[]> {
  return inFolder(options, (folder) => readStream(options, folder))
}

async function inFolder<T>({ jail }: JailStreamOptions, work: (folder: string) => Promise<T>): Promise<T> {
  // `reload --all` would be about every jail there is.
  if (!JailName.safeParse(jail).success) {
    throw new JailStreamError(`“${printable(jail)}” is not the name of a jail.`)
  }
  const folder = await mkdtemp(join(tmpdir(), 'bangui-jail-'))
  try {
    return await work(folder)
  } catch (error) {
    throw explained(error, jail)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function readStream(options: JailStreamOptions, folder: string): Promise<ConfigCommand[]> {
  const { configDir, jail, clientPath = 'fail2ban-client' } = options
  return commandsOf(jail, await readConfiguration({ folder, configDir, jail, clientPath }))
}

/** Has fail2ban-client read the files: only it knows their language. */
async function readConfiguration(
  options: Required<Omit<JailStreamOptions, 'serverPath'>> & { folder: string },
): Promise<PickleValue> {
  const socketPath = join(options.folder, 'listener.sock')
  const listener = await listenForStream(socketPath)
  try {
    const args = ['-c', options.configDir, '-s', socketPath, 'reload', options.jail]
    const complaint = await runClient(options.clientPath, args)
    const stream = listener.received()
    if (complaint === undefined && stream !== undefined) return stream
    throw new JailStreamError(
      `fail2ban-client refuses the configuration of the jail “${options.jail}”: ${complaint ?? 'it sent nothing'}.`,
    )
  } finally {
    await listener.close()
  }
}

/** Runs fail2ban-client; undefined when it is content, else what it complained about. */
function runClient(clientPath: string, args: readonly string[]): Promise<string | undefined> {
  const options = { env: PROGRAM_ENVIRONMENT, timeout: CLIENT_TIMEOUT_MS, maxBuffer: 1 << 20 }
  return new Promise((resolve, reject) => {
    execFile(clientPath, args, options, (error, stdout, stderr) => {
      if (!error) resolve(undefined)
      else if (error.code === 'ENOENT') reject(new ProgramMissing(error.message, { cause: error }))
      else if (error.killed === true) resolve('it did not finish in time')
      else resolve(complaintIn(`${stdout}\n${stderr}`))
    })
  })
}

/** The error that tells most, with the lines that belong to it, without date and source. */
function complaintIn(output: string): string {
  const lines = output.split('\n').filter((line) => line.trim() !== '' && !line.includes('Errors in jail'))
  const last = lines.findLastIndex((line) => ERROR_LINE.test(line))
  const text = lines.slice(Math.max(0, last)).join(' ').replace(ERROR_LINE, '')
  return printable(text).trim().replace(/\.$/, '') || 'it gave no reason'
}
const ERROR_LINE = /^.*?\bERROR:?\s+/

function commandsOf(jail: string, everything: PickleValue): ConfigCommand[] {
  if (!Array.isArray(everything)) throw new JailStreamError('fail2ban-client sent no list of commands.')
  const commands = everything.filter((command) => Array.isArray(command))
  const broken = commands.find(([verb]) => verb === 'config-error')
  if (broken) throw new JailStreamError(`${printable(textOf(broken[1] ?? ''))}.`)
  const own = commands.filter(([, name]) => name === jail).map((command) => command.map(plainValue))
  if (own.length === 0) {
    throw new JailStreamError(`The jail “${jail}” is not enabled in fail2ban’s configuration.`)
  }
  return [...checkJailStream(jail, own)]
}

function plainValue(value: PickleValue): ConfigValue {
  if (Array.isArray(value)) return value.map(plainValue)
  if (value === null || ['string', 'number', 'boolean'].includes(typeof value)) return value as ConfigValue
  throw new JailStreamError('fail2ban-client sent a value that is neither text nor number nor list.')
}

/** What can be tried out without doing anything: no action is known to the scratch server, and the jail does not start. */
function withoutEffects(stream: readonly ConfigCommand[]): ConfigCommand[] {
  return stream.filter(
    ([verb, , option]) =>
      verb !== 'start' && !['addaction', 'action', 'ignorecommand'].includes(String(option)),
  )
}

function explained(error: unknown, jail: string): JailStreamError {
  if (error instanceof JailStreamError) return error
  const options = { cause: error }
  if (error instanceof ProgramMissing) {
    return new JailStreamError(
      'fail2ban-client and fail2ban-server are not installed next to the agent, so it cannot read jails from fail2ban’s configuration.',
      options,
    )
  }
  if (error instanceof Fail2banRefused) {
    return new JailStreamError(
      `The configuration of the jail “${jail}” does not work: ${error.message}`,
      options,
    )
  }
  return new JailStreamError(
    `The configuration of the jail “${jail}” could not be tried out: ${messageOf(error)}`,
    options,
  )
}
