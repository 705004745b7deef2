import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { z } from 'zod'
import { bangui, banguiOnTerminal, type CommandResult } from '../support/command-line.ts'
import {
  ADMIN,
  signIn,
  startConsole,
  temporaryFolder,
  type ConsoleProcess,
} from '../support/console-process.ts'
import { startReplicas, type Replicas } from '../support/replicas.ts'
import { waitFor } from '../support/wait-for.ts'
import { listenTo } from './event-listener.ts'
import { API, ask } from './http.ts'

const PASSWORD = 'four words without spaces'
const OTHER = 'an entirely different password'

interface Running {
  readonly url: string
  readonly env: Readonly<Record<string, string>>
}

/** Whoever holds the sessions, the command line changes users beside a server that runs. */
describe.each(['memory', 'redis'])('bangui user, while a console runs on %s', (provider) => {
  let running: Running
  let stop: () => Promise<void>

  beforeAll(async () => {
    ;({ running, stop } = await (provider === 'memory' ? oneConsole() : twoWorkers()))
  }, 90_000)
  afterAll(() => stop())

  const user = (words: readonly string[], input?: string) => userCommand(running, words, input)
  const sessionStatus = (cookie: string) => sessionStatusAt(running, cookie)
  const signInAs = (username: string, password = PASSWORD) => signIn(running.url, { username, password })

  it('creates somebody who may sign in at once, with the role that was asked for', async () => {
    const { status, stdout, stderr } = await user(
      ['create', 'olga', '--role', 'operator', '--password-stdin'],
      `${PASSWORD}\n`,
    )
    expect({ status, stdout }).toEqual({ status: 0, stdout: expect.stringContaining('Created olga') })
    expect(audits(stderr)).toEqual([
      expect.objectContaining({
        action: 'user.create',
        object: 'olga',
        result: 'done',
        change: { role: 'operator' },
      }),
    ])
    expect(stdout + stderr).not.toContain(PASSWORD)
    const cookie = await signIn(running.url, { username: 'olga', password: PASSWORD })
    const session = await ask(`${running.url}${API}/session`, { cookie })
    expect(JSON.parse(session.body)).toMatchObject({ user: { username: 'olga', role: 'operator' } })
  })

  it('makes up a password that works, and signs out whoever has the old one at their next request', async () => {
    await user(['create', 'gwen', '--password-stdin'], PASSWORD)
    const cookies = [await signInAs('gwen'), await signInAs('gwen')]
    const stream = await listenTo(running.url, cookies[0] ?? '')
    const { status, stdout } = await user(['reset-password', 'gwen', '--generate'])
    expect(status).toBe(0)
    for (const cookie of cookies) expect(await sessionStatus(cookie)).toBe(401)
    await waitFor(() => !stream.isOpen(), { what: 'the live stream of the old session to end' })
    const [, password] = /Password, shown this once: (\S+)/.exec(stdout) ?? []
    await expect(signInAs('gwen')).rejects.toThrow('401')
    expect(await sessionStatus(await signInAs('gwen', password))).toBe(200)
  })

  it('disables somebody at their next request, until they are enabled again', async () => {
    await user(['create', 'dora', '--password-stdin'], PASSWORD)
    const cookie = await signInAs('dora')
    expect(await sessionStatus(cookie)).toBe(200)
    expect((await user(['disable', 'DORA'])).status).toBe(0)
    expect(await sessionStatus(cookie)).toBe(401)
    await expect(signInAs('dora')).rejects.toThrow('401')
    expect(await named(running)).toContainEqual(expect.objectContaining({ username: 'dora', disabled: true }))
    expect((await user(['enable', 'dora'])).status).toBe(0)
    expect(await sessionStatus(cookie)).toBe(401)
    expect(await sessionStatus(await signInAs('dora'))).toBe(200)
  })

  it('keeps the last administrator, whose session goes on', async () => {
    const cookie = await signIn(running.url)
    const { status, stderr } = await user(['disable', ADMIN.username])
    expect({ status, stderr }).toEqual({
      status: 1,
      stderr: expect.stringContaining('the last administrator'),
    })
    expect(audits(stderr)).toEqual([expect.objectContaining({ action: 'user.change', result: 'refused' })])
    expect(await sessionStatus(cookie)).toBe(200)
  })
})

