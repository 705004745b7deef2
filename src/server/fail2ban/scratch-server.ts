import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { Connection } from './connection.ts'
import { Fail2banUnavailable, type ConfigCommand } from './fail2ban-client.ts'

/** What a program of fail2ban's gets of our environment: nothing, so no secret of ours either. */
export const PROGRAM_ENVIRONMENT = {
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  LANG: 'C.UTF-8',
}

/** The program is not there. */
export class ProgramMissing extends Error {
  override readonly name = 'ProgramMissing'
}

const START_TIMEOUT_MS = 15_000
const COMMAND_TIMEOUT_MS = 10_000

/**
 * Carries out commands on a fail2ban-server of our own, in `folder`, that knows no jail, writes no log and keeps no database,
 * and ends it. Rejects with Fail2banRefused for the first command that fail2ban would refuse, with ProgramMissing, or with
 * Fail2banUnavailable.
 */
export async function tryOut(
  commands: readonly ConfigCommand[],
  options: { folder: string; serverPath: string },
): Promise<void> {
  const socketPath = join(options.folder, 'scratch.sock')
  const server = spawn(options.serverPath, serverArguments(options.folder, socketPath), {
    env: PROGRAM_ENVIRONMENT,
    stdio: 'ignore',
  })
  const failed = new AbortController()
  server.once('error', (error) => failed.abort(new ProgramMissing(error.message, { cause: error })))
  server.once('exit', () => failed.abort(unusable('ended before it was asked anything')))
  const connection = new Connection({ socketPath, backoffMs: { first: 1, longest: 1 } })
  try {
    await untilAnswering(connection, failed.signal)
    for (const command of commands) await connection.request(command, COMMAND_TIMEOUT_MS)
  } finally {
    connection.close()
    if (server.pid !== undefined && server.exitCode === null && server.signalCode === null) {
      server.kill('SIGKILL')
      await once(server, 'exit')
    }
  }
}

function serverArguments(folder: string, socketPath: string): string[] {
  // `--async` is how fail2ban-client itself starts a server that is yet to be told its configuration.
  const quiet = ['--loglevel', 'CRITICAL', '--logtarget', '/dev/null', '--syslogsocket', 'auto']
  return ['--async', '-f', '-x', '-s', socketPath, '-p', join(folder, 'scratch.pid'), ...quiet]
}

/** The socket is there a moment before it accepts connections, so only an answer counts. */
async function untilAnswering(connection: Connection, failed: AbortSignal): Promise<void> {
  const until = performance.now() + START_TIMEOUT_MS
  for (;;) {
    try {
      await connection.request(['ping'], COMMAND_TIMEOUT_MS)
      return
    } catch (error) {
      failed.throwIfAborted()
      if (performance.now() > until) throw error
      await pause(10)
    }
  }
}

function unusable(what: string): Fail2banUnavailable {
  return new Fail2banUnavailable(
    'not-answering',
    `The fail2ban-server that tries out configurations ${what}.`,
  )
}
