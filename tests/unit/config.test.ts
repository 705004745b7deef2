import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ConfigError, loadConfig, type Environment } from '../../src/server/config.ts'

function mistakesOf(env: Environment): readonly string[] {
  try {
    loadConfig(env, false)
  } catch (error) {
    if (error instanceof ConfigError) return error.mistakes
    throw error
  }
  return []
}

describe('loadConfig', () => {
  it('needs no setting at all', () => {
    expect(loadConfig({}, true)).toMatchObject({
      state: { kind: 'memory' },
      workers: 1,
      hostId: 'local',
      listen: { host: '127.0.0.1', port: 8080 },
      trustProxy: 0,
      database: { kind: 'sqlite', path: './data/bangui.db' },
      log: { level: 'info', format: 'pretty' },
      warnings: [],
    })
  })

  it('treats an empty variable as unset', () => {
    expect(loadConfig({ PORT: '', BANGUI_WORKERS: ' ' }, false)).toMatchObject({
      listen: { port: 8080 },
      workers: 1,
    })
  })

  it('writes JSON where there is no terminal', () => {
    expect(loadConfig({}, false).log.format).toBe('json')
  })

  it('lists every mistake at once, each with the name of its setting', () => {
    const mistakes = mistakesOf({
      BANGUI_WORKERS: '1.5',
      PORT: '70000',
      TRUST_PROXY: 'true',
      DATABASE_URL: 'mysql://x',
      STATE_BACKEND: 'redis',
    })
    const names = mistakes.map((mistake) => mistake.split(/[: ]/)[0])
    expect(names).toEqual(['BANGUI_WORKERS', 'PORT', 'TRUST_PROXY', 'DATABASE_URL', 'REDIS_URL'])
  })

  it('reads where fail2ban’s paths are here, and says what a mistake in it is and how it is written', () => {
    const { fail2ban } = loadConfig({ FAIL2BAN_PATH_MAP: '/config=/mnt/f2b,/log=/mnt/log' }, false)
    expect(fail2ban.pathMap).toEqual([
      { theirs: '/config', here: '/mnt/f2b' },
      { theirs: '/log', here: '/mnt/log' },
    ])
    expect(mistakesOf({ FAIL2BAN_PATH_MAP: '/config:/mnt/f2b', PORT: 'x' })).toEqual([
      expect.stringMatching(/^PORT/),
      expect.stringMatching(/^FAIL2BAN_PATH_MAP: must be pairs .*\/config\/fail2ban=\/mnt\/f2b\/config/),
    ])
  })

  it.each(['0', '-1', '1.5', 'two', '1e3', '0x10'])('refuses %s as a number of workers', (workers) => {
    expect(mistakesOf({ BANGUI_WORKERS: workers })).toEqual([
      expect.stringContaining('must be a whole number of at least 1, or auto'),
    ])
  })

  it('takes WEB_CONCURRENCY where BANGUI_WORKERS is unset, and says so', () => {
    expect(loadConfig({ WEB_CONCURRENCY: '3' }, false)).toMatchObject({
      workers: 3,
      workersFrom: 'WEB_CONCURRENCY',
    })
    expect(loadConfig({ WEB_CONCURRENCY: '3', BANGUI_WORKERS: '1' }, false)).toMatchObject({
      workers: 1,
      workersFrom: 'BANGUI_WORKERS',
    })
  })

  it('never repeats the value of a secret', () => {
    const text = mistakesOf({
      SESSION_SECRET: 'tooshort-hunter2',
      BANGUI_ADMIN_PASSWORD: 'hunter2',
      BANGUI_SETUP_TOKEN: 'hunter2',
      REDIS_URL: 'http://:hunter2@h',
      DATABASE_URL: 'postgres://u:hunter2@h/db',
      PUBLIC_URL: 'https://u:hunter2@h/',
    }).join('\n')
    expect(text.split('\n')).toHaveLength(6)
    expect(text).not.toContain('hunter2')
  })

  it('refuses to trust every proxy, and takes a count or networks', () => {
    expect(mistakesOf({ TRUST_PROXY: 'true' })).toHaveLength(1)
    expect(mistakesOf({ TRUST_PROXY: '10.0.0.0/99' })).toHaveLength(1)
    expect(loadConfig({ TRUST_PROXY: '1' }, false).trustProxy).toBe(1)
    expect(loadConfig({ TRUST_PROXY: '10.0.0.0/8, ::1' }, false).trustProxy).toEqual(['10.0.0.0/8', '::1'])
  })

  it('reads the base path of PUBLIC_URL', () => {
    expect(loadConfig({ PUBLIC_URL: 'https://example.org/bangui' }, false).publicUrl).toEqual({
      origin: 'https://example.org',
      basePath: '/bangui/',
      secure: true,
    })
  })

  it('wants both halves of the first administrator', () => {
    expect(mistakesOf({ BANGUI_ADMIN_USER: 'admin' })).toEqual([
      'BANGUI_ADMIN_USER is set without BANGUI_ADMIN_PASSWORD. Set both, or neither.',
    ])
  })

  it('refuses to leave out a role in memory mode', () => {
    expect(mistakesOf({ BANGUI_ROLES: 'web,jobs' })).toEqual([expect.stringContaining('BANGUI_ROLES')])
  })

  it('warns of a BANGUI_ setting that does not exist', () => {
    expect(loadConfig({ BANGUI_WORKER: '4' }, false).warnings).toEqual([
      expect.stringContaining('BANGUI_WORKER is not a setting'),
    ])
  })
})

describe('a secret in a file', () => {
  let folder: string
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'bangui-config-'))
    writeFileSync(join(folder, 'secret'), `${'s'.repeat(40)}\n`)
    writeFileSync(join(folder, 'empty'), '\n')
  })
  afterAll(() => rmSync(folder, { recursive: true }))

  it('is read without its line end', () => {
    expect(loadConfig({ SESSION_SECRET_FILE: join(folder, 'secret') }, false).sessionSecrets).toEqual([
      's'.repeat(40),
    ])
  })

  it('must exist, must not be empty, and must not stand beside the plain variable', () => {
    expect(mistakesOf({ SESSION_SECRET_FILE: join(folder, 'missing') })).toEqual([
      expect.stringContaining('SESSION_SECRET_FILE cannot be read'),
    ])
    expect(mistakesOf({ SESSION_SECRET_FILE: join(folder, 'empty') })).toEqual([
      expect.stringContaining('names an empty file'),
    ])
    expect(
      mistakesOf({ SESSION_SECRET: 's'.repeat(40), SESSION_SECRET_FILE: join(folder, 'secret') }),
    ).toEqual([expect.stringContaining('are both set')])
  })

  it('is not offered for a setting that is no secret', () => {
    expect(loadConfig({ PORT_FILE: join(folder, 'secret') }, false).listen.port).toBe(8080)
  })
})
