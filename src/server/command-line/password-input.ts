import { once } from 'node:events'
import { randomInt } from 'node:crypto'
import { createInterface } from 'node:readline/promises'
import { Writable } from 'node:stream'
import { NewPassword } from '../../shared/session.ts'
import { PASSWORD_LENGTH } from '../../shared/password.ts'
import { AppError } from '../lib/errors.ts'
import { UsageError } from './command.ts'

/** Where a new password comes from; for the options of a command. Never from its arguments: every user of a machine sees those. */
export const PASSWORD_OPTIONS = {
  'password-stdin': { type: 'boolean', help: 'read the password from standard input' },
  generate: { type: 'boolean', help: 'make one up, and print it this once' },
} as const

export interface NewPasswordInput {
  readonly password: string
  /** Somebody has to be told what it is. */
  readonly isGenerated: boolean
}

/** Throws where it is too short or too long, and where nobody can be asked for one. */
export async function newPassword(options: {
  readonly 'password-stdin': boolean | undefined
  readonly generate: boolean | undefined
}): Promise<NewPasswordInput> {
  if (options.generate && options['password-stdin']) {
    throw new UsageError('Choose one of --generate and --password-stdin.')
  }
  if (options.generate) return { password: generate(), isGenerated: true }
  const given = options['password-stdin'] ? await fromStdin() : await fromTerminal()
  const { success, data, error } = NewPassword.safeParse(given)
  if (!success) throw unusable(error.issues.map(({ message }) => message).join(' '))
  return { password: data, isGenerated: false }
}

/** As in a file: the end of the line is not part of it. */
async function fromStdin(): Promise<string> {
  let text = ''
  process.stdin.setEncoding('utf8')
  for await (const chunk of process.stdin) {
    text += String(chunk)
    if (text.length > 4 * PASSWORD_LENGTH.most) break
  }
  return text.replace(/\r?\n$/, '')
}

async function fromTerminal(): Promise<string> {
  if (!process.stdin.isTTY) {
    throw new UsageError(
      'There is no terminal to ask for the password. Use --password-stdin or --generate (in a container: docker exec -it).',
    )
  }
  const password = await ask('New password: ')
  if ((await ask('Once more: ')) !== password) throw unusable('The two passwords differ.')
  return password
}

/** What is typed is not shown. Ctrl C and Ctrl D give up. */
async function ask(question: string): Promise<string> {
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() })
  const lines = createInterface({ input: process.stdin, output: nowhere, terminal: true })
  process.stderr.write(question)
  try {
    const given = lines.question('').catch(() => undefined)
    const line = await Promise.race([given, once(lines, 'close').then(() => undefined)])
    if (line === undefined) throw unusable('No password was given.')
    return line
  } finally {
    lines.close()
    process.stderr.write('\n')
  }
}

function unusable(problem: string): AppError {
  return new AppError('validation-failed', problem, { nextStep: 'Nothing is changed; try again.' })
}

/** Nothing that looks like something else, in groups to read out: 100 bits. */
const ALPHABET = 'abcdefghijkmnpqrstuvwxyz23456789'
const GROUPS = 4
const GROUP_LENGTH = 5

function generate(): string {
  const group = (): string =>
    Array.from({ length: GROUP_LENGTH }, () => ALPHABET[randomInt(ALPHABET.length)]).join('')
  return Array.from({ length: GROUPS }, group).join('-')
}
