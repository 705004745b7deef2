import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SourceWatch } from '../../src/server/agent/source-watch.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bangui-sources-'))
  writeFileSync(join(folder, 'auth.log'), 'a line\n')
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

function watchOn(seesFiles: boolean): SourceWatch {
  return new SourceWatch({ now: () => 0, seesFiles: () => seesFiles, earlier: undefined })
}

const jailOn = (...files: string[]) => ({
  name: 'sshd',
  sources: files.map((file) => join(folder, file)),
  sourceKind: 'files' as const,
})

async function looked(watch: SourceWatch, jail: ReturnType<typeof jailOn>, missing: string[]): Promise<void> {
  await watch.lookNow([jail])
  expect(watch.missingOf('sshd')).toEqual(missing)
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
  it('says that they are hidden, not that they are missing', async () => {
    const watch = watchOn(false)
    const path = join(folder, 'gone.log')
    await looked(watch, jailOn('auth.log', 'gone.log'), [path])
    expect(watch.hidden).toEqual([])
    // Now as from a container of its own: none of the files is there.
    await looked(watch, jailOn('gone.log'), [])
    expect(watch.hidden).toEqual([path])
  })
})

describe('an agent that was told where fail2ban’s files are', () => {
  const jail = {
    name: 'sshd',
    sources: ['/theirs/auth.log', '/theirs/gone.log'],
    sourceKind: 'files' as const,
  }
  const mapped = (here: string): SourceWatch =>
    new SourceWatch({
      now: () => 0,
      seesFiles: () => false,
      pathMap: [{ theirs: '/theirs', here }],
      earlier: undefined,
    })

  it('looks there, and names them as fail2ban does', async () => {
    const watch = mapped(folder)
    await looked(watch, jail, ['/theirs/gone.log'])
    expect(await watch.filesOf(jail)).toMatchObject([
      { path: '/theirs/auth.log', state: 'ok', sizeBytes: 7 },
      { path: '/theirs/gone.log', state: 'missing' },
    ])
    expect(watch.hidden).toEqual([])
  })

  it('takes none for missing where the folder that it was told of is not there', async () => {
    const watch = mapped(join(folder, 'nowhere'))
    await looked(watch, jail, [])
    expect(watch.hidden).toEqual(jail.sources)
  })

  it('takes those it was told nothing of for hidden', async () => {
    const watch = mapped(folder)
    await looked(watch, { ...jail, sources: ['/theirs/auth.log', '/elsewhere/x.log'] }, [])
    expect(watch.hidden).toEqual(['/elsewhere/x.log'])
  })
})
