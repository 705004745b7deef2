import { defineCommand, type Command } from './command.ts'
import { administerUsers } from './user-administration.ts'

export const command: Command = defineCommand({
  operands: ['NAME'],
  help: `Signs a user out everywhere and lets them sign in no more, until "bangui user enable". A running console
obeys from the next request on. The last administrator cannot be disabled.`,
  run: ({ env, operands: [name = ''] }) =>
    administerUsers(env, async ({ users, actor, named }) => {
      const { username } = await users.change(actor, (await named(name)).id, { disabled: true })
      process.stdout.write(`${username} is disabled and signed out everywhere.\n`)
      return 0
    }),
})
