import { defineCommand, type Command } from './command.ts'
import { administerUsers } from './user-administration.ts'

export const command: Command = defineCommand({
  operands: ['NAME'],
  help: 'Lets a user who was disabled sign in again, with the password and the role they had.',
  run: ({ env, operands: [name = ''] }) =>
    administerUsers(env, async ({ users, actor, named }) => {
      const { username } = await users.change(actor, (await named(name)).id, { disabled: false })
      process.stdout.write(`${username} may sign in again.\n`)
      return 0
    }),
})
