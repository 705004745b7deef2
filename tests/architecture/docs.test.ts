import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { spawnSync } from 'node:child_process'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { COMMANDS } from '../../src/server/command-line/commands.ts'
import { SETTINGS } from '../../src/server/settings.ts'

const ROOT = resolve(import.meta.dirname, '../..')
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8')

const PAGES = [
  'README.md',
  'CHANGELOG.md',
  ...readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
]

/** What they tell people to use, beside the pages themselves. */
const RECIPES = readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' })
  .filter((name) => /\.(?:service|conf)$/.test(name))
  .map((name) => `docs/${name}`)
const OTHERS = [...RECIPES, 'compose.yml', 'compose.prod.yml', 'compose.debug.yml', 'docker/Dockerfile']

/** Names that look like settings of ours and belong to the Compose files, which put them into settings. */
const FOREIGN = new Set(['BANGUI_PORT', 'FAIL2BAN_IMAGE', 'FAIL2BAN_RUN', 'FAIL2BAN_CONFIG', 'FAIL2BAN_DATA'])

/** Without blocks of code, in which # begins a comment. */
const prose = (text: string): string => text.replaceAll(/^ *```[\s\S]*?^ *```/gm, '')

function anchorsOf(path: string): Set<string> {
  const text = prose(read(path))
  const headings = [...text.matchAll(/^#+ (.+)$/gm)].map((match) =>
    String(match[1])
      .toLowerCase()
      .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  )
  return new Set([...headings, ...[...text.matchAll(/<a id="([^"]+)">/g)].map((match) => String(match[1]))])
}

function brokenLinks(path: string): string[] {
  const links = [...prose(read(path)).matchAll(/\]\(([^()\s]+)\)/g)].map((match) => String(match[1]))
  return links.filter((link) => {
    if (/^[a-z]+:/.test(link)) return false
    const [file = '', anchor] = link.split('#')
    const target = file === '' ? path : join(dirname(path), file)
    if (!existsSync(join(ROOT, target))) return true
    return (
      anchor !== undefined && (statSync(join(ROOT, target)).isDirectory() || !anchorsOf(target).has(anchor))
    )
  })
}

/** In code only: `NAME=`, `NAME:` of an environment, or the whole of an inline piece. */
function settingsIn(text: string): string[] {
  const code = [...text.matchAll(/```[\s\S]*?```|`[^`\n]+`/g)].map(String).join('\n')
  const names = [...code.matchAll(/(?<![\w$/-])([A-Z][A-Z\d]*(?:_[A-Z\d]+)*)(?=\s?[=:](?!\/\/)|`)/g)]
  return names.map((match) => String(match[1]))
}

function isSetting(name: string): boolean {
  return name in SETTINGS || (name.endsWith('_FILE') && name.slice(0, -'_FILE'.length) in SETTINGS)
}

const PREFIXES = /^(?:BANGUI|FAIL2BAN|REDIS|STATE|TRUST|PUBLIC|SESSION|DATABASE|LOG|WEB)_/

describe.each(PAGES)('%s', (path) => {
  const text = read(path)

  it('leads to files and headings that are there', () => {
    expect(brokenLinks(path)).toEqual([])
  })

  it('names scripts of npm that there are', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> }
    const named = [...text.matchAll(/npm run (?:--silent )?([\w:-]+)/g)].map((match) => String(match[1]))
    expect(named.filter((name) => !(name in scripts))).toEqual([])
  })

  it('names commands of bangui that there are', () => {
    const code = [...text.matchAll(/```(?:sh|text)[\s\S]*?```|`[^`\n]+`/g)].map(String).join('\n')
    const named = [...code.matchAll(/(?<![\w./@-])bangui ((?!bangui\b)[a-z][a-z-]*(?: [a-z][a-z-]*)?)/g)].map(
      (match) => String(match[1]),
    )
    const firsts = new Set(Object.keys(COMMANDS).map((name) => name.split(' ')[0]))
    // Of a command with one word the second is an operand.
    const isThere = (words: string): boolean =>
      words in COMMANDS || String(words.split(' ')[0]) in COMMANDS || firsts.has(words)
    expect(named.filter((words) => !isThere(words))).toEqual([])
  })

  it('names settings that there are', () => {
    const named = new Set(settingsIn(text))
    expect(
      [...named].filter((name) => PREFIXES.test(name) && !isSetting(name) && !FOREIGN.has(name)),
    ).toEqual([])
  })
})

describe('what the pages tell people to use', () => {
  it.each([...PAGES.filter((path) => path !== 'CHANGELOG.md'), ...OTHERS])(
    'is of this version: %s',
    (path) => {
      const { version } = JSON.parse(read('package.json')) as { version: string }
      const named = [...read(path).matchAll(/\bbangui(?:-agent)?[:-](\d+\.\d+\.\d+)/g)].map(
        (match) => match[1],
      )
      expect(named.filter((each) => each !== version)).toEqual([])
    },
  )

  it.each(OTHERS)('names settings that there are: %s', (path) => {
    const names = [...read(path).matchAll(/(?<![\w$/-])((?:[A-Z][A-Z\d]*)(?:_[A-Z\d]+)+)(?=\s?[=:])/g)]
    const unknown = names
      .map((match) => String(match[1]))
      .filter((name) => PREFIXES.test(name) && !isSetting(name) && !FOREIGN.has(name))
    expect(unknown).toEqual([])
  })

  describe('as a Compose file', () => {
    let folder: string
    beforeAll(() => {
      folder = mkdtempSync(join(tmpdir(), 'bangui-docs-'))
    })
    afterAll(() => rmSync(folder, { recursive: true }))

    const snippets = PAGES.flatMap((path) =>
      [...read(path).matchAll(/```yaml\n([\s\S]*?)```/g)].map((match) => [path, String(match[1])] as const),
    )
    it.each(snippets)('is accepted by docker-compose: %s', (path, text) => {
      const project = join(folder, path.replaceAll('/', '-'))
      mkdirSync(project)
      writeFileSync(join(project, 'compose.yml'), text)
      const { status, stderr } = spawnSync('docker-compose', ['-f', 'compose.yml', 'config', '--quiet'], {
        cwd: project,
        encoding: 'utf8',
      })
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    })
  })
})
