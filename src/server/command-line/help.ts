import type { Command } from './command.ts'
import { COMMANDS } from './commands.ts'

const EXIT_HELP = `Exit status: 0 done, 64 the command is not understood, 78 the settings are wrong, 69 a service did not
answer, 75 another process holds the database, 1 anything else.`

/** What `bangui --help` says. With a prefix, of the commands that begin with it. */
export function overview(prefix = ''): string {
  const names = Object.keys(COMMANDS).filter((name) => name.startsWith(prefix))
  const width = Math.max(...names.map((name) => name.length))
  return [
    `Usage: bangui ${prefix === '' ? '' : prefix}COMMAND [OPTIONS]`,
    '',
    ...names.map((name) => `  ${name.padEnd(width)}  ${COMMANDS[name]?.summary}`),
    '',
    'bangui COMMAND --help says more of one, bangui --version the version. Settings are environment variables:',
    'see docs/configuration.md. Give a command the same ones as the server.',
    '',
    EXIT_HELP,
    '',
  ].join('\n')
}

export function usageLine(name: string, { operands, options }: Command): string {
  return [
    `Usage: bangui ${name}`,
    ...operands,
    ...(Object.keys(options).length > 0 ? ['[OPTIONS]'] : []),
  ].join(' ')
}

/** What `bangui COMMAND --help` says. */
export function helpOf(name: string, command: Command): string {
  const options = Object.entries(command.options).map(([option, { value, help }]) => ({
    form: `--${option}${value === undefined ? '' : ` ${value}`}`,
    help,
  }))
  const width = Math.max(0, ...options.map(({ form }) => form.length))
  return [
    usageLine(name, command),
    '',
    command.help.trim(),
    ...(options.length > 0 ? ['', 'Options:'] : []),
    ...options.map(({ form, help }) => `  ${form.padEnd(width)}  ${help}`),
    '',
  ].join('\n')
}

/** docs/command-line.md, made from what the commands say of themselves. */
export async function commandLineMarkdown(): Promise<string> {
  const commands = await Promise.all(
    Object.entries(COMMANDS).map(async ([name, entry]) => ({ name, command: (await entry.load()).command })),
  )
  const block = (text: string): string => `\`\`\`text\n${text.trimEnd()}\n\`\`\``
  return [
    '# Command line',
    '',
    'The program has one command, `bangui`. In a container it is `docker exec -it CONTAINER bangui …`, in a checkout',
    '`npx node dist/server/main.js …`. This page is generated from what the commands say of themselves by `npm run docs`.',
    '',
    block(overview()),
    ...commands.flatMap(({ name, command }) => ['', `## bangui ${name}`, '', block(helpOf(name, command))]),
    '',
  ].join('\n')
}
