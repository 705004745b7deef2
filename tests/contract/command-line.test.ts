import { describe, expect, it } from '@jest/globals'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import { COMMANDS } from '../../src/server/command-line/commands.ts'
import { readVersion } from '../../src/server/startup/version.ts'
import { bangui } from '../support/command-line.ts'

describe('bangui', () => {
  it('tells its version and, alone on a line, nothing else', async () => {
    expect(await bangui(['--version'], {})).toEqual({ status: 0, stdout: `${readVersion()}\n`, stderr: '' })
  })

  it('names every command in its help', async () => {
    const { status, stdout } = await bangui(['--help'], {})
    expect(status).toBe(0)
    for (const name of Object.keys(COMMANDS)) expect(stdout).toMatch(new RegExp(`^  ${name} `, 'm'))
  })

  it('explains one command without doing it', async () => {
    const { status, stdout } = await bangui(['restore', 'x', '--help'], {})
    expect({ status, stdout }).toEqual({
      status: 0,
      stdout: expect.stringMatching(/^Usage: bangui restore FILE\n/),
    })
  })

  it.each([
    [['frobnicate'], 'There is no command "frobnicate".'],
    [['user'], 'bangui user needs to know what to do.'],
    [['user', 'frobnicate'], 'There is no command "user frobnicate".'],
    [['start', 'now'], 'Nothing is known about "now".'],
    [['backup', '--quickly'], "Unknown option '--quickly'"],
    [['restore'], 'FILE is missing.'],
    [['user', 'list', '--json=1'], 'does not take an argument'],
  ])('does not guess what %j means: status 64 and the usage', async (words, says) => {
    const { status, stdout, stderr } = await bangui(words, {})
    expect({ status, stdout }).toEqual({ status: 64, stdout: '' })
    expect(stderr).toContain(says)
    expect(stderr).toContain('Usage: bangui')
  })
})

const Printed = z.object({
  settings: z.array(
    z.object({ name: z.string(), source: z.string(), secret: z.boolean(), value: z.optional(z.string()) }),
  ),
  warnings: z.array(z.string()),
  mistakes: z.array(z.string()),
})

describe('bangui config', () => {
  const SECRET = 'a-secret-of-at-least-thirty-two-bytes'

  it('prints what holds and where it comes from, and no secret', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'bangui-config-'))
    const file = join(folder, 'token')
    writeFileSync(file, `${SECRET}\n`)
    try {
      const env = { PORT: '8081', SESSION_SECRET: SECRET, BANGUI_METRICS_TOKEN_FILE: file, BANGUI_PROT: '1' }
      const { status, stdout, stderr } = await bangui(['config'], env)
      expect({ status, stderr }).toEqual({
        status: 0,
        stderr: expect.stringContaining('BANGUI_PROT is not a setting'),
      })
      expect(stdout).toMatch(/^PORT +8081 +environment$/m)
      expect(stdout).toMatch(/^HOST +127\.0\.0\.1 +default$/m)
      expect(stdout).toMatch(/^SESSION_SECRET +\(secret\) +environment$/m)
      expect(stdout).toMatch(/^BANGUI_METRICS_TOKEN +\(secret\) +file$/m)
      const json = await bangui(['config', '--json'], env)
      const { settings, warnings } = Printed.parse(JSON.parse(json.stdout))
      expect(settings).toContainEqual({ name: 'PORT', source: 'environment', secret: false, value: '8081' })
      expect(settings).toContainEqual({ name: 'SESSION_SECRET', source: 'environment', secret: true })
      expect(warnings).toHaveLength(1)
      expect(stdout + stderr + json.stdout + json.stderr).not.toContain(SECRET)
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  it('lists every mistake with status 78, as a start would, also for programs', async () => {
    const env = { PORT: 'high', SESSION_SECRET: 'hunter2' }
    const { status, stdout, stderr } = await bangui(['config'], env)
    expect({ status, stdout }).toEqual({ status: 78, stdout: '' })
    expect(stderr).toContain('PORT: must be a whole number')
    expect(stderr).toContain('SESSION_SECRET: must hold at least 32 bytes')
    expect(stderr).not.toContain('hunter2')
    const json = await bangui(['config', '--json'], env)
    expect(json.status).toBe(78)
    expect(Printed.parse(JSON.parse(json.stdout)).mistakes).toHaveLength(2)
    const workers = await bangui(['config'], { BANGUI_WORKERS: '2' })
    expect(workers).toMatchObject({ status: 78, stderr: expect.stringContaining('2 workers requested') })
  })
})
