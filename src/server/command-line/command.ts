import { parseArgs } from 'node:util'
import type { Environment } from '../config.ts'

/** What a process was started with. */
export interface Invocation {
  /** What follows the program's name. */
  readonly args: readonly string[]
  readonly env: Environment
  /** The program's own file, for whoever starts it again. */
  readonly script: string
}

interface Option {
  /** `boolean`: a switch. */
  readonly type: 'string' | 'boolean'
  /** Name of its value in the help. */
  readonly value?: string
  readonly help: string
}
type Options = Readonly<Record<string, Option>>

type Values<O extends Options> = {
  readonly [Name in keyof O]: (O[Name]['type'] extends 'string' ? string : boolean) | undefined
}

/** What a command was told. */
export interface Given<O extends Options> extends Omit<Invocation, 'args'> {
  readonly options: Values<O>
  /** As many as the command names at most. */
  readonly operands: readonly string[]
}

interface Specification<O extends Options> {
  /** Names of the words that may follow, in brackets where one may be left out: `[FILE]`. */
  readonly operands?: readonly string[]
  readonly options?: O
  /** Paragraphs, for people. Lines of at most 100 characters. */
  readonly help: string
  /** Resolves with the exit status. Rejects with UsageError, ConfigError or AppError, which are told as they are. */
  run(given: Given<O>): Promise<number>
}

/** One command, whatever its options are. */
export interface Command {
  readonly operands: readonly string[]
  readonly options: Options
  readonly help: string
  run(invocation: Invocation): Promise<number>
}

/** The command cannot be what was meant; the message says why. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

export function defineCommand<const O extends Options>(spec: Specification<O>): Command {
  const { operands = [], help } = spec
  const options: Options = spec.options ?? {}
  return {
    operands,
    options,
    help,
    run({ args, env, script }) {
      const parsed = parse(args, options)
      const missing = operands.slice(parsed.positionals.length).find((operand) => !operand.startsWith('['))
      if (missing !== undefined) throw new UsageError(`${missing} is missing.`)
      const surplus = parsed.positionals[operands.length]
      if (surplus !== undefined) throw new UsageError(`Nothing is known about "${surplus}".`)
      return spec.run({ env, script, options: parsed.values as Values<O>, operands: parsed.positionals })
    },
  }
}

function parse(args: readonly string[], options: Options) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true, strict: true })
  } catch (error) {
    if (error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS')) {
      throw new UsageError(error.message)
    }
    throw error
  }
}
