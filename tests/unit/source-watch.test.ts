import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SourceWatch } from '../../src/server/agent/source-watch.ts'
import { waitFor } from '../support/wait-for.ts'

let folder: string
let now = 0
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bangui-sources-'))
  writeFileSync(join(folder, 'auth.log'), 'a line\n')
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

function watchOn(seesFiles: boolean): SourceWatch {
  return new SourceWatch({ now: () => now, seesFiles: () => seesFiles, earlier: undefined })
}

const jailOn = (...files: string[]) => ({
  name: 'sshd',
  sources: files.map((file) => join(folder, file)),
  sourceKind: 'files' as const,
})

/** Looks until it has looked. */
async function looked(watch: SourceWatch, jail: ReturnType<typeof jailOn>, missing: string[]): Promise<void> {
  await waitFor(
    () => {
      now += 60_000
      watch.look([jail])
      return JSON.stringify(watch.missingOf('sshd')) === JSON.stringify(missing)
    },
    { what: `${missing.length} missing files`, timeoutMs: 3_000 },
  )
}

describe('the log files of a jail', () => {
  it('are described with when they were last written to', async () => {
    expect(await watchOn(true).filesOf(jailOn('auth.log', 'gone.log'))).toEqual([
      { path: join(folder, 'auth.log'), state: 'ok', changedAt: expect.any(String), sizeBytes: 7 },
      { path: join(folder, 'gone.log'), state: 'missing' },
    ])
  })

  it('are missing when others are there', async () => {
    await looked(watchOn(false), jailOn('auth.log', 'gone.log'), [join(folder, 'gone.log')])
  })

  it('are all missing where fail2ban’s files are known to be seen', async () => {
    await looked(watchOn(true), jailOn('gone.log'), [join(folder, 'gone.log')])
  })

  it('are given up when fail2ban has dropped what was missing, until the jail is loaded again', async () => {
    const watch = watchOn(true)
    const path = join(folder, 'gone.log')
    await looked(watch, jailOn('gone.log'), [path])
    writeFileSync(path, '')
    // Not among those that fail2ban names any more.
    expect(await watch.filesOf(jailOn())).toMatchObject([{ path, state: 'given-up' }])
    await looked(watch, jailOn(), [path])
    watch.forget('sshd')
    expect(await watch.filesOf(jailOn())).toEqual([])
  })

  it('are none where a jail reads the journal', async () => {
    const jail = { name: 'sshd', sources: ['_SYSTEMD_UNIT=ssh.service'], sourceKind: 'journal' as const }
    expect(await watchOn(true).filesOf(jail)).toEqual([])
  })
})

describe('an agent that does not see fail2ban’s files', () => {
  it('says nothing of them', async () => {
    const watch = watchOn(false)
    const path = join(folder, 'gone.log')
    await looked(watch, jailOn('auth.log', 'gone.log'), [path])
    // Now as from a container of its own: none of the files is there.
    await looked(watch, jailOn('gone.log'), [])
  })
})
