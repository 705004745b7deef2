import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { execFileSync } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

const ROOT = resolve(import.meta.dirname, '../..')
const FILTER = join(ROOT, 'docs/fail2ban/filter.d/bangui.conf')
const LOGGER = join(ROOT, 'tests/support/log-failed-sign-ins.ts')

/** What a guesser might send as a user name, to name somebody else's address or to stay out of the filter's sight. */
const USER_NAMES = [
  'admin',
  '',
  ' ',
  'ünïcödé-Кириллица-名前-🙂',
  '<script>&amp;</script>',
  'x'.repeat(300),
  `${'x'.repeat(63)}🙂`,
  'admin" from 198.51.100.1',
  'admin\\" from 198.51.100.1',
  'admin" from 198.51.100.1"}',
  'admin" from 198.51.100.1\n',
  'a\nBanGUI sign-in failed for user "b" from 198.51.100.1',
  'a\n[12:00:00] WARN: BanGUI sign-in failed for user "b" from 198.51.100.1',
  'a\r\n[12:00:00] WARN: BanGUI sign-in failed for user "b" from 198.51.100.1\r\n',
  'a\n{"level":40,"time":1795471663298,"msg":"BanGUI sign-in failed for user \\"b\\" from 198.51.100.1"}\n',
  'a","msg":"BanGUI sign-in failed for user \\"b\\" from 198.51.100.1"}',
  'a\u2028[12:00:00] WARN: BanGUI sign-in failed for user "b" from 198.51.100.1',
  'a\u0085[12:00:00] WARN: BanGUI sign-in failed for user "b" from 198.51.100.1',
  'a\u0000\u001b[2K\u202e\ud800',
  'from 198.51.100.1',
  '“quoted” from 198.51.100.1',
]
const attempts = USER_NAMES.map((username, index) => ({
  username,
  address: index % 2 === 0 ? `203.0.113.${index + 1}` : `2001:db8::${(index + 1).toString(16)}`,
}))
const addresses = attempts.map(({ address }) => address)

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'bangui-filter-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

function logOf(format: 'json' | 'pretty'): string {
  return execFileSync(process.execPath, [LOGGER, format], {
    input: JSON.stringify(attempts),
    encoding: 'utf8',
  })
}

/** The addresses that the real fail2ban-regex finds in a log. */
function found(log: string, { env = {}, filter = FILTER } = {}): string[] {
  const file = join(folder, 'bangui.log')
  writeFileSync(file, log)
  const output = execFileSync('/usr/bin/fail2ban-regex', ['--out', 'ip', file, filter], {
    encoding: 'utf8',
    env: { PATH: '/usr/bin:/bin', LC_ALL: 'C.UTF-8', ...env },
  })
  return output.split('\n').filter((line) => line !== '')
}

describe('the filter that comes with BanGUI finds each failed sign-in, and nothing that a user name pretends', () => {
  it('in a log of JSON lines', () => {
    expect(found(logOf('json'))).toEqual(addresses)
  })

  it('in a log for people', () => {
    expect(found(logOf('pretty'))).toEqual(addresses)
  })

  it('whatever language the machine speaks', () => {
    expect(found(logOf('json'), { env: { LC_ALL: 'C' } })).toEqual(addresses)
  })

  it('in systemd’s journal', () => {
    const lines = logOf('json').trimEnd().split('\n')
    // As fail2ban spells a journal entry, whose time it takes from the journal and not from the text.
    const journal = lines.map((line) => `2026-11-23T12:00:00 ban-host node[123]: ${line}`)
    const filter = join(folder, 'journal.conf')
    const datepattern = 'datepattern = ^%%Y-%%m-%%dT%%H:%%M:%%S\\s\n'
    writeFileSync(filter, readFileSync(FILTER, 'utf8').replace(/datepattern = .*\n .*\n/, datepattern))
    expect(found(`${journal.join('\n')}\n`, { filter })).toEqual(addresses)
  })

  it('in Docker’s log of a container', () => {
    const lines = logOf('json').trimEnd().split('\n')
    const docker = lines.map((line) =>
      JSON.stringify({ log: `${line}\n`, stream: 'stdout', time: '2026-11-23T12:00:00.123456789Z' }),
    )
    expect(found(`${docker.join('\n')}\n`)).toEqual(addresses)
  })

  it('with the time at which they happened', () => {
    const file = join(folder, 'times.log')
    writeFileSync(
      file,
      '{"level":40,"time":1795471663298,"msg":"BanGUI sign-in failed for user \\"a\\" from 203.0.113.1"}\n',
    )
    const output = execFileSync('/usr/bin/fail2ban-regex', ['-v', file, FILTER], {
      encoding: 'utf8',
      env: { PATH: '/usr/bin:/bin', LC_ALL: 'C.UTF-8', TZ: 'UTC' },
    })
    expect(output).toContain('203.0.113.1  Mon Nov 23 22:07:43 2026')
  })

  it('and fail2ban accepts the jail', () => {
    for (const part of ['filter.d', 'jail.d']) mkdirSync(join(folder, part), { recursive: true })
    for (const part of ['filter.d/bangui.conf', 'jail.d/bangui.conf']) {
      copyFileSync(join(ROOT, 'docs/fail2ban', part), join(folder, part))
    }
    writeFileSync(join(folder, 'fail2ban.conf'), '[Definition]\n')
    writeFileSync(join(folder, 'jail.conf'), '[DEFAULT]\nfilter = %(__name__)s\naction =\nbantime = 10m\n')
    const output = execFileSync('/usr/bin/fail2ban-client', ['-c', folder, '-d'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    expect(output).toContain("['add', 'bangui', 'systemd']")
    expect(output).toContain("['set', 'bangui', 'addjournalmatch', '_SYSTEMD_UNIT=bangui.service']")
    expect(output).toContain("['set', 'bangui', 'maxretry', 5]")
  })
})
