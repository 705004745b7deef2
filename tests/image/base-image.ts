import { execFileSync } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { ROOT } from '../support/compose.ts'

/** Kept between runs. */
const CACHE = join(tmpdir(), 'bangui-base-image')
/** What an image calls slim has none of. */
const NOT_SLIM = [
  'usr/share/doc',
  'usr/share/man',
  'usr/share/locale',
  'var/cache/apt',
  'var/lib/apt/lists',
  'var/log',
]

/**
 * A tar of what the image asked for by the Dockerfile consists of, made here as there may be no registry: this machine's Debian
 * by debootstrap from its own mirror, the project's Node.js, npm, and the user node. Takes a minute, and nothing the next time.
 */
export function baseImageTar(): string {
  const { version: nodeVersion } = JSON.parse(
    readFileSync(join(ROOT, 'node_modules/node/package.json'), 'utf8'),
  ) as { version: string }
  const suite = fromOsRelease()
  const tar = join(CACHE, `${suite}-${process.arch}-node-${nodeVersion}.tar`)
  if (existsSync(tar)) return tar
  mkdirSync(CACHE, { recursive: true })
  const folder = mkdtempSync(join(CACHE, 'making-'))
  try {
    const root = join(folder, 'root')
    run('debootstrap', ['--variant=minbase', '--include=ca-certificates', suite, root, mirrorOf(suite)])
    run('chroot', [root, 'useradd', '--uid', '1000', '--user-group', '--create-home', 'node'])
    for (const each of NOT_SLIM) {
      for (const entry of readdirSync(join(root, each))) {
        rmSync(join(root, each, entry), { recursive: true, force: true })
      }
    }
    const local = join(root, 'usr/local')
    cpSync(join(ROOT, 'node_modules/node/bin/node'), join(local, 'bin/node'))
    cpSync(npmFolder(), join(local, 'lib/node_modules/npm'), { recursive: true })
    for (const name of ['npm', 'npx']) {
      symlinkSync(`../lib/node_modules/npm/bin/${name}-cli.js`, join(local, 'bin', name))
    }
    const unfinished = join(folder, 'base.tar')
    run('tar', ['-C', root, '--exclude=./dev/*', '--exclude=./proc/*', '-cf', unfinished, '.'])
    renameSync(unfinished, tar)
    return tar
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function run(program: string, args: readonly string[]): void {
  execFileSync(program, args, { stdio: 'pipe', maxBuffer: 64 << 20 })
}

function fromOsRelease(): string {
  const suite = /^VERSION_CODENAME=(\w+)$/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1]
  if (suite === undefined)
    throw new Error('/etc/os-release names no VERSION_CODENAME: the base image needs a Debian.')
  return suite
}

/** Where this machine gets the packages of `suite` from, by either notation of apt's sources. */
function mirrorOf(suite: string): string {
  const folder = '/etc/apt/sources.list.d'
  const files = ['/etc/apt/sources.list', ...readdirSync(folder).map((name) => join(folder, name))]
  for (const text of files.filter((file) => existsSync(file)).map((file) => readFileSync(file, 'utf8'))) {
    const line = new RegExp(`^deb\\s+(?:\\[[^\\]]*\\]\\s+)?(\\S+)\\s+${suite}\\s`, 'm').exec(text)?.[1]
    const stanza = text
      .split(/\n\s*\n/)
      .find((each) => new RegExp(`^Suites:.*\\b${suite}(?:\\s|$)`, 'm').test(each))
    const uri = line ?? /^URIs:\s*(\S+)/m.exec(stanza ?? '')?.[1]
    if (uri !== undefined) return uri
  }
  throw new Error(`No mirror for ${suite} in /etc/apt/sources.list or ${folder}.`)
}

/** The one that runs this. */
function npmFolder(): string {
  const cli = process.env['npm_execpath']
  if (cli !== undefined && existsSync(cli)) return resolve(dirname(cli), '..')
  return join(execFileSync('npm', ['root', '--global'], { encoding: 'utf8' }).trim(), 'npm')
}
