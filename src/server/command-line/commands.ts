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
  doctor: {
    summary: 'looks at everything BanGUI needs and tells what is wrong, why and what to change',
    load: () => import('./doctor.ts'),
  },
  health: {
    summary: 'tells whether the process here lives, for containers',
    load: () => import('./health.ts'),
  },
  'user create': { summary: 'creates a user', load: () => import('./user-create.ts') },
  'user list': { summary: 'names everybody who may sign in', load: () => import('./user-list.ts') },
  'user reset-password': {
    summary: 'gives a user another password and signs them out everywhere',
    load: () => import('./user-reset-password.ts'),
  },
  'user disable': {
    summary: 'signs a user out everywhere and lets them in no more',
    load: () => import('./user-disable.ts'),
  },
  'user enable': { summary: 'lets a disabled user in again', load: () => import('./user-enable.ts') },
  backup: { summary: 'copies the database while the console runs', load: () => import('./backup.ts') },
  restore: { summary: 'puts such a copy back', load: () => import('./restore.ts') },
  config: {
    summary: 'prints the settings that hold, and where each comes from',
    load: () => import('./config.ts'),
  },
}
