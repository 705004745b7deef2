import { Role, Username } from '../../shared/session.ts'
import { AppError } from '../lib/errors.ts'
import { defineCommand, UsageError, type Command } from './command.ts'
import { newPassword, PASSWORD_OPTIONS } from './password-input.ts'
import { administerUsers } from './user-administration.ts'

export const command: Command = defineCommand({
  operands: ['NAME'],
  options: {
    role: { type: 'string', value: 'ROLE', help: 'viewer (unless said), operator or admin' },
    ...PASSWORD_OPTIONS,
  },
  help: `Creates a user, who may sign in at once. The password is asked for on the terminal. A viewer reads, an
operator also bans and unbans, an admin also administers users and settings. The first user of all has to
be an admin; creating one here takes the place of the setup with its token.`,
  async run({ env, options, operands }) {
    const username = Username.safeParse(operands[0])
    if (!username.success) throw new UsageError(username.error.issues.map(({ message }) => message).join(' '))
    const role = Role.safeParse(options.role ?? 'viewer')
    if (!role.success) throw new UsageError('--role is one of viewer, operator and admin.')
    return administerUsers(env, async ({ users, actor, anyExists, path }) => {
      if (role.data !== 'admin' && !(await anyExists())) {
        throw new AppError('last-administrator', 'Nobody could administer this console.', {
          nextStep: 'Create the first user with --role admin.',
        })
      }
      const { password, isGenerated } = await newPassword(options)
      const user = await users.create(actor, { username: username.data, role: role.data, password })
      process.stdout.write(`Created ${user.username} with the role ${user.role} in ${path}.\n`)
      if (isGenerated) process.stdout.write(`Password, shown this once: ${password}\n`)
      return 0
    })
  },
})
