import * as z from 'zod/mini'
import { UserInfo } from '../../shared/user.ts'
import { defineCommand, type Command } from './command.ts'
import { table } from './table.ts'
import { administerUsers, type UserAdministration } from './user-administration.ts'

const PAGE = 500

/** Only the servers know in how many browsers somebody is signed in. */
const ListedUser = z.omit(UserInfo, { sessions: true })

export const command: Command = defineCommand({
  options: { json: { type: 'boolean', help: 'as a JSON array' } },
  help: 'Names everybody who may sign in, with their role, whether they are disabled, and when they last signed in.',
  run: ({ env, options }) =>
    administerUsers(env, async ({ users, path }) => {
      const everybody = await listAll(users)
      if (options.json)
        process.stdout.write(
          `${JSON.stringify(
            everybody.map((user) => ListedUser.parse(user)),
            null,
            2,
          )}\n`,
        )
      else if (everybody.length === 0) process.stdout.write(`There is no user in ${path} yet.\n`)
      else process.stdout.write(toTable(everybody))
      return 0
    }),
})

async function listAll(users: UserAdministration['users']): Promise<UserInfo[]> {
  const all: UserInfo[] = []
  let cursor: string | undefined
  do {
    const page = await users.list({ limit: PAGE, cursor })
    all.push(...page.items)
    cursor = page.nextCursor
  } while (cursor !== undefined)
  return all
}

function toTable(users: readonly UserInfo[]): string {
  return table(
    ['NAME', 'ROLE', 'STATE', 'LAST SIGN-IN', 'CREATED'],
    users.map(({ username, role, disabled, lastSignInAt, createdAt }) => [
      username,
      role,
      disabled ? 'disabled' : 'enabled',
      lastSignInAt === undefined ? 'never' : toMinute(lastSignInAt),
      toMinute(createdAt),
    ]),
  )
}

/** ISO 8601, to the minute. */
function toMinute(time: string): string {
  return `${time.slice(0, 16)}Z`
}
