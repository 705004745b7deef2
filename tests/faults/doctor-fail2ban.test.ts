import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { appendFileSync, chmodSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { TERMINATOR } from '../../src/server/fail2ban/protocol/frame-splitter.ts'
import { AS_ANYBODY } from '../support/console-process.ts'
import { diagnose, runDoctor } from '../support/doctor.ts'
import { startFail2ban, type Fail2banServer } from '../support/fail2ban-server.ts'
import { startStandIn } from '../support/stand-in-server.ts'
import { asUser } from '../support/unprivileged.ts'
import { waitFor } from '../support/wait-for.ts'

const SHIFTED = fileURLToPath(new URL('./shifted-clock.ts', import.meta.url))
/** A user who has nothing to do with fail2ban, and may read the program. */
const NOBODY = asUser(65_534, '--bounding-set=-all')
const GARBAGE = Buffer.concat([Buffer.from('hello'), TERMINATOR])

let fail2ban: Fail2banServer
let folder: string
let env: Record<string, string>

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'bangui-doctor-'))
  chmodSync(folder, 0o777)
  fail2ban = await startFail2ban()
  env = { FAIL2BAN_SOCKET: fail2ban.socket, DATABASE_URL: `sqlite:${join(folder, 'bangui.db')}` }
}, 60_000)
afterAll(async () => {
  await fail2ban.stop()
  rmSync(folder, { recursive: true, force: true })
})

