import { ConfigError } from '../config.ts'
import { AppError } from '../lib/errors.ts'
import { EXIT } from '../startup/exit-status.ts'
import { readVersion } from '../startup/version.ts'
import { UsageError, type Command, type Invocation } from './command.ts'
import { COMMANDS } from './commands.ts'

/** Carries out what the command line asks for; resolves with the exit status. Without a command it starts the console. */
export async function dispatch(invocation: Invocation): Promise<number> {
  const { args } = invocation
  const [first = 'start'] = args
  if (first === '--version') return say(`${readVersion()}\n`)
  if (first === '--help') return say((await import('./help.ts')).overview())
  const name = nameIn(args)
  if (name === undefined) return unknown(args)
  const loaded = await COMMANDS[name]?.load()
  if (!loaded) return unknown(args)
  const rest = args.slice(name.split(' ').length)
  if (rest.includes('--help')) return say((await import('./help.ts')).helpOf(name, loaded.command))
  return run(name, loaded.command, { ...invocation, args: rest })
}

/** Names are of one word or two. */
function nameIn(args: readonly string[]): string | undefined {
  const candidates = args.length === 0 ? ['start'] : [args.slice(0, 2).join(' '), args[0] ?? '']
  return candidates.find((name) => Object.hasOwn(COMMANDS, name))
}

async function run(name: string, command: Command, invocation: Invocation): Promise<number> {
  try {
    return await command.run(invocation)
  } catch (error) {
    if (error instanceof UsageError) {
      const { usageLine } = await import('./help.ts')
      process.stderr.write(`bangui ${name}: ${error.message}\n${usageLine(name, command)}\n`)
      process.stderr.write(`bangui ${name} --help says more.\n`)
      return EXIT.usage
    }
    if (error instanceof ConfigError) {
      process.stderr.write(`${error.message}\n`)
      return EXIT.misconfigured
    }
    if (error instanceof AppError) {
      process.stderr.write(`${[error.message, error.details.nextStep ?? ''].join(' ').trim()}\n`)
      return EXIT.failed
    }
    if (!isOfTheMachine(error)) throw error
    process.stderr.write(`bangui ${name}: ${error.message}\n`)
    return EXIT.failed
  }
}

/** No permission, no space, and the like: its own words say what and where, and nothing here is at fault. */
function isOfTheMachine(error: unknown): error is Error {
  return error instanceof Error && 'code' in error && /^E[A-Z]+$|^ERR_SQLITE/.test(String(error.code))
}

/** `bangui user --help` asks for the commands that begin with it. */
async function unknown(args: readonly string[]): Promise<number> {
  const { overview } = await import('./help.ts')
  const group = `${args[0]} `
  const isGroup = Object.keys(COMMANDS).some((name) => name.startsWith(group))
  if (isGroup && args[1] === '--help') return say(overview(group))
  const problem =
    isGroup && args.length === 1
      ? `bangui ${args[0]} needs to know what to do.`
      : `There is no command "${args.slice(0, isGroup ? 2 : 1).join(' ')}".`
  process.stderr.write(`${problem}\n\n${overview(isGroup ? group : '')}`)
  return EXIT.usage
}

function say(text: string): number {
  process.stdout.write(text)
  return EXIT.stopped
}
