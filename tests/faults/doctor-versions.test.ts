import { afterEach, describe, expect, it } from '@jest/globals'
import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { join, resolve } from 'node:path'
import { z } from 'zod'
import { spawnConsole, startConsole, temporaryFolder } from '../support/console-process.ts'
import { diagnose } from '../support/doctor.ts'
import { startFail2ban } from '../support/fail2ban-server.ts'
import { freePort } from '../support/redis-server.ts'

const ROOT = resolve(import.meta.dirname, '../..')

const cleanUp: Array<() => unknown> = []
afterEach(async () => {
  for (const end of cleanUp.splice(0).toReversed()) await end()
})

function folderOfOwn(): ReturnType<typeof temporaryFolder> {
  const folder = temporaryFolder()
  cleanUp.push(folder.dispose)
  return folder
}

/** BanGUI once more, all of it, with another number; the script that starts it. */
function otherVersion(version: string): string {
  const { path } = folderOfOwn()
  mkdirSync(join(path, 'src'))
  for (const part of ['server', 'shared']) {
    cpSync(join(ROOT, 'src', part), join(path, 'src', part), { recursive: true })
  }
  symlinkSync(join(ROOT, 'node_modules'), join(path, 'node_modules'))
  const about = z.looseObject({}).parse(JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')))
  writeFileSync(join(path, 'package.json'), JSON.stringify({ ...about, version }))
  return join(path, 'src/server/main.ts')
}

describe('the doctor and versions', () => {
  it('tells of a console that was not started anew after an upgrade', async () => {
    const env = { DATABASE_URL: folderOfOwn().database, PORT: String(await freePort()) }
    const old = await startConsole(env, otherVersion('0.0.7'))
    cleanUp.push(() => old.stop())
    const found = await diagnose(env, 'server')
    expect(found).toMatchObject({ cause: 'other-version', level: 'warning' })
    expect(found.text).toMatch(/^0\.0\.7 runs, and \d+\.\d+\.\d+\S* is installed\./)
    expect(found.text).toContain('systemctl restart bangui')
  }, 60_000)

  it('tells of a database that a newer version has used', async () => {
    const folder = folderOfOwn()
    const env = { DATABASE_URL: folder.database }
    await (await startConsole(env)).stop()
    const database = new DatabaseSync(join(folder.path, 'bangui.db'))
    database.exec("insert into migrations values ('0099-of-tomorrow', 1)")
    database.close()
    const found = await diagnose(env, 'database')
    expect(found).toMatchObject({ status: 1, cause: 'database-too-new', level: 'failing' })
    expect(found.text).toContain('0099-of-tomorrow')
    expect(found.text).toContain('bangui restore')
    // As the server itself sees it.
    const refused = spawnConsole(env)
    expect(await refused.exited).not.toBe(0)
    expect(refused.output()).toContain('0099-of-tomorrow')
  }, 60_000)

  it('tells of a fail2ban that is too old', async () => {
    const fail2ban = await startFail2ban({ version: '0.10.6' })
    cleanUp.push(() => fail2ban.stop())
    const env = { FAIL2BAN_SOCKET: fail2ban.socket, DATABASE_URL: folderOfOwn().database }
    const found = await diagnose(env, 'fail2ban')
    expect(found).toMatchObject({ status: 0, cause: 'outdated', level: 'warning' })
    expect(found.text).toContain('fail2ban 0.10.6; BanGUI wants 0.11 or newer')
    expect(found.text).toContain('apt-get install --only-upgrade fail2ban')
  }, 60_000)
})
