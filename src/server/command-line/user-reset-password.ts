import { defineCommand, type Command } from './command.ts'
import { newPassword, PASSWORD_OPTIONS } from './password-input.ts'
import { administerUsers } from './user-administration.ts'

export const command: Command = defineCommand({
  operands: ['NAME'],
  options: PASSWORD_OPTIONS,
  help: `Gives a user another password, asked for on the terminal, and signs them out everywhere: requests of their
browsers count no more from this moment on, in a running console too. For whoever has forgotten theirs, the
last administrator included.`,
  run: ({ env, options, operands: [name = ''] }) =>
    administerUsers(env, async ({ users, actor, named }) => {
      const user = await named(name)
      const { password, isGenerated } = await newPassword(options)
      await users.resetPassword(actor, user.id, password)
      process.stdout.write(`${user.username} has a new password and is signed out everywhere.\n`)
      if (isGenerated) process.stdout.write(`Password, shown this once: ${password}\n`)
      return 0
    }),
})
