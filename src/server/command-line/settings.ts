import { ConfigError, loadConfig, type Config, type Environment } from '../config.ts'
import { checkWorkerMode } from '../startup/worker-mode.ts'

export type Settings = { readonly config: Config } | { readonly mistakes: readonly string[] }

/** The settings as a start with this environment would take them, or all that would keep it from starting. */
export function settingsOf(env: Environment): Settings {
  try {
    const config = loadConfig(env, process.stdout.isTTY)
    const refusal = workerRefusal(config, env, { isClusterWorker: false, isOurWorker: false })
    return refusal === undefined ? { config } : { mistakes: [refusal] }
  } catch (error) {
    if (error instanceof ConfigError) return { mistakes: error.mistakes }
    throw error
  }
}

/**
 * Why so many processes of these settings cannot be; undefined where they can. A worker of our own primary is to fork nobody.
 * It is a cluster's worker like any other, though: with STATE_BACKEND=memory it is refused, whoever says that it is ours.
 */
export function workerRefusal(
  config: Config,
  env: Environment,
  { isClusterWorker, isOurWorker }: { readonly isClusterWorker: boolean; readonly isOurWorker: boolean },
): string | undefined {
  return checkWorkerMode({
    requestedWorkers: isOurWorker ? 1 : config.workers,
    source: config.workersFrom,
    provider: config.state.kind,
    webConcurrency: env['WEB_CONCURRENCY'],
    pm2: {
      instanceId: env['NODE_APP_INSTANCE'],
      instances: env['instances'],
      execMode: env['exec_mode'],
    },
    foreignClusterWorker: isClusterWorker,
  })
}