describe('the doctor beside a fail2ban', () => {
  it('says in one line that all is well, and makes nothing', async () => {
    expect(await runDoctor(env)).toEqual({
      status: 0,
      output: expect.stringMatching(/^All \d+ checks passed\.\n$/),
    })
    const { status } = await runDoctor({ ...env, DATABASE_URL: `sqlite:${folder}/not/yet/bangui.db` })
    expect(status).toBe(0)
    expect(await runDoctor(env, '', { before: `test ! -e ${folder}/not` })).toMatchObject({ status: 0 })
  }, 60_000)

  it('tells what is well when asked, and keeps from a terminal what would steer it', async () => {
    const { output } = await runDoctor({ ...env, FAIL2BAN_DB: '/none/\u001B[31m.sqlite3' }, '--verbose')
    expect(output).toContain('ok  fail2ban  answers')
    expect(output).toContain('/none/\uFFFD[31m.sqlite3 does not exist')
    expect(output).not.toContain('\u001B')
  }, 60_000)

  it('lists every mistake of the settings with its remedy, with status 78', async () => {
    const { status, output } = await runDoctor({
      PORT: 'x',
      FAIL2BAN_PATH_MAP: 'here',
      STATE_BACKEND: 'redis',
    })
    expect(status).toBe(78)
    for (const name of ['PORT', 'FAIL2BAN_PATH_MAP', 'REDIS_URL']) expect(output).toContain(name)
    const workers = await runDoctor({ BANGUI_WORKERS: '2' })
    expect(workers).toMatchObject({ status: 78, output: expect.stringContaining('set BANGUI_WORKERS=1') })
  }, 60_000)

  it('tells of settings that do nothing', async () => {
    expect(await diagnose({ ...env, BANGUI_WORKER: '2' }, 'settings')).toMatchObject({
      status: 0,
      cause: 'settings-advice',
      text: expect.stringContaining('BANGUI_WORKER is not a setting'),
    })
  }, 60_000)

  it('tells of rights that are missing, for which user, and the lines that give them', async () => {
    chmodSync(fail2ban.root, 0o755)
    const found = await diagnose(env, 'fail2ban', { through: NOBODY })
    expect(found).toMatchObject({ status: 1, cause: 'socket-forbidden', level: 'failing' })
    expect(found.text).toContain(`${fail2ban.socket} is of root:root with mode 0700`)
    expect(found.text).toContain('runs as nobody:nogroup')
    expect(found.text).toContain(`chgrp bangui ${fail2ban.socket} && chmod 660 ${fail2ban.socket}`)
    chmodSync(fail2ban.root, 0o700)
    const blocked = await diagnose(env, 'fail2ban', { through: NOBODY })
    expect(blocked.text).toContain(`chgrp bangui ${fail2ban.root} && chmod 710 ${fail2ban.root}`)
  }, 60_000)

  it('tells of a database of fail2ban’s that may not be read', async () => {
    chmodSync(fail2ban.root, 0o755)
    chmodSync(fail2ban.socket, 0o666)
    const found = await diagnose(env, 'fail2ban-database', { through: NOBODY })
    expect(found).toMatchObject({ cause: 'unreadable', text: expect.stringContaining('chmod 640') })
    expect(found.text).toContain('may not be read')
    chmodSync(join(fail2ban.root, 'fail2ban.log'), 0o600)
    const log = await diagnose(env, 'fail2ban-log', { through: NOBODY })
    expect(log).toMatchObject({ cause: 'log-unreadable', text: expect.stringContaining('fail2ban.log') })
  }, 60_000)

  it('tells of a socket that is mounted as a file, before it is too late and after', async () => {
    const mounted = `touch ${folder}/f.sock && mount --bind ${fail2ban.socket} ${folder}/f.sock`
    const place = { ...env, FAIL2BAN_SOCKET: `${folder}/f.sock` }
    const alive = await diagnose(place, 'fail2ban', { alone: true, before: mounted })
    expect(alive).toMatchObject({ status: 0, cause: 'socket-file', level: 'warning' })
    expect(alive.text).toContain('- /run/fail2ban:/run/fail2ban')
    // It ends, as for a restart: what is mounted stays the old socket.
    const ended = `${mounted}\nkill $(cat ${fail2ban.root}/fail2ban.pid)\nwhile test -e ${fail2ban.socket}; do sleep 0.1; done`
    const dead = await diagnose(place, 'fail2ban', { alone: true, before: ended })
    expect(dead).toMatchObject({ status: 1, cause: 'socket-file', level: 'failing' })
    await fail2ban.restart()
  }, 60_000)

  it('tells of a mounted folder that was made anew where it comes from', async () => {
    const place = { ...env, FAIL2BAN_SOCKET: `${folder}/run/fail2ban.sock` }
    const before = `mkdir ${folder}/source ${folder}/run && mount --bind ${folder}/source ${folder}/run && rmdir ${folder}/source`
    const found = await diagnose(place, 'fail2ban', { alone: true, before })
    expect(found).toMatchObject({ status: 1, cause: 'folder-dead' })
    expect(found.text).toContain('RuntimeDirectoryPreserve=yes')
  }, 60_000)

  it('tells of a log in another time zone', async () => {
    const auth = join(fail2ban.root, 'log', 'auth.log')
    const two = new Date(Date.now() + 2 * 3_600_000)
    const month = two.toLocaleString('en', { month: 'short' })
    const clock = two.toTimeString().slice(0, 8)
    const line = `${month} ${String(two.getDate()).padStart(2)} ${clock} host sshd[77]: Failed password for root from 203.0.113.66 port 4 ssh2\n`
    await waitFor(
      () => {
        appendFileSync(auth, line)
        return fail2ban.log().includes('timezone problem')
      },
      { what: 'fail2ban to notice', everyMs: 500 },
    )
    const found = await diagnose(env, 'fail2ban-log')
    expect(found).toMatchObject({ status: 0, cause: 'odd-times', level: 'warning' })
    expect(found.text).toContain('sshd')
    expect(found.text).toContain('TZ=')
  }, 60_000)

  it('tells of a ban that lies in the future of its clock', async () => {
    await fail2ban.client('set', 'sshd', 'banip', '203.0.113.9')
    await waitFor(async () => (await fail2ban.client('get', 'sshd', 'banip')).includes('203.0.113.9'), {
      what: 'the ban',
    })
    const shifted = { NODE_OPTIONS: `--import=${SHIFTED}`, CLOCK_SHIFT_MS: '-3600000' }
    const found = await waitFor(
      async () => {
        const look = await diagnose({ ...env, ...shifted }, 'clock')
        return look.cause === 'future-bans' && look
      },
      { what: 'the ban to be recorded', timeoutMs: 20_000 },
    )
    expect(found).toMatchObject({ level: 'warning', text: expect.stringContaining('set-ntp') })
  }, 60_000)

  it('tells of a log that is gone, and of the jail that it blinds', async () => {
    const auth = join(fail2ban.root, 'log', 'auth.log')
    renameSync(auth, `${auth}.away`)
    const found = await diagnose(env, 'log-files')
    expect(found).toMatchObject({ status: 0, cause: 'missing', level: 'warning' })
    expect(found.text).toContain(`sshd can ban nobody: ${auth}.`)
    expect(found.text).toContain('logpath =')
    renameSync(`${auth}.away`, auth)
  }, 60_000)

  it('tells of files that are elsewhere here, and is content with a map', async () => {
    const { root } = fail2ban
    const before = `mkdir -p ${folder}/here && mount --bind ${root} ${folder}/here && mount -t tmpfs none ${root}`
    const place = { ...env, FAIL2BAN_SOCKET: `${folder}/here/fail2ban.sock` }
    const hidden = await diagnose(place, 'fail2ban-database', { alone: true, before })
    expect(hidden).toMatchObject({ cause: 'database-elsewhere', level: 'warning' })
    expect(hidden.text).toContain(`FAIL2BAN_PATH_MAP=${root}=`)
    const logs = await diagnose(place, 'log-files', { alone: true, before })
    expect(logs).toMatchObject({ cause: 'logs-elsewhere', text: expect.stringContaining(`${root}/log=`) })
    const log = await diagnose(place, 'fail2ban-log', { alone: true, before })
    expect(log).toMatchObject({ cause: 'log-elsewhere', text: expect.stringContaining(`${root}=`) })
    const mapped = { ...place, FAIL2BAN_PATH_MAP: `${root}=${folder}/here` }
    expect(await diagnose(mapped, 'fail2ban-database', { alone: true, before })).toMatchObject({
      level: 'ok',
    })
    expect(await diagnose(mapped, 'log-files', { alone: true, before })).toMatchObject({ level: 'ok' })
  }, 60_000)

  it('tells of another program on the socket, by what it does', async () => {
    const place = (socketPath: string) => ({ ...env, FAIL2BAN_SOCKET: socketPath })
    const speaks = await startStandIn((socket) => socket.on('data', () => socket.write(GARBAGE)))
    const wrong = await diagnose(place(speaks.socketPath), 'fail2ban')
    await speaks.stop()
    expect(wrong).toMatchObject({ status: 1, cause: 'protocol-error', level: 'failing' })
    expect(wrong.text).toContain('FAIL2BAN_SOCKET=')
    const hangsUp = await startStandIn((socket) => socket.on('data', () => socket.end()))
    const lost = await diagnose(place(hangsUp.socketPath), 'fail2ban')
    await hangsUp.stop()
    expect(lost).toMatchObject({ status: 1, cause: 'connection-lost', level: 'failing' })
    expect(lost.text).toContain('systemctl status fail2ban')
  }, 60_000)

  it('tells what nobody could look at, and for what reason', async () => {
    const away = { ...env, FAIL2BAN_SOCKET: `${folder}/none.sock` }
    const found = await diagnose(away, 'jails')
    expect(found).toMatchObject({ cause: 'not-known', level: 'unknown' })
    expect(found.text).toContain('Not known: fail2ban is away.')
    const { output } = await runDoctor(away)
    expect(output).toMatch(/^NOT KNOWN {2}jails, log-files, fail2ban-database, fail2ban-log$/m)
  }, 60_000)

  it('tells of a fail2ban that hangs, has no jail, has crashed, or is not there', async () => {
    fail2ban.freeze()
    const hung = await diagnose(env, 'fail2ban')
    fail2ban.thaw()
    expect(hung).toMatchObject({ status: 1, cause: 'not-answering' })
    expect(hung.text).toContain('systemctl restart fail2ban')
    for (const jail of ['sshd', 'nginx-http-auth', 'recidive']) await fail2ban.client('stop', jail)
    expect(await diagnose(env, 'jails')).toMatchObject({
      status: 1,
      cause: 'no-jails',
      text: expect.stringContaining('enabled = true'),
    })
    await fail2ban.kill()
    const crashed = await diagnose(env, 'fail2ban')
    expect(crashed).toMatchObject({ status: 1, cause: 'socket-stale' })
    expect(crashed.text).toContain('journalctl -u fail2ban')
    const missing = await diagnose({ ...env, FAIL2BAN_SOCKET: `${folder}/none.sock` }, 'fail2ban')
    expect(missing).toMatchObject({ status: 1, cause: 'socket-missing' })
    expect(missing.text).toContain('FAIL2BAN_SOCKET=')
  }, 90_000)
})

