import { hostname } from 'node:os'
import { loadConfig, type Config } from '../config.ts'
import { listInstances } from '../features/cluster/instance-registry.ts'
import { messageOf } from '../lib/errors.ts'
import { createLogger } from '../lib/logger.ts'
import { unlessAborted } from '../lib/pause.ts'
import { createStateProvider } from '../providers.ts'
import { EXIT } from '../startup/exit-status.ts'
import { defineCommand, type Command } from './command.ts'

const TIMEOUT_MS = 8_000
const STOP_MS = 1_000

export const command: Command = defineCommand({
  help: `Tells whether the process that runs here with the same settings lives; made for the health check of a
container. One with the role web answers on its own port (/healthz). One without it listens on none:
there it counts that its sign of life, two seconds apart, arrives in Redis.

Ends with status 0, or with 1 and the reason.`,
  async run({ env }) {
    const config = loadConfig(env, false)
    try {
      await (config.roles.has('web') ? askOverHttp(config) : findSignOfLife(config))
      return EXIT.stopped
    } catch (error) {
      process.stderr.write(`${messageOf(error)}\n`)
      return EXIT.failed
    }
  },
})

async function askOverHttp({ listen: { host, port } }: Config): Promise<void> {
  const everywhere = host === '0.0.0.0' || host === '::'
  const address = everywhere ? '127.0.0.1' : host.includes(':') ? `[${host}]` : host
  // Without the base path, which only the proxy in front goes by.
  const url = `http://${address}:${port}/healthz`
  const answer = await fetch(url, { signal: AbortSignal.timeout(TIMEOUT_MS) }).catch((error: unknown) => {
    throw new Error(`Nobody answers on ${url}. The log of the process says why.`, { cause: error })
  })
  if (!answer.ok) throw new Error(`${url} answers ${answer.status}. Does another program listen there?`)
}

async function findSignOfLife(config: Config): Promise<void> {
  const log = await createLogger({ level: 'silent', format: 'json' })
  const state = await createStateProvider(config, undefined, log)
  const patience = AbortSignal.timeout(TIMEOUT_MS)
  try {
    await unlessAborted(state.start(patience), patience)
    const roles = [...config.roles].toSorted().join()
    const isHere = listInstances(state.runtime, Date.now()).some(
      (instance) => instance.hostname === hostname() && instance.roles.toSorted().join() === roles,
    )
    if (!isHere) {
      throw new Error(`No process with the roles ${roles} has told of itself from ${hostname()} lately.`)
    }
  } catch (error) {
    if (!patience.aborted) throw error
    throw new Error(`Redis did not answer within ${TIMEOUT_MS / 1000} s, so nothing is known.`, {
      cause: error,
    })
  } finally {
    await state.stop(STOP_MS)
  }
}
