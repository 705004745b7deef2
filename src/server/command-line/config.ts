import type { EnvironmentSetting } from '../../shared/settings.ts'
import { EXIT } from '../startup/exit-status.ts'
import { defineCommand, type Command } from './command.ts'
import { settingsOf } from './settings.ts'
import { table } from './table.ts'

export const command: Command = defineCommand({
  options: { json: { type: 'boolean', help: 'as JSON: {settings, warnings, mistakes}' } },
  help: `Prints every setting as a start with this environment would have it, and where it comes from: the environment,
a file that NAME_FILE names, or its default. Values of secrets are not shown. Mistakes are listed instead,
with status 78. What is set on the pages of the console is in its database and not shown here.`,
  run({ env, options }) {
    const found = settingsOf(env)
    const mistakes = 'mistakes' in found ? found.mistakes : []
    const { environment: settings, warnings } =
      'config' in found ? found.config : { environment: [], warnings: [] }
    if (options.json) {
      process.stdout.write(
        `${JSON.stringify({ settings: settings.map(toJson), warnings, mistakes }, null, 2)}\n`,
      )
    } else {
      if (settings.length > 0) process.stdout.write(toTable(settings))
      for (const warning of warnings) process.stderr.write(`Worth a look: ${warning}\n`)
      for (const mistake of mistakes) process.stderr.write(`${mistake}\n`)
    }
    return Promise.resolve(mistakes.length === 0 ? EXIT.stopped : EXIT.misconfigured)
  },
})

/** Without what it is for, which is in docs/configuration.md. */
function toJson({ name, source, secret, value }: EnvironmentSetting): object {
  return { name, source, secret, ...(value !== undefined && { value }) }
}

function toTable(settings: readonly EnvironmentSetting[]): string {
  return table(
    ['SETTING', 'VALUE', 'FROM'],
    settings.map(({ name, source, secret, value }) => {
      const isSet = source !== 'default'
      return [name, secret && isSet ? '(secret)' : (value ?? '–'), source]
    }),
  )
}