describe('bangui user', () => {
  let running: Running
  let stop: () => Promise<void>

  beforeAll(async () => {
    ;({ running, stop } = await oneConsole())
  }, 90_000)
  afterAll(() => stop())

  const user = (words: readonly string[], input?: string) => userCommand(running, words, input)
  const sessionStatus = (cookie: string) => sessionStatusAt(running, cookie)

  it('obeys the rules of the pages: names, taken names, roles and passwords', async () => {
    const attempts: ReadonlyArray<
      [words: string[], input: string | undefined, status: number, says: string]
    > = [
      [['create', 'ADMIN', '--password-stdin'], PASSWORD, 1, 'There is a user called ADMIN already'],
      [['create', 'pia', '--password-stdin'], 'short', 1, 'Use at least 12 characters'],
      [['create', 'pia', '--password-stdin'], 'pia pia pia pia', 1, 'The password is the user name'],
      [['create', 'p i a', '--generate'], undefined, 64, 'Use letters, digits'],
      [['create', 'pia', '--role', 'root', '--generate'], undefined, 64, '--role is one of'],
      [['create', 'pia'], undefined, 64, 'There is no terminal'],
      [['create', 'pia', PASSWORD], undefined, 64, 'bangui user create'],
      [['disable', 'nobody'], undefined, 1, 'Nobody is called "nobody"'],
    ]
    for (const [words, input, status, says] of attempts) {
      const result = await user(words, input)
      expect({ words, status: result.status, stderr: result.stderr }).toEqual({
        words,
        status,
        stderr: expect.stringContaining(says),
      })
    }
    expect((await named(running)).map(({ username }) => username)).not.toContain('pia')
  }, 60_000)

  it('asks for the password on a terminal, twice and without showing it', async () => {
    await user(['create', 'tina', '--password-stdin'], PASSWORD)
    const reset = (dialogue: Array<readonly [string, string]>) =>
      banguiOnTerminal(['user', 'reset-password', 'tina'], running.env, dialogue)
    const done = reset([
      ['New password: ', `${OTHER}x\u007f\r`],
      ['Once more: ', `${OTHER}\r`],
    ])
    expect(done).toEqual({ status: 0, screen: expect.stringContaining('tina has a new password') })
    expect(done.screen).not.toContain('entirely')
    expect(await sessionStatus(await signIn(running.url, { username: 'tina', password: OTHER }))).toBe(200)
    const differing: Array<readonly [string, string]> = [
      ['New password: ', `${PASSWORD}\r`],
      ['Once more: ', `${OTHER}\r`],
    ]
    expect(reset(differing)).toEqual({ status: 1, screen: expect.stringContaining('differ') })
    for (const key of ['\u0003', '\u0004']) {
      const screen = expect.stringContaining('No password was given')
      expect(reset([['New password: ', key]])).toEqual({ status: 1, screen })
    }
    expect(await sessionStatus(await signIn(running.url, { username: 'tina', password: OTHER }))).toBe(200)
  }, 60_000)
})

describe('bangui user, without a console', () => {
  it('says where it looked when there is no database, and makes none', async () => {
    const folder = temporaryFolder()
    try {
      const asked = (): Promise<CommandResult> => bangui(['user', 'list'], { DATABASE_URL: folder.database })
      const { status, stderr } = await asked()
      expect({ status, stderr }).toEqual({
        status: 1,
        stderr: expect.stringContaining(`${folder.path}/bangui.db`),
      })
      expect((await asked()).status).toBe(1)
    } finally {
      folder.dispose()
    }
  })

  it('wants the first user of all to be an administrator, and then needs no setup token', async () => {
    const folder = temporaryFolder()
    const env = { DATABASE_URL: folder.database }
    // Without the administrator whom the settings create.
    const console_ = await startConsole({ ...env, BANGUI_ADMIN_USER: '', BANGUI_ADMIN_PASSWORD: '' })
    try {
      const refused = await bangui(['user', 'create', 'vera', '--generate'], env)
      expect(refused).toMatchObject({ status: 1, stderr: expect.stringContaining('--role admin') })
      const words = ['user', 'create', 'vera', '--role', 'admin', '--password-stdin']
      expect((await bangui(words, env, PASSWORD)).status).toBe(0)
      const setup = await ask(`${console_.url()}${API}/setup`)
      expect(JSON.parse(setup.body)).toMatchObject({ required: false })
      await expect(signIn(console_.url(), { username: 'vera', password: PASSWORD })).resolves.toContain('=')
    } finally {
      await console_.stop()
      folder.dispose()
    }
  }, 60_000)
})

function userCommand(
  { env }: Running,
  words: readonly string[],
  input: string | undefined,
): Promise<CommandResult> {
  return bangui(['user', ...words], env, input)
}

async function sessionStatusAt({ url }: Running, cookie: string): Promise<number> {
  return (await ask(`${url}${API}/session`, { cookie })).status
}

async function named(running: Running): Promise<z.infer<typeof Listed>> {
  const { stdout } = await userCommand(running, ['list', '--json'], undefined)
  return Listed.parse(JSON.parse(stdout))
}

const Listed = z.array(z.object({ username: z.string(), role: z.string(), disabled: z.boolean() }))

/** The lines that are JSON. */
function audits(stderr: string): unknown[] {
  return stderr
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as unknown)
}

async function oneConsole(): Promise<{ running: Running; stop: () => Promise<void> }> {
  const folder = temporaryFolder()
  const env = { DATABASE_URL: folder.database }
  const console_: ConsoleProcess = await startConsole(env)
  const stop = async (): Promise<void> => {
    await console_.stop()
    folder.dispose()
  }
  return { running: { url: console_.url(), env }, stop }
}

async function twoWorkers(): Promise<{ running: Running; stop: () => Promise<void> }> {
  const replicas: Replicas = await startReplicas({ count: 1, workers: 2 })
  const env = {
    DATABASE_URL: `sqlite:${replicas.databaseFile}`,
    STATE_BACKEND: 'redis',
    REDIS_URL: replicas.redis.url,
  }
  return { running: { url: replicas.urls()[0] ?? '', env }, stop: () => replicas.stop() }
}
