import { ConfigError, loadConfig, type Environment } from '../config.ts'
import { runDoctor, type DoctorInput } from '../doctor/doctor.ts'
import { checkWorkerMode } from '../startup/worker-mode.ts'
import { defineCommand, type Command } from './command.ts'

export const command: Command = defineCommand({
  help: [
    'Looks at everything BanGUI needs, with the environment it is started with, and tells what is wrong:',
    'what, why, and the lines to change. Whether the console runs does not matter; nothing is changed.',
    '',
    'Ends with 0 where nothing is failing, 1 where something is, 78 where the settings are wrong.',
  ].join('\n'),
  options: {
    json: { type: 'boolean', help: 'for programs: every check with its values' },
    verbose: { type: 'boolean', help: 'tells what is well, too' },
  },
  run: ({ options, env }) =>
    runDoctor({
      settings: settingsOf(env),
      json: options.json ?? false,
      verbose: options.verbose ?? false,
      write: (text) => void process.stdout.write(text),
    }),
})

function settingsOf(env: Environment): DoctorInput['settings'] {
  try {
    const config = loadConfig(env, false)
    const refusal = checkWorkerMode({
      requestedWorkers: config.workers,
      source: config.workersFrom,
      provider: config.state.kind,
      webConcurrency: env['WEB_CONCURRENCY'],
      pm2: {},
      foreignClusterWorker: false,
    })
    return refusal === undefined ? { config } : { mistakes: [refusal] }
  } catch (error) {
    if (error instanceof ConfigError) return { mistakes: error.mistakes }
    throw error
  }
}
