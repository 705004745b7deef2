import { execFile } from 'node:child_process'
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { startFail2ban, type Fail2banServer } from '../support/fail2ban-server.ts'

const run = promisify(execFile)
const UNITS = resolve(import.meta.dirname, '../../docs/systemd')
const DROP_IN = 'fail2ban.service.d/bangui.conf'
const isRoot = process.getuid?.() === 0
/** Any user and any group will do: root may give files to groups that nobody has named. */
const NOBODY = 65_534
const GROUP = isRoot ? 54_321 : (process.getgid?.() ?? 0)

const unit = (name: string): string => readFileSync(join(UNITS, name), 'utf8')

/** The commands of the drop-in, in order, for the paths of this fail2ban; systemd's own prefixes are off. */
function commandsFor(fail2ban: Fail2banServer): string[] {
  return [...unit(DROP_IN).matchAll(/^ExecStartPost=[-+]*(.+)$/gm)].map((match) =>
    String(match[1])
      .replaceAll('fail2ban-client ', `fail2ban-client -c ${fail2ban.configDir} `)
      .replaceAll('/run/fail2ban/fail2ban.sock', fail2ban.socket)
      .replaceAll('/var/lib/fail2ban/fail2ban.sqlite3', fail2ban.database)
      .replaceAll(' bangui ', ` ${GROUP} `),
  )
}

async function carryOut(commands: readonly string[]): Promise<void> {
  for (const command of commands) await run('/bin/sh', ['-c', command])
}

/** A program as a user without any privilege, in one further group or in none. */
function asUser(group: number | undefined, ...line: readonly string[]): Promise<{ stdout: string }> {
  const groups = group === undefined ? '--clear-groups' : `--groups=${group}`
  return run('setpriv', [`--reuid=${NOBODY}`, `--regid=${NOBODY}`, groups, ...line])
}

describe('the drop-in for fail2ban.service, on a real fail2ban', () => {
  let fail2ban: Fail2banServer
  beforeAll(async () => {
    fail2ban = await startFail2ban()
    // As /run/fail2ban and /var/lib/fail2ban are.
    chmodSync(fail2ban.root, 0o755)
  })
  afterAll(() => fail2ban.stop())

  const ping = (group?: number) =>
    asUser(group, '/usr/bin/fail2ban-client', '-c', fail2ban.configDir, '-s', fail2ban.socket, 'ping')

  it('is needed: fail2ban lets in nobody but its own user', () => {
    expect(statSync(fail2ban.socket).mode & 0o077).toBe(0)
    expect(statSync(fail2ban.database).mode & 0o077).toBe(0)
  })

  it('waits for a starting fail2ban and opens its socket and database to the group alone', async () => {
    await fail2ban.shutDown()
    const done = carryOut(commandsFor(fail2ban))
    await fail2ban.restart()
    await done
    expect(statSync(fail2ban.socket)).toMatchObject({ gid: GROUP })
    expect(statSync(fail2ban.socket).mode & 0o777).toBe(0o660)
    expect(statSync(fail2ban.database)).toMatchObject({ gid: GROUP })
    expect(statSync(fail2ban.database).mode & 0o777).toBe(0o640)
    if (!isRoot) return
    expect((await ping(GROUP)).stdout).toContain('pong')
    expect((await asUser(GROUP, 'head', '-c', '15', fail2ban.database)).stdout).toBe('SQLite format 3')
    await expect(asUser(GROUP, 'test', '-w', fail2ban.database)).rejects.toMatchObject({ code: 1 })
    await expect(ping()).rejects.toThrow(/permission/i)
    await expect(asUser(undefined, 'test', '-r', fail2ban.database)).rejects.toMatchObject({ code: 1 })
  }, 60_000)

  it('opens the new socket, not the one that a crash left behind', async () => {
    await fail2ban.kill()
    const done = carryOut(commandsFor(fail2ban))
    await fail2ban.restart()
    await done
    expect(statSync(fail2ban.socket).mode & 0o777).toBe(0o660)
  }, 60_000)

  it('never keeps fail2ban from running: every line may fail', () => {
    const lines = unit(DROP_IN).match(/^Exec.*$/gm) ?? []
    expect(lines.length).toBeGreaterThan(0)
    for (const line of lines) expect(line).toMatch(/^ExecStartPost=-/)
  })
})

describe('the units', () => {
  let folder: string
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'bangui-units-'))
    cpSync(UNITS, folder, { recursive: true })
    // The program that this machine need not have.
    writeFileSync(
      join(folder, 'bangui.service'),
      unit('bangui.service').replace('=bangui start', '=/bin/true'),
    )
    const fail2ban = '[Service]\nExecStart=/usr/bin/fail2ban-server -xf start\n'
    writeFileSync(join(folder, 'fail2ban.service'), fail2ban)
    mkdirSync(join(folder, 'run'))
  })
  afterAll(() => rmSync(folder, { recursive: true }))

  const analyze = async (...args: readonly string[]): Promise<string> => {
    const { stdout, stderr } = await run('systemd-analyze', args, {
      env: { ...process.env, SYSTEMD_UNIT_PATH: `${folder}:`, XDG_RUNTIME_DIR: join(folder, 'run') },
    })
    return `${stdout}${stderr}`
  }

  it.each(['bangui.service', 'fail2ban.service'])('are right in the eyes of systemd: %s', async (name) => {
    expect(await analyze('verify', '--man=no', join(folder, name))).toBe('')
  })

  it('leave BanGUI no right that it does not need, by the measure of systemd', async () => {
    await analyze('security', '--offline=true', '--threshold=20', join(folder, 'bangui.service'))
  })
})
