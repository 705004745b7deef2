import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { execFile } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { z } from 'zod'
import { readVersion } from '../../src/server/startup/version.ts'
import { spawnConsole, temporaryFolder } from '../support/console-process.ts'
import { pagePackages } from '../support/page-packages.ts'
import { waitFor } from '../support/wait-for.ts'

const run = promisify(execFile)
const ROOT = resolve(import.meta.dirname, '../..')
/** The build that ships, or another one. */
const DIST = process.env['BANGUI_DIST'] ?? join(ROOT, 'dist')

const Bill = z.object({
  bomFormat: z.literal('CycloneDX'),
  metadata: z.object({ component: z.object({ name: z.string(), version: z.string() }) }),
  components: z.array(
    z.object({
      group: z.optional(z.string()),
      name: z.string(),
      version: z.string(),
      purl: z.string(),
      licenses: z.tuple([z.unknown()]),
      hashes: z.tuple([z.unknown()]),
      properties: z.array(z.object({ name: z.literal('bangui:part'), value: z.enum(['server', 'web']) })),
    }),
  ),
})

/** The script that follows is given the word `start`. */
const STARTED = ['sh', '-c', 'exec "$@" start', 'sh']

/** `npm pack` of what was built, installed as a stranger would: globally, into an empty prefix. */
describe('the package', () => {
  const folder = mkdtempSync(join(tmpdir(), 'bangui-package-'))
  const prefix = join(folder, 'prefix')
  const installed = join(prefix, 'lib/node_modules/bangui')
  let contents: string[]

  beforeAll(async () => {
    const source = join(folder, 'source')
    for (const name of [
      'package.json',
      'README.md',
      'LICENSE',
      'CHANGELOG.md',
      'docs',
      ...serverPackages(),
    ]) {
      cpSync(join(ROOT, name), join(source, name), { recursive: true })
    }
    // The build was made beforehand.
    cpSync(DIST, join(source, 'dist'), { recursive: true })
    const { stdout } = await npm(['pack', '--ignore-scripts', '--json', '--pack-destination', folder], source)
    const [packed] = Packed.parse(JSON.parse(stdout))
    contents = packed.files.map(({ path }) => path)
    // It brings along all that it needs.
    await npm(['install', '--global', '--offline', '--prefix', prefix, join(folder, packed.filename)], folder)
  }, 180_000)

  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  const npm = (words: readonly string[], cwd: string) =>
    run('npm', [...words, '--no-audit', '--no-fund', '--loglevel=error'], { cwd, maxBuffer: 16 << 20 })
  const bill = () => Bill.parse(JSON.parse(readFileSync(join(installed, 'dist/sbom.cdx.json'), 'utf8')))

  it('holds the program and what one reads about it, and nothing else', () => {
    const tops = new Set(contents.map((path) => path.split('/')[0] ?? ''))
    expect([...tops].toSorted((a, b) => a.localeCompare(b, 'en'))).toEqual([
      'CHANGELOG.md',
      'dist',
      'docs',
      'LICENSE',
      'node_modules',
      'package.json',
      'README.md',
    ])
    const own = contents.filter((path) => !path.startsWith('node_modules/'))
    expect(own.filter((path) => /\.(?:map|ts|tsx)$|\.test\.|screenshots/.test(path))).toEqual([])
    expect(own).toEqual(
      expect.arrayContaining(['dist/server/main.js', 'dist/web/index.html', 'docs/command-line.md']),
    )
  })

  it('puts a command on the path, which tells its version', async () => {
    const command = join(prefix, 'bin/bangui')
    expect(statSync(command).mode & 0o111).toBe(0o111)
    const { stdout } = await run(command, ['--version'], { env: { PATH: dirname(process.execPath) } })
    expect(stdout).toBe(`${readVersion()}\n`)
  })

  it('starts the console, which serves its pages', async () => {
    const data = temporaryFolder()
    const console_ = spawnConsole({ DATABASE_URL: data.database }, join(prefix, 'bin/bangui'), STARTED)
    try {
      await waitFor(() => console_.url() !== '', { what: `the console to listen`, timeoutMs: 30_000 })
      expect(console_.output()).toContain(`"version":"${readVersion()}"`)
      const health = await fetch(`${console_.url()}/healthz`)
      expect({ status: health.status, text: await health.text() }).toEqual({
        status: 200,
        text: expect.stringContaining('ok'),
      })
      const page = await (await fetch(`${console_.url()}/`)).text()
      const [, script = ''] = /<script [^>]*src="([^"]+)"/.exec(page) ?? []
      expect((await fetch(new URL(script, `${console_.url()}/`))).status).toBe(200)
    } finally {
      await console_.stop()
      data.dispose()
    }
  }, 60_000)

  it('lists all that it brings along, with licence and hash: the packages beside it, those in its pages, nothing else', () => {
    const { metadata, components } = bill()
    expect(metadata.component).toMatchObject({ name: 'bangui', version: readVersion() })
    const partOf = (part: string) =>
      components
        .filter(({ properties }) => properties.some(({ value }) => value === part))
        .map(({ group, name, version }) => ({
          name: group === undefined ? name : `${group}/${name}`,
          version,
        }))
    const server = partOf('server').map(({ name, version }) => `${name}@${version}`)
    expect(server.toSorted()).toEqual(packagesIn(join(installed, 'node_modules')).toSorted())
    const web = new Set(partOf('web').map(({ name }) => name))
    const { imported, possible } = pagePackages()
    expect([...imported].filter((name) => !web.has(name))).toEqual([])
    expect([...web].filter((name) => !possible.has(name))).toEqual([])
    expect(components.filter(({ properties }) => properties.length === 0)).toEqual([])
  })
})

/** The outermost folders of the production dependencies; each may hold some of its own. */
function serverPackages(): string[] {
  const lock = Lock.parse(JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')))
  return Object.entries(lock.packages)
    .filter(([path, { dev }]) => /^node_modules\/(?:@[^/]+\/)?[^/]+$/.test(path) && !dev)
    .map(([path]) => path)
    .filter((path) => existsSync(join(ROOT, path)))
}

const Lock = z.object({ packages: z.record(z.string(), z.object({ dev: z.optional(z.boolean()) })) })

const Packed = z.tuple([z.object({ filename: z.string(), files: z.array(z.object({ path: z.string() })) })])

/** `name@version` of every package below a folder `node_modules`. */
function packagesIn(modules: string): string[] {
  if (!existsSync(modules)) return []
  const folders = readdirSync(modules).flatMap((name) =>
    name.startsWith('@')
      ? readdirSync(join(modules, name)).map((inner) => join(modules, name, inner))
      : [join(modules, name)],
  )
  return folders
    .filter((folder) => !basename(folder).startsWith('.'))
    .flatMap((folder) => {
      const { name, version } = Manifest.parse(JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')))
      return [`${name}@${version}`, ...packagesIn(join(folder, 'node_modules'))]
    })
}

const Manifest = z.object({ name: z.string(), version: z.string() })