describe('the doctor and BanGUI’s own database', () => {
  const alone = (path: string) => ({ ...env, DATABASE_URL: `sqlite:${path}` })

  it('tells of a folder that may not be written, and of one that is mounted read-only', async () => {
    const closed = join(folder, 'closed')
    const before = `mkdir -p ${closed} && chmod 555 ${closed}`
    const found = await diagnose(alone(`${closed}/bangui.db`), 'database', {
      before,
      through: AS_ANYBODY,
    })
    expect(found).toMatchObject({ status: 1, cause: 'not-writable' })
    expect(found.text).toContain('chown')
    const mounted = `mkdir -p ${folder}/ro && mount -t tmpfs -o ro none ${folder}/ro`
    const readOnly = await diagnose(alone(`${folder}/ro/bangui.db`), 'database', {
      alone: true,
      before: mounted,
    })
    expect(readOnly.text).toContain('mounted read-only')
  }, 60_000)

  it('tells of a disk that is full', async () => {
    const before = `mkdir -p ${folder}/full && mount -t tmpfs -o size=2m none ${folder}/full && head -c 1900000 /dev/zero > ${folder}/full/x`
    const found = await diagnose(alone(`${folder}/full/bangui.db`), 'disk', { alone: true, before })
    expect(found).toMatchObject({ status: 1, cause: 'nearly-full', level: 'failing' })
    expect(found.text).toContain(`df -h ${folder}/full`)
  }, 60_000)

  it('tells of a file that is none of its own', async () => {
    writeFileSync(join(folder, 'broken.db'), 'this is no database, however long one looks at it')
    const found = await diagnose(alone(`${folder}/broken.db`), 'database')
    expect(found).toMatchObject({ status: 1, cause: 'database-broken' })
    expect(found.text).toContain('integrity_check')
  }, 60_000)
})
