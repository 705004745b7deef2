import type { Command } from './command.ts'

interface Entry {
  /** One line for the list of all commands. */
  readonly summary: string
  /** Each is loaded when it is asked for: a server carries none of the others. */
  load(): Promise<{ readonly command: Command }>
}

/** Every command, in the order of the help. */
export const COMMANDS: Readonly<Record<string, Entry>> = {
  start: { summary: 'starts the console; so does no command at all', load: () => import('./start.ts') },
}
