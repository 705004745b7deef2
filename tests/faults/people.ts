import { randomUUID } from 'node:crypto'
import { Agent } from 'node:http'
import { DatabaseSync } from 'node:sqlite'
import { ADMIN } from '../support/console-process.ts'
import { API, ask, type Answer, type Question } from './http.ts'

/** The console's table of users, changed from outside as an administrator's command line would. */
export interface People {
  /** A user with the administrator's password. */
  add(username: string, role: 'viewer' | 'operator' | 'admin'): void
  change(username: string, columns: { role?: string; disabled?: 0 | 1; auth_version?: number }): void
  close(): void
}

export function openPeople(databaseFile: string): People {
  const database = new DatabaseSync(databaseFile, { timeout: 10_000 })
  return {
    add(username, role) {
      database
        .prepare(
          `insert into users (id, username, username_key, password_hash, role, auth_version, disabled, created_at)
           select ?, ?, ?, password_hash, ?, 1, 0, created_at from users where username = ?`,
        )
        .run(randomUUID(), username, username, role, ADMIN.username)
    },
    change(username, columns) {
      for (const [column, value] of Object.entries(columns)) {
        const changed = database
          .prepare(`update users set ${column} = ? where username = ?`)
          .run(value, username)
        if (changed.changes !== 1) throw new Error(`There is no user ${username}.`)
      }
    },
    close: () => database.close(),
  }
}

let network = 0

/** The `Cookie` header of a new session, from an address that nobody had before. */
export async function signInAs(url: string, username: string, agent?: Agent): Promise<string> {
  network += 1
  const answer = await ask(`${url}${API}/session`, {
    method: 'POST',
    body: { username, password: ADMIN.password },
    headers: { 'x-forwarded-for': `198.51.${100 + Math.floor(network / 250)}.${(network % 250) + 1}` },
    ...(agent && { agent }),
  })
  if (answer.status !== 200) throw new Error(`Signing in failed: ${answer.status} ${answer.body}`)
  return answer.setCookie.map((line) => line.split(';')[0]).join('; ')
}

/** Asks `count` times over `width` fresh connections, which spread over all workers. */
export async function askOften(
  count: number,
  width: number,
  question: (index: number) => { url: string } & Question,
): Promise<Answer[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: width })
  const answers: Answer[] = []
  let next = 0
  const line = async (): Promise<void> => {
    while (next < count) {
      const { url, ...rest } = question(next++)
      answers.push(await ask(url, { ...rest, agent }))
    }
  }
  try {
    await Promise.all(Array.from({ length: width }, line))
  } finally {
    agent.destroy()
  }
  return answers
}
