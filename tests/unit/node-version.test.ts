import { describe, expect, it } from '@jest/globals'
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { nodeComplaint } from '../../src/server/command-line/node-version.ts'

const SERVER = resolve(import.meta.dirname, '../../src/server')
const path = '/usr/bin/node'

describe('the version of Node.js', () => {
  it.each(['v20.20.2', 'v22.99.0', 'v24.6.9', 'v4.0.0'])(
    '%s is too old, which is said with what to do',
    (version) => {
      const complaint = nodeComplaint({ version, path })
      expect(complaint).toContain(
        `BanGUI needs Node.js 24.7 or newer, and this is ${version} (/usr/bin/node).`,
      )
      expect(complaint).toContain('https://nodejs.org')
    },
  )

  it.each(['v24.7.0', 'v24.21.0', 'v25.0.0', 'v26.0.0-nightly', process.version])('%s will do', (version) => {
    expect(nodeComplaint({ version, path })).toBeUndefined()
  })

  it('is looked at before anything is loaded that an old one does not know', () => {
    const loaded = new Set(['main.ts'])
    const builtIn = new Set<string>()
    for (const file of loaded) {
      const source = readFileSync(join(SERVER, file), 'utf8')
      for (const [, specifier = ''] of source.matchAll(/^import (?!type )[^;]*? from '([^']+)'/gm)) {
        if (specifier.startsWith('.')) loaded.add(join(file, '..', specifier))
        else builtIn.add(specifier)
      }
    }
    expect([...loaded]).toEqual(['main.ts', 'command-line/node-version.ts', 'startup/exit-status.ts'])
    expect([...builtIn].toSorted()).toEqual(['node:fs', 'node:url'])
  })
})
