import { describe, expect, it } from '@jest/globals'
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'

const ROOT = resolve(import.meta.dirname, '../../src')

/**
 * Who may import whom; a feature may always import itself. On the server no feature knows another; screens are made of
 * each other's parts, so those of the web do.
 */
const MAY_IMPORT: Record<string, readonly string[]> = {
  shared: ['shared'],
  'server/lib': ['server/lib', 'shared'],
  'server/state': ['server/state', 'server/lib', 'shared'],
  'server/db': ['server/db', 'server/lib', 'shared'],
  'server/fail2ban': ['server/fail2ban', 'server/lib', 'shared'],
  'server/jobs': ['server/jobs', 'server/lib', 'shared'],
  'server/http': ['server/http', 'server/lib', 'shared', 'server/state'],
  'server/startup': ['server/startup', 'server/db', 'server/state', 'server/lib', 'shared'],
  'server/agent': ['server/agent', 'server/fail2ban', 'server/state', 'server/jobs', 'server/lib', 'shared'],
  'server/doctor': [
    'server/doctor',
    'server/agent',
    'server/fail2ban',
    'server/features/*',
    'server/startup',
    'server/state',
    'server/db',
    'server/lib',
    'shared',
  ],
  'server/features/*': ['server/http', 'server/jobs', 'server/state', 'server/db', 'server/lib', 'shared'],
  'web/ui': ['web/ui', 'shared'],
  'web/api': ['web/api', 'shared'],
  'web/locales': ['web/api'],
  'web/dev': ['web/dev', 'web/ui', 'shared'],
  'web/features/*': ['web/features/*', 'web/ui', 'web/api', 'shared'],
}

/** Files that put the parts together may import everything of their side; nobody but each other imports them. */
const COMPOSITION = /^(?:server|web)\/(?:command-line\/)?[^/]+\.tsx?$/

const files = readdirSync(ROOT, { recursive: true, encoding: 'utf8' })
  .filter((file) => /\.tsx?$/.test(file) && !file.endsWith('.d.ts'))
  .map((file) => file.replaceAll('\\', '/'))

/** Every relative import, type imports and `import()` too, as a path below src. */
function importsOf(file: string): string[] {
  const source = readFileSync(join(ROOT, file), 'utf8')
  const specifiers = [...source.matchAll(/(?:\bfrom\s+|\bimport\s*\(?\s*)'(\.[^']*)'/g)].map(
    (match) => match[1] ?? '',
  )
  return specifiers
    .filter((specifier) => /\.tsx?$/.test(specifier))
    .map((specifier) => relative(ROOT, resolve(ROOT, dirname(file), specifier)).replaceAll('\\', '/'))
}

function roomOf(file: string): string {
  const parts = file.split('/')
  if (parts[0] === 'shared') return 'shared'
  return parts[1] === 'features' ? parts.slice(0, 3).join('/') : parts.slice(0, 2).join('/')
}

/** All features of a side obey one row of the table. */
const kindOf = (room: string): string => room.replace(/\/features\/.*/, '/features/*')

const graph = new Map(files.map((file) => [file, importsOf(file)]))

describe('the import table', () => {
  it('knows every folder there is', () => {
    const rooms = files.filter((file) => !COMPOSITION.test(file)).map(roomOf)
    const known = (room: string): boolean => kindOf(room) in MAY_IMPORT
    expect([...new Set(rooms)].filter((room) => !known(room))).toEqual([])
  })

  it('is kept by every file', () => {
    const broken: string[] = []
    for (const [file, imports] of graph) {
      const side = file.split('/')[0]
      for (const target of imports) {
        if (COMPOSITION.test(file)) {
          const targetSide = target.split('/')[0]
          if (targetSide !== side && targetSide !== 'shared') broken.push(`${file} → ${target}`)
          continue
        }
        const room = roomOf(file)
        const allowed = MAY_IMPORT[kindOf(room)] ?? []
        const isAllowed =
          roomOf(target) === room ||
          allowed.includes(roomOf(target)) ||
          allowed.includes(kindOf(roomOf(target)))
        const ok = !COMPOSITION.test(target) && isAllowed
        if (!ok) broken.push(`${file} → ${target}`)
      }
    }
    expect(broken).toEqual([])
  })

  it('has no cycles, type imports included', () => {
    const done = new Set<string>()
    const cycles: string[] = []
    const visit = (file: string, path: readonly string[]): void => {
      if (path.includes(file)) {
        cycles.push([...path.slice(path.indexOf(file)), file].join(' → '))
        return
      }
      if (done.has(file)) return
      for (const target of graph.get(file) ?? []) visit(target, [...path, file])
      done.add(file)
    }
    for (const file of files) visit(file, [])
    expect(cycles).toEqual([])
  })
})

describe('the source', () => {
  it('reads the environment and the arguments in main.ts only', () => {
    const reads = /process\.(?:env|argv)/
    const readers = files.filter((file) => reads.test(readFileSync(join(ROOT, file), 'utf8')))
    expect(readers).toEqual(['server/main.ts'])
  })

  it('imports nothing but zod and itself in shared', () => {
    const packages = files
      .filter((file) => file.startsWith('shared/'))
      .flatMap((file) =>
        [...readFileSync(join(ROOT, file), 'utf8').matchAll(/\bfrom\s+'([^.'][^']*)'/g)].map(
          (match) => match[1],
        ),
      )
    expect([...new Set(packages)]).toEqual(['zod/mini'])
  })

  it('has no file of more than 400 lines', () => {
    const long = files.filter((file) => readFileSync(join(ROOT, file), 'utf8').split('\n').length > 401)
    expect(long).toEqual([])
  })
})
